//! Gestures, told from what single frames show. Each has two thresholds, so that a value that wavers around one is no
//! gesture, and most must be seen in two frames, so that one misread frame is none either.
//!
//! A gesture is told once, when it has begun *and* was not there before: whoever smiles all the time has not smiled
//! when asked to.

use serde::{Deserialize, Serialize};

use crate::frame::ServerMs;
use crate::shape::Shape;
use crate::sight::Seen;

/// Yaw of a turned head, in degrees. A head within 20° is frontal for the reference's successor; 5° more for the detector's error.
pub const TURNED_DEG: f64 = 25.0;

/// Yaw below which a turned head is back, in degrees. Chosen: half of the turn.
pub const TURNED_BACK_DEG: f64 = 12.0;

/// Angle of a head that looks elsewhere, yaw and pitch together, in degrees. Chosen: below what any target needs by little,
/// above what people sway.
pub const AWAY_DEG: f64 = 15.0;

/// Yaw, and pitch from its rest, of a head that looks straight, in degrees. Chosen: less than half of the 20° of the reference's
/// successor, because the way to a target begins here; twice what heads sway and detectors err together.
pub const STRAIGHT_DEG: f64 = 8.0;

/// Expressions are read from faces that are turned by no more than this, in degrees: the successor's limit of a frontal face.
pub const READABLE_DEG: f64 = 20.0;

/// A smile or an open mouth is one from this percentage of a yes on. Chosen; Rekognition's confidences begin at 50.
pub const SHOWN_PERCENT: f64 = 80.0;

/// And is over below this one. Chosen.
pub const RELAXED_PERCENT: f64 = 40.0;

/// Eyes are closed up to this percentage of "open". Chosen.
pub const CLOSED_PERCENT: f64 = 25.0;

/// And open from this one on. Chosen.
pub const OPEN_PERCENT: f64 = 60.0;

/// Growth of both sides of the face's box that is "closer". Chosen: from arm's length (60 cm) to 48 cm.
pub const CLOSER_FACTOR: f64 = 1.25;

/// Growth below which the face is not closer any more. Chosen.
pub const CLOSER_OVER_FACTOR: f64 = 1.1;

/// Yaw up to which a camera stands beside what the person looks at, in degrees. Chosen: a phone video of the evaluation data has 8.
const BESIDE_DEG: f64 = 12.0;

/// Yaws nearer than this are the same, in degrees. Chosen: twice a detector's error.
const SAME_DEG: f64 = 5.0;

/// Least change of shape of a head that turned by [`SHAPE_TELLS_DEG`] or more to a side. From the reference's stricter case: 0.1 · 1.5.
///
/// Seen through the local engine, faces in three videos of people changed by 0.16 and more from 12° on, and by 0.125 at most
/// when they only spoke, smiled or opened the mouth. A nod changes no more than that: there the shape says nothing.
pub(crate) const SHAPE_CHANGE: f64 = 0.15;

/// The same of a head that turned less. From the reference: 0.1 · 0.75.
pub(crate) const SHAPE_CHANGE_SLIGHT: f64 = 0.075;

/// Yaw from which the shape tells for sure that a head is turned, in degrees; see [`SHAPE_CHANGE`].
pub(crate) const SHAPE_TELLS_DEG: f64 = 12.0;

/// Frames in which a gesture must be seen.
const HOLD_FRAMES: u8 = 2;

/// A gesture that has begun.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Told {
    TurnedLeft,
    TurnedRight,
    /// Looks elsewhere; whether it is a turn is told apart.
    Away,
    Smiled,
    OpenedMouth,
    Blinked,
    CameCloser,
}

/// A gesture and the first frame of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Event {
    pub(crate) told: Told,
    pub(crate) since: u32,
}

/// One gesture with two thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Latch {
    /// Not yet seen at rest.
    #[default]
    Unknown,
    Off,
    Rising {
        since: u32,
        frames: u8,
    },
    On,
}

impl Latch {
    /// Takes a frame; returns the first frame of the gesture when it has been there long enough.
    fn feed(&mut self, index: u32, is_shown: bool, is_over: bool) -> Option<u32> {
        let (next, told) = match *self {
            Self::Unknown | Self::On if is_over => (Self::Off, None),
            Self::Unknown | Self::On => (*self, None),
            Self::Off if is_shown => (
                Self::Rising {
                    since: index,
                    frames: 1,
                },
                None,
            ),
            Self::Rising { since, frames } if is_shown && HOLD_FRAMES <= frames + 1 => {
                (Self::On, Some(since))
            }
            Self::Rising { since, frames } if is_shown => (
                Self::Rising {
                    since,
                    frames: frames + 1,
                },
                None,
            ),
            Self::Off | Self::Rising { .. } => (Self::Off, None),
        };
        *self = next;
        told
    }

    /// Tells whether the gesture is there already, so that it has to end before it can be told.
    pub(crate) const fn has_to_end_first(self) -> bool {
        matches!(self, Self::Unknown | Self::On)
    }
}

/// The eyes: open, closed, and open again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Eyes {
    /// Not yet seen open.
    #[default]
    Unknown,
    Open,
    Closed {
        since: u32,
        at: ServerMs,
    },
}

