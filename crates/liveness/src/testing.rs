//! A synthetic head for unit tests: the one of the reference's vectors.

use crate::frame::{ClientMs, Face, Frame, Judgement, Landmark, LandmarkKind, Pose, Ratios, ServerMs};
use crate::phash::PerceptualHash;

/// Landmarks of the vectors' head in pixels from the middle of its box, with depth towards the camera.
const HEAD: [(LandmarkKind, f64, f64, f64); 11] = [
    (LandmarkKind::EyeLeft, -42.0, -45.0, 15.0),
    (LandmarkKind::EyeRight, 42.0, -45.0, 15.0),
    (LandmarkKind::Nose, 0.0, 3.0, 65.0),
    (LandmarkKind::Other, -33.0, 37.0, 25.0),
    (LandmarkKind::Other, 33.0, 37.0, 25.0),
    (LandmarkKind::Other, -72.0, -63.0, 0.0),
    (LandmarkKind::Other, 72.0, -63.0, 0.0),
    (LandmarkKind::Other, -100.0, -40.0, -60.0),
    (LandmarkKind::Other, 100.0, -40.0, -60.0),
    (LandmarkKind::Other, 0.0, 90.0, 15.0),
    (LandmarkKind::Other, 0.0, 31.0, 40.0),
];

/// How the head is held.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held {
    /// Degrees.
    pub(crate) yaw: f64,
    /// Degrees; positive is down here.
    pub(crate) pitch: f64,
    /// Pixels from the middle of a picture of 640 × 480.
    pub(crate) x: f64,
    pub(crate) y: f64,
    /// 1 is a width of 204 px.
    pub(crate) scale: f64,
}

pub(crate) const STRAIGHT: Held = Held {
    yaw: 0.0,
    pitch: 0.0,
    x: 0.0,
    y: 0.0,
    scale: 1.0,
};

/// A head that is held so, in a picture of 640 × 480, calm and with open eyes.
pub(crate) fn head(held: Held) -> Face {
    let (yaw_sin, yaw_cos) = held.yaw.to_radians().sin_cos();
    let (pitch_sin, pitch_cos) = held.pitch.to_radians().sin_cos();
    let landmarks = HEAD.map(|(kind, x, y, z)| {
        let (y, z) = (y * pitch_cos + z * pitch_sin, z * pitch_cos - y * pitch_sin);
        let x = x * yaw_cos + z * yaw_sin;
        Landmark {
            kind,
            x: (320.0 + held.x + held.scale * x) / 640.0,
            y: (240.0 + held.y + held.scale * y) / 480.0,
        }
    });
    let (width, height) = (204.0 * held.scale, 230.0 * held.scale);
    Face {
        bounding_box: Ratios {
            left: (320.0 + held.x - width / 2.0) / 640.0,
            top: (240.0 + held.y - height / 2.0) / 480.0,
            width: width / 640.0,
            height: height / 480.0,
        },
        landmarks: landmarks.to_vec(),
        pose: Pose {
            yaw: held.yaw,
            pitch: held.pitch,
            roll: 0.0,
        },
        eyes_open: judgement(true),
        smile: judgement(false),
        mouth_open: judgement(false),
    }
}

pub(crate) fn face() -> Face {
    head(STRAIGHT)
}

/// A sure one.
#[expect(clippy::unnecessary_wraps, reason = "the type of the fields that it fills")]
pub(crate) fn judgement(value: bool) -> Option<Judgement> {
    Some(Judgement {
        value,
        confidence: 97.0,
    })
}

/// Frame `index` of a camera with four frames a second that never takes the same picture twice.
pub(crate) fn frame(index: u32, faces: Vec<Face>) -> Frame {
    let mut sha256 = [0; 32];
    sha256[..4].copy_from_slice(&index.wrapping_add(1).to_be_bytes());
    Frame {
        index,
        taken_at: ClientMs(5_000 + 250 * i64::from(index)),
        received_at: ServerMs(1_000 + 250 * i64::from(index)),
        sha256,
        looks: PerceptualHash(u64::from(index).wrapping_mul(0x9E37_79B9_7F4A_7C15)),
        faces,
    }
}
