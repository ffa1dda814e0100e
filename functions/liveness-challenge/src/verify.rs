//! A challenge ends, and what came of it is decided once.
//!
//! The rules say whether everything was done. Whether one person did it is said by comparing faces, see [`same`].

use aws::challenges::{AssertionRow, Part};
use domain::Fault;
use jiff::{SignedDuration, Timestamp};
use lambda_kit::Limits;
use lambda_kit::liveness::{ASSERTION_AUDIENCE, Claims, TokenKeys};
use lambda_kit::principal::ISSUER;
use liveness::{Phase, Reason};
use uuid::Uuid;

use crate::capabilities::Capabilities;
use crate::course::{Course, Decision, Kept, server_ms};
use crate::create::{counted, uncount};
use crate::frame::{put, release, take};
use crate::refusal::Refusal;

pub mod same;

use same::least_similarity;

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
    put(deps, &leased, &next, part).await?;
    if passed {
        let subject = counted(leased.owner, course.subject.as_deref());
        uncount(limits, &subject).await;
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
    let mut least = None;
    if challenge.phase() == Phase::Passed {
        least = least_similarity(deps, kept.id, &course).await?;
        if least.is_none() {
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
        least_similarity: least,
        risk: challenge.risk(),
    };
    let course = Course {
        challenge,
        decision: Some(decision.clone()),
        ..course
    };
    Ok((course, decision))
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
        kind: Some(verdict.course.kind.into()),
        avoided: verdict.course.avoided.clone(),
        iat: verdict.decision.decided_at_s,
        exp: expires_at(&verdict.decision).as_second(),
    };
    keys.sign(&claims)
        .ok_or_else(|| Fault::never("SignAssertion", "the library cannot sign"))
}
