//! What is kept of a challenge between requests: one JSON document in its row.

use api::wire::ChallengeGesture;
use aws::challenges::{ChallengeRow, Lease};
use domain::{ChallengeId, Fault, UserId};
use jiff::{SignedDuration, Timestamp};
use liveness::challenge::{NOSE_FRAMES, SEQUENCE_FRAMES};
use liveness::{Challenge, Hint, Reason, RiskReport, ServerMs};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::verify::same::Comparison;

/// How long a challenge's row is kept, from its start; TTL removes it within a few days after. From the product's security
/// rules.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// How long one request may work on a challenge before another one may. Longer than the function runs (`Timeout` in the
/// template), so that no two ever do at the same time.
pub const LEASE: SignedDuration = SignedDuration::from_secs(15);

/// Kinds of challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// One target for the nose.
    Nose,
    /// Several steps.
    Sequence,
}

impl Kind {
    /// Most frames of a challenge.
    #[must_use]
    pub const fn most_frames(self) -> u32 {
        match self {
            Self::Nose => NOSE_FRAMES,
            Self::Sequence => SEQUENCE_FRAMES,
        }
    }
}

/// A challenge and what belongs to it. Not for logs: it knows the steps that were not shown yet.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Course {
    /// The challenge.
    pub challenge: Challenge,
    /// Its kind.
    pub kind: Kind,
    /// Longest time for a step, in milliseconds.
    pub step_limit_ms: i64,
    /// Time between two frames that makes the frames suffice, in milliseconds.
    pub frame_interval_ms: i64,
    /// Width of the frames in pixels.
    pub width_px: u32,
    /// Height of the frames in pixels.
    pub height_px: u32,
    /// The API key that began it; `None` where somebody was signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_key: Option<Uuid>,
    /// Whom it is about, where an API key said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The registered person it must be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Uuid>,
    /// What equal requests share, where the request had an `Idempotency-Key`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// What is spared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub avoided: Vec<ChallengeGesture>,
    /// When the phase that it is in began.
    pub phase_since: ServerMs,
    /// Frames with exactly one face.
    #[serde(default)]
    pub with_face: Vec<u32>,
    /// What was to be done better when it was last said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<Hint>,
    /// How far the faces of its frames are compared, from when the result is first asked for until it is decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
    /// What came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
}

/// What came of a challenge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// Why it was not passed; `None` for passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// When that was decided, in seconds since 1970.
    pub decided_at_s: i64,
    /// The least similarity of two frames' faces, in percent; `None` where none were compared or two were too different.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least_similarity: Option<f32>,
    /// Who it was; only where that was asked for and the challenge was passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Likely>,
    /// How suspicious the frames were. For the operator; never answered.
    pub risk: RiskReport,
}

/// A registered person whose face it was.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Likely {
    /// Who.
    pub person: Uuid,
    /// Similarity to the most similar of their pictures, in percent.
    pub similarity: f32,
    /// The similarity that was asked for, in percent.
    pub threshold: f32,
}

impl Course {
    /// Returns whom the failures of this challenge of `owner` count against.
    #[must_use]
    pub fn counted(&self, owner: UserId) -> String {
        counted(owner, self.api_key, self.subject.as_deref(), self.person)
    }
}

/// Returns whom the failures of a challenge count against: for an API key each of those it names, for whoever is signed in
/// that account. Naming one's people in turn gives nobody more attempts: only the key, which is ours to trust, does.
///
/// A subject that is the identifier of a person is that person.
#[must_use]
pub fn counted(owner: UserId, api_key: Option<Uuid>, subject: Option<&str>, person: Option<Uuid>) -> String {
    let person = person.filter(|_| api_key.is_some()).map(|it| it.to_string());
    let named = subject.map(str::to_owned).or(person);
    named.map_or_else(|| owner.to_string(), |it| format!("{owner} {it}"))
}

impl std::fmt::Debug for Course {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Course")
            .field("id", &self.challenge.id())
            .field("phase", &self.challenge.phase())
            .finish_non_exhaustive()
    }
}

/// A challenge as it is stored, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// Which.
    pub id: ChallengeId,
    /// Whose it is.
    pub owner: UserId,
    /// The version of its row.
    pub version: u64,
    /// Who works on it.
    pub lease: Option<Lease>,
    /// When it is forgotten.
    pub forget_at: Timestamp,
    /// What it is.
    pub course: Course,
}

impl Kept {
    /// Reads a row.
    ///
    /// # Errors
    ///
    /// [`Fault`] if it holds something else.
    pub fn read(row: &ChallengeRow) -> Result<Self, Fault> {
        Ok(Self {
            id: row.id,
            owner: row.owner,
            version: row.version,
            lease: row.lease,
            forget_at: row.forget_at,
            course: serde_json::from_str(&row.body).map_err(|it| Fault::never("ReadChallenge", it))?,
        })
    }

    /// Returns the row.
    ///
    /// # Errors
    ///
    /// [`Fault`] never: a course has a form in JSON.
    pub fn row(&self) -> Result<ChallengeRow, Fault> {
        Ok(ChallengeRow {
            id: self.id,
            owner: self.owner,
            version: self.version,
            lease: self.lease,
            body: serde_json::to_string(&self.course).map_err(|it| Fault::never("WriteChallenge", it))?,
            forget_at: self.forget_at,
        })
    }

    /// Tells whether another request works on it at the time `now`.
    #[must_use]
    pub fn is_leased(&self, now: Timestamp) -> bool {
        self.lease.is_some_and(|it| now < it.until)
    }

    /// Returns the next version, on which only `by` works.
    #[must_use]
    pub fn leased(mut self, by: Uuid, now: Timestamp) -> Self {
        self.version += 1;
        self.lease = Some(Lease {
            by,
            until: now + LEASE,
        });
        self
    }

    /// Returns the next version, with this course, on which anybody may work.
    #[must_use]
    pub fn followed_by(&self, course: Course) -> Self {
        Self {
            version: self.version + 1,
            lease: None,
            course,
            ..self.clone()
        }
    }

    /// Tells whether its time is over.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.course.challenge.expires_at() < server_ms(now)
    }
}

/// A time as the rules take it.
#[must_use]
pub fn server_ms(at: Timestamp) -> ServerMs {
    ServerMs(at.as_millisecond())
}
