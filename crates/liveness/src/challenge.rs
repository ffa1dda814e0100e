//! A challenge from its start to its end, as one value that is stored between frames.
//!
//! It moves only forward: face, area, step after step, and then passed or failed for good. The value knows the
//! steps that were not shown yet, so it is for the server alone.

use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

mod judge;
mod standing;
mod version;

use version::Version;

use crate::chain::Link;
use crate::deed::Deed;
use crate::frame::{Frame, ServerMs};
use crate::nose::{self, NoseKind, Target};
use crate::plan::Space;
use crate::risk::Ledger;
use crate::sequence::{self, Pace, Script};
use crate::space::PictureSize;
use crate::step::{Gesture, Step};
use crate::verdict::{Hint, Instruction, Outcome, Reason, Refusal};

/// Lifetime of a challenge in milliseconds. From the product's requirements.
pub const LIFETIME_MS: i64 = 180_000;

/// Longest time to bring the face into the area, in milliseconds. From the reference's client.
pub const AREA_LIMIT_MS: i64 = 30_000;

/// Most frames of a nose challenge: ten seconds at four frames a second. From the product's security rules.
pub const NOSE_FRAMES: u32 = 40;

/// Most frames of a sequence. From the product's requirements.
pub const SEQUENCE_FRAMES: u32 = 60;

/// Frames in a row with the same pixels from which on the camera stands still. Chosen: a camera in the dark takes fewer
/// pictures than are asked for, so that one or two are there twice; four of them are most of a second.
pub const FROZEN_FRAMES: usize = 4;

/// A challenge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Challenge {
    version: Version,
    id: Uuid,
    picture: PictureSize,
    course: Course,
    started_at: ServerMs,
    /// The latest time of any frame: the clocks of two servers may differ, and time does not go back.
    clock: ServerMs,
    taken: u32,
    last_sha256: Option<[u8; 32]>,
    chain: Link,
    stage: Stage,
    reference: Option<u32>,
    saw_nobody: bool,
    ledger: Ledger,
    /// Missing in what was stored before faces of every step were compared.
    #[serde(default)]
    deeds: Vec<Deed>,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Course {
    Nose { kind: NoseKind, target: Target },
    Sequence { steps: Vec<Step>, pace: Pace },
}

/// How far it is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Stage {
    Face,
    Area { since: ServerMs },
    Nose(nose::Run),
    Sequence(sequence::Run),
    Passed,
    Failed(Reason),
}

impl Challenge {
    /// Starts a nose challenge with a drawn target.
    #[must_use]
    pub fn nose<R: CryptoRng + ?Sized>(
        id: Uuid,
        picture: PictureSize,
        kind: NoseKind,
        now: ServerMs,
        rng: &mut R,
    ) -> Self {
        Self::nose_at(id, picture, kind, Target::draw(kind, picture, rng), now)
    }

    /// Starts a nose challenge with this target.
    #[must_use]
    pub const fn nose_at(
        id: Uuid,
        picture: PictureSize,
        kind: NoseKind,
        target: Target,
        now: ServerMs,
    ) -> Self {
        Self::new(id, picture, Course::Nose { kind, target }, now)
    }

    /// Starts a sequence with drawn steps, none of which is in `avoid`.
    #[must_use]
    pub fn sequence<R: CryptoRng + ?Sized>(
        id: Uuid,
        picture: PictureSize,
        pace: Pace,
        avoid: &[Gesture],
        now: ServerMs,
        rng: &mut R,
    ) -> Self {
        Self::sequence_of(id, picture, pace, Space::without(avoid).draw(rng), now)
    }

    /// Starts a sequence with these steps.
    #[must_use]
    pub const fn sequence_of(
        id: Uuid,
        picture: PictureSize,
        pace: Pace,
        steps: Vec<Step>,
        now: ServerMs,
    ) -> Self {
        Self::new(id, picture, Course::Sequence { steps, pace }, now)
    }

    const fn new(id: Uuid, picture: PictureSize, course: Course, now: ServerMs) -> Self {
        Self {
            version: Version,
            id,
            picture,
            course,
            started_at: now,
            clock: now,
            taken: 0,
            last_sha256: None,
            chain: Link::START,
            stage: Stage::Face,
            reference: None,
            saw_nobody: false,
            ledger: Ledger::new(),
            deeds: Vec::new(),
        }
    }

