//! A challenge ends, and what came of it is decided once.
//!
//! The rules say whether everything was done. Whether one person did it is said by comparing faces, see [`same`], and whether
//! it was the one who was named, see [`person`].

use aws::challenges::{AssertionRow, Part};
use domain::{Fault, PersonId};
use jiff::{SignedDuration, Timestamp};
use lambda_kit::liveness::{ASSERTION_AUDIENCE, Claims, TokenKeys};
use lambda_kit::principal::ISSUER;
use lambda_kit::{Clock, Limits};
use liveness::{Challenge, Phase, Reason};
use uuid::Uuid;

use crate::capabilities::Capabilities;
use crate::course::{Course, Decision, Kept, Likely, server_ms};
use crate::create::uncount;
use crate::frame::{put, release, take};
use crate::refusal::Refusal;

pub mod person;
pub mod same;

use person::Whose;
use same::{Comparison, Progress};

/// How long an assertion works. Chosen: it is used at once; two minutes are for a slow network and a second try.
pub const ASSERTION_LIFETIME: SignedDuration = SignedDuration::from_mins(2);

/// What came of a challenge.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The challenge, decided.
    pub course: Course,
    /// What was decided.
    pub decision: Decision,
}

/// Decides a challenge, or returns what was decided before. Whoever must be a certain person is so from a similarity of
/// `threshold_percent` on.
///
/// # Errors
///
/// [`Refusal::Busy`] while another request works on it, and where there was no time to compare all faces: the next request
/// goes on; [`Refusal::Fault`] where faces could not be compared, and nothing is decided then.
pub async fn verify<D: Capabilities>(
    deps: &D,
    limits: &Limits,
    threshold_percent: f32,
    kept: Kept,
    request: Uuid,
    clock: &dyn Clock,
) -> Result<Verdict, Refusal> {
    let now = clock.now();
    if let Some(decision) = kept.course.decision.clone() {
        return Ok(Verdict {
            course: kept.course,
            decision,
        });
    }
    if kept.is_leased(now) {
        return Err(Refusal::Busy);
    }
    let mut kept = kept;
    let ended = conclude(&kept, now);
    if ended.phase() == Phase::Passed && kept.course.comparison.is_none() {
        kept.course.comparison = Comparison::new(&kept.course, deps.random()?);
    }
    let mut leased = kept.leased(request, now);
    if !take(deps, &leased).await? {
        return Err(Refusal::Busy);
    }
    if ended.phase() == Phase::Passed
        && let Some(comparison) = &mut leased.course.comparison
    {
        let whose = leased.course.person.map(|it| Whose {
            owner: leased.owner,
            person: PersonId::from_uuid(it),
            threshold_percent,
        });
        let progress = comparison.go_on(deps, clock, leased.id, whose).await;
        if !matches!(progress, Ok(Progress::Done)) {
            // What was compared is kept; the next request goes on.
            release(deps, &leased).await;
            return Err(progress.err().map_or(Refusal::Busy, Refusal::from));
        }
    }
    let (course, decision) = decide(&leased, ended, threshold_percent, now);
    let passed = decision.reason.is_none();
    let part = passed.then(|| {
        Part::Assertion(AssertionRow {
            reference_frame: course.challenge.reference_frame().unwrap_or_default(),
            expires_at: expires_at(&decision),
        })
    });
    let next = leased.followed_by(course.clone()).row()?;
    put(deps, &leased, &next, part).await?;
    if passed {
        uncount(limits, &course.counted(leased.owner)).await;
    }
    tracing::info!(
        passed,
        reason = decision.reason.map(Reason::as_str),
        frames = course.challenge.frames(),
        "a challenge was decided"
    );
    Ok(Verdict { course, decision })
}

/// Returns the challenge as it ends when its result is asked for.
fn conclude(kept: &Kept, now: Timestamp) -> Challenge {
    let challenge = kept.course.challenge.clone().conclude(server_ms(now));
    // Whoever asks so late could show something else by now; unless it was asked for in time, and is only not compared yet.
    if kept.is_expired(now) && kept.course.comparison.is_none() {
        challenge.reject(Reason::Expired)
    } else {
        challenge
    }
}

fn decide(kept: &Kept, ended: Challenge, threshold_percent: f32, now: Timestamp) -> (Course, Decision) {
    let compared = kept.course.comparison.as_ref();
    let least_similarity = compared.and_then(Comparison::least_similarity);
    let likeness = compared.and_then(|it| it.likeness(threshold_percent));
    let likely = kept
        .course
        .person
        .zip(likeness)
        .map(|(person, similarity)| Likely {
            person,
            similarity,
            threshold: threshold_percent,
        });
    let challenge = if ended.phase() != Phase::Passed {
        ended
    } else if least_similarity.is_none() {
        ended.reject(Reason::Swapped)
    } else if kept.course.person.is_some() && likely.is_none() {
        ended.reject(Reason::OtherPerson)
    } else {
        ended
    };
    let decision = Decision {
        reason: match challenge.phase() {
            Phase::Passed => None,
            Phase::Failed(reason) => Some(reason),
            // Concluding leaves no other phase.
            _ => Some(Reason::Incomplete),
        },
        decided_at_s: now.as_second(),
        least_similarity,
        person: likely.filter(|_| challenge.phase() == Phase::Passed),
        risk: challenge.risk(),
    };
    let course = Course {
        challenge,
        // Of no use any more: how similar somebody is to whom is kept no longer than it takes.
        comparison: None,
        decision: Some(decision.clone()),
        ..kept.course.clone()
    };
    (course, decision)
}

/// Until when the assertion of a passed challenge works.
#[must_use]
pub fn expires_at(decision: &Decision) -> Timestamp {
    let decided_at = Timestamp::from_second(decision.decided_at_s).unwrap_or(Timestamp::UNIX_EPOCH);
    decided_at + ASSERTION_LIFETIME
}

/// Returns the token that says that a challenge was passed: the same every time.
///
/// # Errors
///
/// [`Fault`] if it cannot be signed.
pub fn assertion(keys: &TokenKeys, kept: &Kept, verdict: &Verdict) -> Result<String, Fault> {
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: ASSERTION_AUDIENCE.to_owned(),
        jti: kept.id.to_string(),
        own: kept.owner.to_string(),
        sub: verdict.course.subject.clone(),
        per: verdict.decision.person.map(|it| it.person.to_string()),
        kind: Some(verdict.course.kind.into()),
        avoided: verdict.course.avoided.clone(),
        iat: verdict.decision.decided_at_s,
        exp: expires_at(&verdict.decision).as_second(),
    };
    keys.sign(&claims)
        .ok_or_else(|| Fault::never("SignAssertion", "the library cannot sign"))
}
