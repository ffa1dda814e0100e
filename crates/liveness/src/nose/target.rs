//! Where the nose has to go, and drawing it.

use rand::CryptoRng;
use serde::{Deserialize, Serialize};

use super::NoseKind;
use crate::plan::below;
use crate::sight::Seen;
use crate::space::{PictureSize, Point, Rect};

/// Distance to the side of a scaled target, in thousandths of the face's width: a yaw of 12° to 30° for a nose 0.8 widths
/// from the neck's axis. Chosen: below, noise decides; above, landmarks become poor.
const SIDEWAYS: (u64, u64) = (160, 400);

/// Largest distance up or down of a scaled target, in thousandths of the face's width: a pitch of 14°. Chosen.
const UPRIGHT: u64 = 200;

/// From the middle to the edge of a scaled target, in face widths. The reference's 21 px are 0.1 of a face of 204 px; smaller
/// targets let fewer recordings pass. Chosen by simulation.
const REACH: f64 = 0.065;

/// Slack of the reference's target on every side, of its size. From the reference.
const TARGET_SLACK: f64 = 0.55;

/// Where the nose has to go.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// A box in pixels, wherever the face is.
    Fixed(Rect),
    /// So many face widths from where the nose is when the face has entered the area.
    Offset(Point),
}

impl Target {
    /// Draws a target.
    pub fn draw<R: CryptoRng + ?Sized>(kind: NoseKind, picture: PictureSize, rng: &mut R) -> Self {
        match kind {
            NoseKind::Reference => Self::Fixed(reference_box(picture, rng)),
            NoseKind::Scaled => {
                let (near, far) = SIDEWAYS;
                let x = (near + below(rng, far - near + 1)) as f64 / 1000.0;
                let y = (below(rng, 2 * UPRIGHT + 1) as f64 - UPRIGHT as f64) / 1000.0;
                Self::Offset(Point {
                    x: if below(rng, 2) == 0 { -x } else { x },
                    y,
                })
            }
        }
    }

    /// Returns the box, in pixels, that the nose of this face has to be brought into.
    pub(super) fn place(self, seen: &Seen) -> Rect {
        match self {
            Self::Fixed(rect) => rect.enlarged(TARGET_SLACK),
            Self::Offset(offset) => {
                let centre = Point {
                    x: seen.nose.x + offset.x * seen.face.width,
                    y: seen.nose.y + offset.y * seen.face.width,
                };
                Rect::around(centre, REACH * seen.face.width)
            }
        }
    }
}

/// 20 px a side, 45 to 75 px to the left or right of the picture's middle and at most 40 px above or below it.
fn reference_box<R: CryptoRng + ?Sized>(picture: PictureSize, rng: &mut R) -> Rect {
    const SIDE: f64 = 20.0;
    let mut edge = |middle: f64, near: u64, far: u64| {
        let distance = (near + below(rng, far - near + 1)) as f64;
        let edge = if below(rng, 2) == 0 {
            middle - distance - SIDE
        } else {
            middle + distance
        };
        edge.trunc()
    };
    Rect {
        left: edge(picture.width() / 2.0, 45, 75),
        top: edge(picture.height() / 2.0, 0, 40),
        width: SIDE,
        height: SIDE,
    }
}
