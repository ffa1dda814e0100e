//! What a frame means for a challenge at its stage.

use super::{Challenge, Course, Stage};
use crate::deed::Deed;
use crate::frame::Frame;
use crate::nose::{self, Next};
use crate::risk::Signal;
use crate::sequence::{self, LARGEST_START, Script, When};
use crate::sight::{Seen, Sight};
use crate::verdict::{Hint, Instruction, Reason};

/// Least part of the area that the face covers, in percent. From the reference: 50 less a tolerance of 20.
const LEAST_FACE_PERCENT: f64 = 30.0;

impl Challenge {
    pub(super) fn judge(&mut self, frame: &Frame) -> (Option<Instruction>, Option<Hint>) {
        let sight = Sight::of(frame, self.picture);
        self.saw_nobody = sight == Sight::Nobody;
        if let Sight::One(seen) = &sight {
            self.ledger.note_face(seen.face.width, seen.nose, self.clock);
            if !seen.pose_agrees() && nose::TURNED_DEG < seen.yaw.abs() {
                self.ledger.count(Signal::PoseDisagrees);
            }
        }
        let when = When {
            index: frame.index,
            at: self.clock,
        };
        let script = match &self.course {
            Course::Sequence { steps, pace } => Some((steps.as_slice(), *pace)),
            Course::Nose { .. } => None,
        };
        let next = match (&mut self.stage, script) {
            (Stage::Face, _) => return self.judge_face(&sight),
            (Stage::Area { .. }, _) => return self.judge_area(&sight, when),
            (Stage::Nose(run), _) => {
                let next = run.judge(&sight, when.at);
                if let (Next::Pass, Some(shown)) = (next, self.reference) {
                    self.deeds.push(Deed {
                        shown,
                        begun: when.index,
                        done: when.index,
                    });
                }
                next
            }
            (Stage::Sequence(run), Some((steps, pace))) => {
                let script = Script {
                    steps,
                    pace,
                    picture: self.picture,
                };
                run.judge(script, &sight, when, (&mut self.ledger, &mut self.deeds))
            }
            // A stage that does not belong to its course can only come from a store that was tampered with.
            (Stage::Sequence(_), None) => Next::Fail(Reason::Incomplete, None),
            (Stage::Passed | Stage::Failed(_), _) => Next::Stay(None),
        };
        match next {
            Next::Stay(hint) => (None, hint),
            Next::Reveal(instruction) => (Some(instruction), None),
            Next::Pass => {
                self.stage = Stage::Passed;
                (None, None)
            }
            Next::Fail(reason, hint) => self.fail(reason, hint),
        }
    }

    fn judge_face(&mut self, sight: &Sight) -> (Option<Instruction>, Option<Hint>) {
        match sight {
            Sight::One(_) => {
                self.stage = Stage::Area { since: self.clock };
                (None, Some(Hint::CenterFace))
            }
            Sight::Several => (None, Some(Hint::OnlyOneFace)),
            Sight::Nobody => (None, Some(Hint::NoFace)),
        }
    }

    fn judge_area(&mut self, sight: &Sight, when: When) -> (Option<Instruction>, Option<Hint>) {
        if self.is_late(when.at) {
            return self.fail(Reason::Timeout, Some(Hint::CenterFace));
        }
        let seen = match sight {
            Sight::One(seen) => seen,
            Sight::Several => return (None, Some(Hint::OnlyOneFace)),
            Sight::Nobody => return (None, Some(Hint::NoFace)),
        };
        if let Some(hint) = self.not_in_area(seen) {
            return (None, Some(hint));
        }
        self.reference = Some(when.index);
        match &self.course {
            Course::Nose { kind, target } => {
                let run = nose::Run::new(*kind, *target, self.picture, seen, when.at);
                let instruction = run.instruction(when.at);
                self.stage = Stage::Nose(run);
                (Some(instruction), None)
            }
            Course::Sequence { .. } => {
                self.stage = Stage::Sequence(sequence::Run::new(seen, when.at));
                (None, Some(Hint::LookStraight))
            }
        }
    }

    /// Returns what is to be done before the face is in the area and large enough.
    fn not_in_area(&self, seen: &Seen) -> Option<Hint> {
        let area = self.picture.area();
        let widest = match self.course {
            Course::Nose { .. } => area.width,
            Course::Sequence { .. } => LARGEST_START * area.width,
        };
        if widest < seen.face.width || area.height < seen.face.height {
            Some(Hint::MoveBack)
        } else if 100.0 * seen.face.area() / area.area() < LEAST_FACE_PERCENT {
            Some(Hint::ComeCloser)
        } else if area.contains(&seen.face) {
            None
        } else {
            Some(Hint::CenterFace)
        }
    }
}