    /// Takes a frame at the time `now`; returns the challenge as it is then, and what is to be said.
    ///
    /// The frame must be the next one. A frame that is refused changes nothing. Times that lie before those of the
    /// frame before count as the same time.
    #[must_use]
    pub fn advance(mut self, frame: &Frame, now: ServerMs) -> (Self, Outcome) {
        if let Some(refusal) = self.refusal(frame) {
            let outcome = self.outcome(None, None, Some(refusal));
            return (self, outcome);
        }
        self.clock = self.clock.max(frame.received_at);
        self.taken += 1;
        self.last_sha256 = Some(frame.sha256);
        self.chain = self.chain.next(frame.index, &frame.sha256, self.id);
        let is_duplicate = self.ledger.note(frame);
        let (revealed, hint) = if self.is_expired(now) {
            self.fail(Reason::Expired, None)
        } else if self.most_frames() < self.taken {
            self.fail(Reason::TooManyFrames, None)
        } else if is_duplicate {
            // No evidence of anything; its time is judged with the next frame's.
            let stands_still = FROZEN_FRAMES <= self.ledger.n_equal();
            (None, stands_still.then_some(Hint::PictureStandsStill))
        } else {
            self.judge(frame)
        };
        let outcome = self.outcome(revealed, hint, None);
        (self, outcome)
    }

    /// Ends the challenge at the time `now`: what has not passed by then has failed.
    #[must_use]
    pub fn conclude(mut self, now: ServerMs) -> Self {
        if !self.phase().is_over() {
            let reason = if self.is_expired(now) {
                Reason::Expired
            } else if self.is_late(now) {
                Reason::Timeout
            } else if self.saw_nobody {
                Reason::FaceLost
            } else {
                Reason::Incomplete
            };
            self.stage = Stage::Failed(reason);
        }
        self
    }

    /// Fails the challenge for what was found outside, [`Reason::Swapped`] for instance, even if it had passed.
    ///
    /// A challenge that had failed keeps its reason.
    #[must_use]
    pub fn reject(mut self, reason: Reason) -> Self {
        if !matches!(self.stage, Stage::Failed(_)) {
            self.stage = Stage::Failed(reason);
        }
        self
    }

    fn refusal(&self, frame: &Frame) -> Option<Refusal> {
        if self.phase().is_over() {
            Some(Refusal::Over)
        } else if frame.index.checked_add(1) == Some(self.taken) && self.last_sha256 == Some(frame.sha256) {
            Some(Refusal::AlreadyTaken)
        } else if frame.index != self.taken {
            Some(Refusal::OutOfOrder { expected: self.taken })
        } else {
            None
        }
    }

    fn is_expired(&self, now: ServerMs) -> bool {
        LIFETIME_MS < now.max(self.clock).since(self.started_at)
    }

    fn is_late(&self, now: ServerMs) -> bool {
        let now = now.max(self.clock);
        match (&self.stage, &self.course) {
            (Stage::Area { since }, _) => AREA_LIMIT_MS < now.since(*since),
            (Stage::Nose(run), _) => run.is_late(now),
            (Stage::Sequence(run), Course::Sequence { pace, .. }) => run.is_late(*pace, now),
            _ => false,
        }
    }

    const fn most_frames(&self) -> u32 {
        match self.course {
            Course::Nose { .. } => NOSE_FRAMES,
            Course::Sequence { .. } => SEQUENCE_FRAMES,
        }
    }

    const fn script<'a>(&self, steps: &'a [Step], pace: Pace) -> Script<'a> {
        Script {
            steps,
            pace,
            picture: self.picture,
        }
    }

    fn fail(&mut self, reason: Reason, hint: Option<Hint>) -> (Option<Instruction>, Option<Hint>) {
        self.stage = Stage::Failed(reason);
        (None, hint)
    }

    const fn outcome(
        &self,
        revealed: Option<Instruction>,
        hint: Option<Hint>,
        refusal: Option<Refusal>,
    ) -> Outcome {
        Outcome {
            refusal,
            phase: self.phase(),
            revealed,
            hint,
        }
    }
}

#[cfg(test)]
mod tests;
