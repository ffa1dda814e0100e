//! What can be asked of a challenge.

use uuid::Uuid;

use super::{Challenge, Course, LIFETIME_MS, Stage};
use crate::chain::Link;
use crate::deed::Deed;
use crate::frame::ServerMs;
use crate::risk::RiskReport;
use crate::space::PictureSize;
use crate::verdict::{Instruction, Phase};

impl Challenge {
    /// Where the challenge is.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        match &self.stage {
            Stage::Face => Phase::Face,
            Stage::Area { .. } => Phase::Area,
            Stage::Nose(_) => Phase::Step { number: 1 },
            Stage::Sequence(run) => match run.number() {
                (number, true) => Phase::Step { number },
                (number, false) => Phase::Ready { number },
            },
            Stage::Passed => Phase::Passed,
            Stage::Failed(reason) => Phase::Failed(*reason),
        }
    }

    /// What the person is asked to do at the time `now`; `None` before the first step is shown, between steps and at the end.
    #[must_use]
    pub fn instruction(&self, now: ServerMs) -> Option<Instruction> {
        match (&self.stage, &self.course) {
            (Stage::Nose(run), _) => Some(run.instruction(now)),
            (Stage::Sequence(run), Course::Sequence { steps, pace }) => {
                run.instruction(self.script(steps, *pace), now)
            }
            _ => None,
        }
    }

    /// The challenge's identifier, as it is in the chain.
    #[must_use]
    pub const fn id(&self) -> Uuid {
        self.id
    }

    /// Size of the pictures.
    #[must_use]
    pub const fn picture(&self) -> PictureSize {
        self.picture
    }

    /// When it expires.
    #[must_use]
    pub const fn expires_at(&self) -> ServerMs {
        self.started_at.plus(LIFETIME_MS)
    }

    /// Number of frames that were taken, which is the index of the next one.
    #[must_use]
    pub const fn frames(&self) -> u32 {
        self.taken
    }

    /// Index of the frame whose face entered the area: the one that later frames are compared with.
    #[must_use]
    pub const fn reference_frame(&self) -> Option<u32> {
        self.reference
    }

    /// The steps that were done, in their order.
    #[must_use]
    pub fn deeds(&self) -> &[Deed] {
        &self.deeds
    }

    /// The last link of the chain over all frames.
    #[must_use]
    pub const fn link(&self) -> Link {
        self.chain
    }

    /// How suspicious the frames are. To be recorded, and not to be shown to whoever takes the challenge.
    #[must_use]
    pub fn risk(&self) -> RiskReport {
        self.ledger.report()
    }
}
