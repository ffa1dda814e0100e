//! What the rules get to see of one frame: who received it when, and what Rekognition's `DetectFaces` says of it.
//!
//! Plain values, as they arrive. Nothing here is checked: what of it can be used, [`crate::Challenge::advance`] decides.

use serde::{Deserialize, Serialize};

use crate::phash::PerceptualHash;

/// Milliseconds since 1970 by the server's clock: the one that decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ServerMs(pub i64);

impl ServerMs {
    /// Milliseconds from `earlier` to this time, 0 where the clock went back.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i64 {
        let elapsed = self.0.saturating_sub(earlier.0);
        if elapsed < 0 { 0 } else { elapsed }
    }

    /// This time, `ms` milliseconds later.
    #[must_use]
    pub const fn plus(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }
}

/// Milliseconds by the client's clock, from any origin. It decides nothing; it is compared for [`crate::risk`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ClientMs(pub i64);

/// One frame of a challenge.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// Place in the challenge: 0, 1, 2 and so on without a gap.
    pub index: u32,
    /// When the client says that it took the picture.
    pub taken_at: ClientMs,
    /// When the server received it, before it was looked at.
    pub received_at: ServerMs,
    /// SHA-256 of the file's bytes.
    pub sha256: [u8; 32],
    /// What the picture looks like, roughly.
    pub looks: PerceptualHash,
    /// Every face that was detected.
    pub faces: Vec<Face>,
}

/// A detected face, in the numbers of `DetectFaces` with all attributes.
#[derive(Debug, Clone, PartialEq)]
pub struct Face {
    /// Where it is.
    pub bounding_box: Ratios,
    /// Its landmarks: the nose, and for the shape as many as there are (Rekognition gives 30).
    pub landmarks: Vec<Landmark>,
    /// How it is turned.
    pub pose: Pose,
    /// Whether both eyes are open.
    pub eyes_open: Option<Judgement>,
    /// Whether it smiles.
    pub smile: Option<Judgement>,
    /// Whether the mouth is open.
    pub mouth_open: Option<Judgement>,
}

/// A box as ratios of the picture's width and height; it may reach outside of `0..1`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratios {
    /// Left edge, of the width.
    pub left: f64,
    /// Top edge, of the height.
    pub top: f64,
    /// Width, of the width.
    pub width: f64,
    /// Height, of the height.
    pub height: f64,
}

/// A point of the face as ratios of the picture's width and height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Landmark {
    /// Which one.
    pub kind: LandmarkKind,
    /// Of the width, from the left.
    pub x: f64,
    /// Of the height, from the top.
    pub y: f64,
}

/// The landmarks that the rules know by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LandmarkKind {
    /// Eye at the left of the picture.
    EyeLeft,
    /// Eye at the right of the picture.
    EyeRight,
    /// Tip of the nose.
    Nose,
    /// Any other: part of the face's shape.
    Other,
}

impl LandmarkKind {
    /// Returns the kind for Rekognition's `Type`; names that are not known are [`Self::Other`].
    #[must_use]
    pub fn from_rekognition(name: &str) -> Self {
        match name {
            "eyeLeft" => Self::EyeLeft,
            "eyeRight" => Self::EyeRight,
            "nose" => Self::Nose,
            _ => Self::Other,
        }
    }
}

/// How a face is turned, in degrees from facing the camera, -180 to 180.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pose {
    /// Positive: the nose points to the right edge of the (unmirrored) picture, which is the person's left.
    pub yaw: f64,
    /// Up or down. The rules use the difference to the person's own rest, and never its sign.
    pub pitch: f64,
    /// Tilt in the picture's plane.
    pub roll: f64,
}

/// Yes or no, and how sure the detector is of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judgement {
    /// The answer.
    pub value: bool,
    /// Percent, 50 to 100 in practice.
    pub confidence: f64,
}

impl Judgement {
    /// Returns how sure the detector is of a yes, in percent: 100 less the confidence where the answer is no.
    #[must_use]
    pub fn percent_yes(self) -> f64 {
        if self.value {
            self.confidence
        } else {
            100.0 - self.confidence
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sure_no_is_an_unlikely_yes() {
        let sure_no = Judgement {
            value: false,
            confidence: 98.0,
        };
        assert!((sure_no.percent_yes() - 2.0).abs() < 1e-9);
        let yes = Judgement {
            value: true,
            confidence: 70.0,
        };
        assert!((yes.percent_yes() - 70.0).abs() < 1e-9);
    }

    #[test]
    fn a_clock_that_went_back_has_not_moved() {
        assert_eq!(ServerMs(5).since(ServerMs(9)), 0);
        assert_eq!(ServerMs(i64::MAX).since(ServerMs(i64::MIN)), i64::MAX);
        assert_eq!(ServerMs(i64::MAX).plus(1), ServerMs(i64::MAX));
    }
}
