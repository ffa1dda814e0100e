//! A challenge begins.

use std::time::Duration;

use api::wire::ChallengeGesture;
use aws::challenges::PutChallengeError;
use domain::{ChallengeId, PersonId, UserId};
use jiff::Timestamp;
use lambda_kit::limits::{Attempt, Lockout};
use lambda_kit::{Failure, Limits};
use liveness::{Challenge, NoseKind, Pace, PictureSize};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use uuid::{Builder, Uuid};

use crate::answer;
use crate::capabilities::Capabilities;
use crate::course::{Course, KEPT, Kept, Kind, counted, server_ms};
use crate::refusal::Refusal;

/// Failures: 5 in 3 minutes, then 30 minutes, from the contract of the API; the longest pause from the product's security
/// rules, 60 minutes.
pub const LOCKOUT: Lockout = Lockout {
    name: "liveness",
    failures: 5,
    window_s: 3 * 60,
    pause_s: 30 * 60,
    longest_pause_s: 60 * 60,
};

/// Failures over a day: who waits after every fourth is not stopped by [`LOCKOUT`], and could take two thousand challenges a
/// day. Chosen: 20 of them, then an hour, twice as long after each that follows, a day at most. With the figures of
/// `docs/liveness.md` three recordings pass one of 250 such days.
pub const DAILY_LOCKOUT: Lockout = Lockout {
    name: "liveness-day",
    failures: 20,
    window_s: 24 * 60 * 60,
    pause_s: 60 * 60,
    longest_pause_s: 24 * 60 * 60,
};

/// How long to wait for the same request to begin its challenge. Chosen: counting and beginning are three writes of some
/// 10 ms each, and more where many write the same counts.
const SAME_REQUEST_PAUSES: [Duration; 4] = [
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
];

/// What somebody wants to take.
#[derive(Debug, Clone)]
pub struct Order {
    /// Who begins it.
    pub owner: UserId,
    /// With which API key; `None` for whoever is signed in.
    pub api_key: Option<Uuid>,
    /// Whom it is about, where an API key says so.
    pub subject: Option<String>,
    /// The registered person it must be; never with a subject.
    pub person: Option<PersonId>,
    /// Size of the frames.
    pub picture: PictureSize,
    /// Width of the frames in pixels.
    pub width_px: u32,
    /// Height of the frames in pixels.
    pub height_px: u32,
    /// Kind of challenge.
    pub kind: Kind,
    /// How much time there is for a step.
    pub pace: Pace,
    /// What is spared.
    pub avoid: Vec<ChallengeGesture>,
    /// Digest of the `Idempotency-Key`.
    pub key_digest: Option<String>,
}

impl Order {
    /// What equal requests share.
    fn fingerprint(&self) -> String {
        format!(
            "{}x{} {:?} {:?} {:?} {:?} {:?}",
            self.width_px, self.height_px, self.kind, self.pace, self.avoid, self.subject, self.person
        )
    }

    /// The identifier that the key stands for: repeating the request finds it again.
    fn id(&self, proposed: ChallengeId) -> ChallengeId {
        let mut bytes = [0; 16];
        let digest = self.key_digest.as_deref().and_then(|it| it.get(..32));
        match digest.map(|it| hex::decode_to_slice(it, &mut bytes)) {
            Some(Ok(())) => ChallengeId::from_uuid(Builder::from_custom_bytes(bytes).into_uuid()),
            _ => proposed,
        }
    }
}

/// Begins a challenge under the identifier `proposed`, or returns the one that an earlier request with the same key began.
///
/// It counts as a failure until it is passed: whoever gives a challenge up because its steps are not those of his recording
/// has failed, and need not say so.
///
/// # Errors
///
/// [`Refusal::Limited`], [`Refusal::KeyReused`], [`Refusal::Expired`] for a key whose challenge has expired,
/// [`Refusal::PersonNotFound`] and [`Refusal::PersonWithoutFace`] where it could not be passed.
pub async fn create<D: Capabilities>(
    deps: &D,
    limits: &Limits,
    order: Order,
    proposed: ChallengeId,
    now: Timestamp,
) -> Result<Kept, Refusal> {
    let id = order.id(proposed);
    if order.key_digest.is_some()
        && let Some(kept) = repeated(deps, &order, id, now).await?
    {
        return Ok(kept);
    }
    if let Some(person) = order.person {
        let enrolled = deps.enrolled(order.owner, person).await?;
        if enrolled.ok_or(Refusal::PersonNotFound)?.is_empty() {
            return Err(Refusal::PersonWithoutFace);
        }
    }
    let person = order.person.map(|it| it.as_uuid());
    let subject = counted(order.owner, order.api_key, order.subject.as_deref(), person);
    let attempts = match count(limits, &subject).await {
        Ok(attempts) => attempts,
        Err(failure) => {
            // The pause may be that of this very request: each of many at the same time is counted until one was first.
            let first = awaited(deps, &order, id, now).await?;
            return first.ok_or_else(|| Refusal::Limited(Box::new(failure)));
        }
    };
    let begun = begin(deps, &order, id, now).await;
    match begun {
        Ok(kept) => Ok(kept),
        Err(error) => {
            for attempt in attempts {
                limits.forgive(attempt).await;
            }
            match error {
                // The same request at the same time was first.
                Refusal::Busy => repeated(deps, &order, id, now).await?.ok_or(Refusal::Busy),
                error => Err(error),
            }
        }
    }
}