impl Eyes {
    fn feed(&mut self, index: u32, at: ServerMs, percent_open: f64, longest_ms: i64) -> Option<u32> {
        match *self {
            Self::Unknown | Self::Closed { .. } if percent_open < OPEN_PERCENT => None,
            Self::Unknown => {
                *self = Self::Open;
                None
            }
            Self::Open if percent_open <= CLOSED_PERCENT => {
                *self = Self::Closed { since: index, at };
                None
            }
            Self::Open => None,
            Self::Closed { since, at: closed_at } => {
                *self = Self::Open;
                (at.since(closed_at) <= longest_ms).then_some(since)
            }
        }
    }
}

/// All gestures of one face.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Watch {
    left: Latch,
    right: Latch,
    away: Latch,
    pub(crate) smile: Latch,
    pub(crate) mouth: Latch,
    eyes: Eyes,
    closer: Latch,
}

/// What a face is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Rest {
    /// Degrees: when the step was shown, and in the first frame.
    pub(crate) yaw: f64,
    first_yaw: f64,
    /// Degrees.
    pub(crate) pitch: f64,
    /// Pixels.
    pub(crate) width: f64,
    pub(crate) height: f64,
    /// The shape of the straightest face so far, and its yaw in degrees.
    shape: Shape,
    shape_yaw: f64,
}

impl Rest {
    pub(crate) fn of(seen: &Seen) -> Self {
        Self {
            yaw: seen.yaw,
            first_yaw: seen.yaw,
            pitch: seen.pitch,
            width: seen.face.width,
            height: seen.face.height,
            shape: seen.shape,
            shape_yaw: seen.yaw,
        }
    }

    /// Takes the yaw and the size of a straight face, and its shape if it is straighter than any before. The pitch stays the first
    /// one: a rest that follows the head would let it drift away.
    pub(crate) fn settle(&mut self, seen: &Seen) {
        self.yaw = seen.yaw;
        (self.width, self.height) = (seen.face.width, seen.face.height);
        if seen.yaw.abs() < self.shape_yaw.abs() {
            (self.shape, self.shape_yaw) = (seen.shape, seen.yaw);
        }
    }

    /// Tells whether the face looks straight into the camera with open eyes.
    ///
    /// A face that is turned as it was in the first frame counts, if that was not far: cameras stand beside screens.
    pub(crate) fn is_straight(&self, seen: &Seen) -> bool {
        let as_first = self.first_yaw.abs() <= BESIDE_DEG && (seen.yaw - self.first_yaw).abs() <= SAME_DEG;
        (seen.yaw.abs() <= STRAIGHT_DEG || as_first)
            && (seen.pitch - self.pitch).abs() <= STRAIGHT_DEG
            && seen.eyes_open.is_none_or(|it| OPEN_PERCENT <= it)
    }

    /// Tells by how much the face is turned sideways from the straight one, in degrees.
    pub(crate) fn turned_by(&self, seen: &Seen) -> f64 {
        (seen.yaw - self.shape_yaw).abs()
    }

    /// Tells how much the shape differs from the straight face's, 0 to √2.
    pub(crate) fn shape_change(&self, seen: &Seen) -> f64 {
        self.shape.distance(&seen.shape)
    }
}

impl Watch {
    /// Forgets that the face came closer: from now on it is compared with another size.
    pub(crate) fn rest_of_size_changed(&mut self) {
        self.closer = Latch::Off;
    }

    /// Takes a frame; returns the gestures that are told by it.
    ///
    /// `longest_blink_ms` is how long eyes may be closed in a blink.
    pub(crate) fn feed(
        &mut self,
        index: u32,
        at: ServerMs,
        seen: &Seen,
        rest: &Rest,
        longest_blink_ms: i64,
    ) -> Vec<Event> {
        let agrees = seen.pose_agrees();
        let angle = (seen.yaw - rest.yaw).hypot(seen.pitch - rest.pitch);
        let growth = (seen.face.width / rest.width).min(seen.face.height / rest.height);
        let turned = |yaw: f64| (agrees && TURNED_DEG <= yaw, yaw <= TURNED_BACK_DEG);
        let mut told = Vec::new();
        let mut tell = |what, since: Option<u32>| told.extend(since.map(|since| Event { told: what, since }));

        let (left, back) = turned(seen.yaw);
        tell(Told::TurnedLeft, self.left.feed(index, left, back));
        let (right, back) = turned(-seen.yaw);
        tell(Told::TurnedRight, self.right.feed(index, right, back));
        let straight = angle <= STRAIGHT_DEG;
        tell(Told::Away, self.away.feed(index, AWAY_DEG <= angle, straight));
        let over = growth <= CLOSER_OVER_FACTOR;
        tell(
            Told::CameCloser,
            self.closer.feed(index, CLOSER_FACTOR <= growth, over),
        );

        if angle <= READABLE_DEG {
            let shown = |percent: f64| (SHOWN_PERCENT <= percent, percent <= RELAXED_PERCENT);
            if let Some((shown, over)) = seen.smile.map(shown) {
                tell(Told::Smiled, self.smile.feed(index, shown, over));
            }
            if let Some((shown, over)) = seen.mouth_open.map(shown) {
                tell(Told::OpenedMouth, self.mouth.feed(index, shown, over));
            }
            if let Some(percent) = seen.eyes_open {
                tell(
                    Told::Blinked,
                    self.eyes.feed(index, at, percent, longest_blink_ms),
                );
            }
        }
        told
    }
}

#[cfg(test)]
mod tests;
