//! A challenge ends, and what came of it is decided once.
//!
//! The rules say whether everything was done. Whether one person did it is said by comparing faces: the one that entered the
//! area with the one of each frame in which a step was shown (whoever does it looks straight into the camera then) and with
//! the last one.

use std::collections::BTreeSet;

use aws::challenges::{AssertionRow, Part};
use domain::{ChallengeId, Fault};
use jiff::{SignedDuration, Timestamp};
use lambda_kit::Limits;
use lambda_kit::liveness::{ASSERTION_AUDIENCE, Claims, TokenKeys};
use lambda_kit::principal::ISSUER;
use liveness::{Phase, Reason};
use uuid::Uuid;

use crate::capabilities::Capabilities;
use crate::course::{Course, Decision, Kept, server_ms};
use crate::create::{LOCKOUT, counted};
use crate::frame::{release, take};
use crate::refusal::Refusal;

/// Least similarity of two frames' faces, in percent. `CompareFaces`' own default (API reference, SimilarityThreshold): the
/// frames are seconds apart, of one camera in one light, but a turned or laughing face is less like a calm one.
pub const SAME_PERSON_PERCENT: f32 = 80.0;

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

/// Decides a challenge, or returns what was decided before.
///
/// # Errors
///
/// [`Refusal::Busy`] while another request works on it; [`Refusal::Fault`] where faces could not be compared, and nothing is
/// decided then.
pub async fn verify<D: Capabilities>(
    deps: &D,
    limits: &Limits,
    kept: Kept,
    request: Uuid,
    now: Timestamp,
) -> Result<Verdict, Refusal> {
    if let Some(decision) = kept.course.decision.clone() {
        return Ok(Verdict {
            course: kept.course,
            decision,
        });
    }
    if kept.is_leased(now) {
        return Err(Refusal::Busy);
    }
    let leased = kept.leased(request, now);
    if !take(deps, &leased).await? {
        return Err(Refusal::Busy);
    }
    let (course, decision) = match decide(deps, &leased, now).await {
        Ok(decided) => decided,
        Err(fault) => {
            release(deps, &leased).await;
            return Err(fault.into());
        }
    };
    let passed = decision.reason.is_none();
    let part = passed.then(|| {
        Part::Assertion(AssertionRow {
            reference_frame: course.challenge.reference_frame().unwrap_or_default(),
            expires_at: expires_at(&decision),
        })
    });
    let next = leased.followed_by(course.clone()).row()?;
    deps.put_challenge(&next, part).await?;
    if passed {
        let subject = counted(leased.owner, course.subject.as_deref());
        limits.pardon(LOCKOUT, &subject).await;
    }
    tracing::info!(
        passed,
        reason = decision.reason.map(Reason::as_str),
        frames = course.challenge.frames(),
        "a challenge was decided"
    );
    Ok(Verdict { course, decision })
}

async fn decide<D: Capabilities>(deps: &D, kept: &Kept, now: Timestamp) -> Result<(Course, Decision), Fault> {
    let course = kept.course.clone();
    let mut challenge = course.challenge.clone().conclude(server_ms(now));
    // Whoever asks so late could show something else by now.
    if kept.is_expired(now) {
        challenge = challenge.reject(Reason::Expired);
    }
    let mut least_similarity = None;
    if challenge.phase() == Phase::Passed {
        least_similarity = compare(deps, kept.id, &course).await?;
        if least_similarity.is_none() {
            challenge = challenge.reject(Reason::Swapped);
        }
    }
    let decision = Decision {
        reason: match challenge.phase() {
            Phase::Passed => None,
            Phase::Failed(reason) => Some(reason),
            // Concluding leaves no other phase.
            _ => Some(Reason::Incomplete),
        },
        decided_at_s: now.as_second(),
        least_similarity,
        risk: challenge.risk(),
    };
    let course = Course {
        challenge,
        decision: Some(decision.clone()),
        ..course
    };
    Ok((course, decision))
}

/// Returns the least similarity of the reference frame and the others, in percent; `None` where one is of somebody else.
async fn compare<D: Capabilities>(deps: &D, id: ChallengeId, course: &Course) -> Result<Option<f32>, Fault> {
    let Some(reference) = course.challenge.reference_frame() else {
        return Ok(None);
    };
    let others: BTreeSet<u32> = course
        .revealing
        .iter()
        .copied()
        .chain(course.last_frame)
        .collect();
    let comparisons = others
        .into_iter()
        .filter(|it| *it != reference)
        .map(|it| deps.compare_faces(id, (reference, it), SAME_PERSON_PERCENT));
    let similarities = futures::future::try_join_all(comparisons).await?;
    // `None` is less than any number.
    let least = similarities
        .into_iter()
        .min_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Less));
    Ok(least.flatten())
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
        iat: verdict.decision.decided_at_s,
        exp: expires_at(&verdict.decision).as_second(),
    };
    keys.sign(&claims)
        .ok_or_else(|| Fault::never("SignAssertion", "the library cannot sign"))
}