/// Counts a start as a failure, for each of the lockouts.
async fn count(limits: &Limits, subject: &str) -> Result<[Attempt; 2], Failure> {
    let quick = limits.attempt(LOCKOUT, subject).await?;
    match limits.attempt(DAILY_LOCKOUT, subject).await {
        Ok(daily) => Ok([quick, daily]),
        Err(failure) => {
            limits.forgive(quick).await;
            Err(failure)
        }
    }
}

/// Takes the start of a challenge back that was passed. Failures stay: who passes a challenge may have failed others, with
/// another face before the camera.
pub async fn uncount(limits: &Limits, subject: &str) {
    for lockout in [LOCKOUT, DAILY_LOCKOUT] {
        limits.succeeded(lockout, subject).await;
    }
}

/// Returns the challenge that the same request began at the same time, waiting for a moment. It was counted: whoever has
/// to pause gets nothing here that repeating the request would not give him.
async fn awaited<D: Capabilities>(
    deps: &D,
    order: &Order,
    id: ChallengeId,
    now: Timestamp,
) -> Result<Option<Kept>, Refusal> {
    if order.key_digest.is_none() {
        return Ok(None);
    }
    for pause in SAME_REQUEST_PAUSES {
        tokio::time::sleep(pause).await;
        if let Some(kept) = repeated(deps, order, id, now).await? {
            return Ok(Some(kept));
        }
    }
    Ok(None)
}

async fn repeated<D: Capabilities>(
    deps: &D,
    order: &Order,
    id: ChallengeId,
    now: Timestamp,
) -> Result<Option<Kept>, Refusal> {
    let Some(row) = deps.get_challenge(id).await? else {
        return Ok(None);
    };
    let kept = Kept::read(&row)?;
    let is_callers = kept.owner == order.owner && kept.course.api_key == order.api_key;
    if !is_callers || kept.course.fingerprint != Some(order.fingerprint()) {
        Err(Refusal::KeyReused)
    } else if kept.is_expired(now) {
        Err(Refusal::Expired)
    } else {
        Ok(Some(kept))
    }
}

async fn begin<D: Capabilities>(
    deps: &D,
    order: &Order,
    id: ChallengeId,
    now: Timestamp,
) -> Result<Kept, Refusal> {
    // ChaCha, seeded by the system: nobody can foresee the steps.
    let mut rng = StdRng::from_seed(deps.random()?);
    let at = server_ms(now);
    let (uuid, picture) = (id.as_uuid(), order.picture);
    let challenge = match order.kind {
        Kind::Nose => Challenge::nose(uuid, picture, NoseKind::Scaled, at, &mut rng),
        Kind::Sequence => {
            let avoid: Vec<_> = order.avoid.iter().copied().map(answer::gesture).collect();
            Challenge::sequence(uuid, picture, order.pace, &avoid, at, &mut rng)
        }
    };
    let kept = Kept {
        id,
        owner: order.owner,
        version: 0,
        lease: None,
        forget_at: now + KEPT,
        course: Course {
            challenge,
            kind: order.kind,
            step_limit_ms: order.pace.step_limit_ms(),
            frame_interval_ms: match order.kind {
                Kind::Nose => liveness::nose::FRAME_INTERVAL_MS,
                Kind::Sequence => order.pace.frame_interval_ms(),
            },
            width_px: order.width_px,
            height_px: order.height_px,
            api_key: order.api_key,
            subject: order.subject.clone(),
            person: order.person.map(|it| it.as_uuid()),
            fingerprint: order.key_digest.is_some().then(|| order.fingerprint()),
            avoided: match order.kind {
                Kind::Nose => Vec::new(),
                Kind::Sequence => order.avoid.clone(),
            },
            phase_since: at,
            with_face: Vec::new(),
            hint: None,
            comparison: None,
            decision: None,
        },
    };
    match deps.put_challenge(&kept.row()?, None).await {
        Ok(()) => Ok(kept),
        Err(PutChallengeError::Changed) => Err(Refusal::Busy),
        Err(PutChallengeError::Fault(fault)) => Err(fault.into()),
    }
}
