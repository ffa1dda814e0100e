//! What comes out: instructions, hints, reasons and refusals, each with the name that is stored and sent.

use serde::{Deserialize, Serialize};

use crate::space::Rect;
use crate::step::Step;

/// An enum whose variants have names in kebab-case.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Returns the name that is stored and sent.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }
    };
}
pub(crate) use named;

named! {
    /// Why a challenge failed.
    Reason {
        /// More than three minutes since its start.
        Expired = "expired",
        /// The area or a step took longer than its limit.
        Timeout = "timeout",
        /// More frames than a challenge has.
        TooManyFrames = "too-many-frames",
        /// Two faces or more in a judged frame.
        MultipleFaces = "multiple-faces",
        /// No usable face in more frames than are tolerated.
        FaceLost = "face-lost",
        /// The face left the area.
        LeftArea = "left-area",
        /// The nose was there before it could be followed, or moved faster than a head does.
        TooFast = "too-fast",
        /// The nose's path is not the smooth one of a head.
        PathNotSmooth = "path-not-smooth",
        /// The face moved, but did not turn as a solid head does.
        FlatFace = "flat-face",
        /// Turned the other way.
        WrongWay = "wrong-way",
        /// Things were done that were not asked for.
        WrongGesture = "wrong-gesture",
        /// Another person came in. Found by comparing faces, outside of this crate.
        Swapped = "swapped",
        /// It is not the person who was named at the beginning. Found by comparing faces, outside of this crate.
        OtherPerson = "other-person",
        /// Ended before everything was done.
        Incomplete = "incomplete",
    }
}

named! {
    /// What the person could do better.
    Hint {
        /// Show the face.
        NoFace = "no-face",
        /// Only one person at a time.
        OnlyOneFace = "only-one-face",
        /// Bring the face into the area.
        CenterFace = "center-face",
        /// Come closer to the camera.
        ComeCloser = "come-closer",
        /// Move a little away from the camera.
        MoveBack = "move-back",
        /// Look straight into the camera, eyes open.
        LookStraight = "look-straight",
        /// Keep the nose inside the target.
        HoldStill = "hold-still",
        /// The target, or the turn, is on the other side.
        OtherWay = "other-way",
        /// Do only what is asked.
        OnlyWhatIsAsked = "only-what-is-asked",
        /// Look straight first, then go to the target without a detour.
        BackToMiddle = "back-to-middle",
        /// Relax the face first, then do it again.
        RelaxFirst = "relax-first",
        /// The camera gives the same picture again and again: nothing in it is judged.
        PictureStandsStill = "picture-stands-still",
    }
}

/// Why a frame was not taken. The challenge is as it was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It is not the next one.
    OutOfOrder {
        /// The index of the next one.
        expected: u32,
    },
    /// It is the last one that was taken, sent again: nothing to do.
    AlreadyTaken,
    /// The challenge had passed or failed.
    Over,
}

/// Where a challenge is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Waits for exactly one face.
    Face,
    /// Waits for the face to be inside the area.
    Area,
    /// Waits for the person to look straight, before step `number` is revealed.
    Ready {
        /// Steps begin with 1.
        number: u8,
    },
    /// Step `number` is revealed.
    Step {
        /// Steps begin with 1.
        number: u8,
    },
    /// Done, for good.
    Passed,
    /// Failed, for good.
    Failed(Reason),
}

impl Phase {
    /// Tells whether nothing can change any more.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Passed | Self::Failed(_))
    }
}

/// What the person is asked to do now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Instruction {
    /// The step's number, from 1.
    pub number: u8,
    /// What to do.
    pub task: Task,
    /// How long there is for it, in milliseconds from now.
    pub limit_ms: i64,
}

/// The deed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Task {
    /// Bring the tip of the nose into this box, in pixels of the unmirrored picture, and keep it there.
    NoseInto(Rect),
    /// A gesture; never [`Step::Nose`].
    Do(Step),
}

/// What a frame led to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Why the frame was not taken, if it was not.
    pub refusal: Option<Refusal>,
    /// Where the challenge is now.
    pub phase: Phase,
    /// The instruction that this frame revealed.
    pub revealed: Option<Instruction>,
    /// What to do better.
    pub hint: Option<Hint>,
}

impl Outcome {
    /// Tells whether the frame was taken.
    #[must_use]
    pub const fn accepted(&self) -> bool {
        self.refusal.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_stored_ones() {
        for reason in Reason::ALL {
            assert_eq!(
                serde_json::to_string(reason).unwrap(),
                format!("\"{}\"", reason.as_str())
            );
        }
        for hint in Hint::ALL {
            assert_eq!(
                serde_json::to_string(hint).unwrap(),
                format!("\"{}\"", hint.as_str())
            );
        }
    }
}
