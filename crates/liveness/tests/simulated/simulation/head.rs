//! A head in space, and what a detector makes of it.

use liveness::{Face, Judgement, Landmark, LandmarkKind, Pose, Ratios};
use rand::RngExt as _;
use rand::rngs::StdRng;

use super::normal;

/// The 30 landmarks of the reference vectors' head in pixels from the middle of its box, depth towards the camera; its
/// box is 204 px wide and 230 px high. In Rekognition's order: eyes, nose, mouth corners, and so on.
#[rustfmt::skip]
const LANDMARKS: [(f64, f64, f64); 30] = [
    (-42.0, -45.0, 15.0), (42.0, -45.0, 15.0), (0.0, 3.0, 65.0), (-33.0, 37.0, 25.0), (33.0, 37.0, 25.0),
    (-72.0, -63.0, 0.0), (-18.0, -65.0, 25.0), (-45.0, -73.0, 20.0), (18.0, -65.0, 25.0), (72.0, -63.0, 0.0),
    (45.0, -73.0, 20.0), (-58.0, -44.0, 5.0), (-26.0, -43.0, 15.0), (-42.0, -51.0, 16.0), (-42.0, -40.0, 15.0),
    (26.0, -43.0, 15.0), (58.0, -44.0, 5.0), (42.0, -51.0, 16.0), (42.0, -40.0, 15.0), (-16.0, 9.0, 42.0),
    (16.0, 9.0, 42.0), (0.0, 31.0, 40.0), (0.0, 47.0, 35.0), (-42.0, -45.0, 15.0), (42.0, -45.0, 15.0),
    (-100.0, -40.0, -60.0), (-86.0, 40.0, -35.0), (0.0, 90.0, 15.0), (86.0, 40.0, -35.0), (100.0, -40.0, -60.0),
];

/// Width of the vectors' box in pixels.
const WIDTH_PX: f64 = 204.0;

/// How far the box's middle moves to the side when the head turns, in face widths times the sine of the yaw: heads turn
/// about the neck, which is behind their middle. Assumed; with the nose's depth of 0.32 the nose is 0.77 from the axis
/// (anatomically about 12 cm of a face of 15 cm).
const NECK_SIDEWAYS: f64 = 0.45;

/// The same for nodding. Assumed: the joint is higher up.
const NECK_UPRIGHT: f64 = 0.35;

/// Depth of the nose in face widths.
const NOSE_DEPTH: f64 = 65.0 / WIDTH_PX;

/// How a head is held and looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Posture {
    /// Degrees; positive is to the right of the picture.
    pub(super) yaw: f64,
    /// Degrees; positive is down.
    pub(super) pitch: f64,
    /// Middle of the box of the straight head, in pixels.
    pub(super) x: f64,
    pub(super) y: f64,
    /// Width of its box in pixels.
    pub(super) width: f64,
    pub(super) eyes_open: bool,
    pub(super) smile: bool,
    pub(super) mouth_open: bool,
}

/// How far a detector is off. Assumed; about what the local engine shows on a held camera.
#[derive(Debug, Clone, Copy)]
pub(super) struct Errors {
    /// Standard deviation of a landmark's coordinates, in face widths.
    landmark: f64,
    /// Of the box's edges, in face widths.
    edge: f64,
    /// Of yaw and pitch, in degrees.
    angle: f64,
    /// Factor of all angles, the same for one person.
    angle_gain: f64,
    /// Probability that an expression is misread.
    misread: f64,
    /// Probability that the face is not found.
    miss: f64,
}

impl Errors {
    pub(super) fn of_a_day(rng: &mut StdRng) -> Self {
        Self {
            landmark: rng.random_range(0.003..0.009),
            edge: rng.random_range(0.005..0.015),
            angle: rng.random_range(0.5..2.0),
            angle_gain: rng.random_range(0.9..1.1),
            misread: 0.02,
            miss: 0.005,
        }
    }
}

impl Posture {
    /// Returns yaw and pitch that bring the nose `dx`, `dy` pixels from where it is when the head is straight.
    pub(super) fn angles_for(&self, dx: f64, dy: f64) -> (f64, f64) {
        let degrees = |shift: f64, arm: f64| (shift / self.width / arm).clamp(-0.7, 0.7).asin().to_degrees();
        (
            degrees(dx, NECK_SIDEWAYS + NOSE_DEPTH),
            degrees(dy, NECK_UPRIGHT + NOSE_DEPTH),
        )
    }

    /// Where the nose is when the head is straight, in pixels.
    pub(super) const fn resting_nose(&self) -> (f64, f64) {
        (self.x, self.y + LANDMARKS[2].1 * self.width / WIDTH_PX)
    }

    /// What a detector finds; nothing if it misses the face.
    pub(super) fn detect(&self, errors: Errors, rng: &mut StdRng) -> Option<Face> {
        if rng.random_bool(errors.miss) {
            return None;
        }
        let scale = self.width / WIDTH_PX;
        let (yaw_sin, yaw_cos) = self.yaw.to_radians().sin_cos();
        let (pitch_sin, pitch_cos) = self.pitch.to_radians().sin_cos();
        let x = self.x + NECK_SIDEWAYS * self.width * yaw_sin;
        let y = self.y + NECK_UPRIGHT * self.width * pitch_sin;
        let landmarks = (0..).zip(LANDMARKS).map(|(at, (px, py, pz))| {
            let (py, pz) = (py * pitch_cos + pz * pitch_sin, pz * pitch_cos - py * pitch_sin);
            let px = px * yaw_cos + pz * yaw_sin;
            Landmark {
                kind: [LandmarkKind::EyeLeft, LandmarkKind::EyeRight, LandmarkKind::Nose]
                    .get(at)
                    .copied()
                    .unwrap_or(LandmarkKind::Other),
                x: (x + scale * px + normal(rng, errors.landmark * self.width)) / 640.0,
                y: (y + scale * py + normal(rng, errors.landmark * self.width)) / 480.0,
            }
        });
        let landmarks = landmarks.collect();
        let mut edge = || normal(rng, errors.edge * self.width);
        let (width, height) = (self.width + edge(), 230.0 * scale + edge());
        let bounding_box = Ratios {
            left: (x - width / 2.0 + edge()) / 640.0,
            top: (y - height / 2.0 + edge()) / 480.0,
            width: width / 640.0,
            height: height / 480.0,
        };
        let mut angle = |degrees: f64| errors.angle_gain * degrees + normal(rng, errors.angle);
        let pose = Pose {
            yaw: angle(self.yaw),
            pitch: angle(self.pitch),
            roll: angle(0.0),
        };
        // Smiles show teeth now and then.
        let mouth_open = self.mouth_open || self.smile && rng.random_bool(0.2);
        Some(Face {
            bounding_box,
            landmarks,
            pose,
            eyes_open: judge(self.eyes_open, errors, rng),
            smile: judge(self.smile, errors, rng),
            mouth_open: judge(mouth_open, errors, rng),
        })
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the type of the fields that it fills")]
fn judge(truth: bool, errors: Errors, rng: &mut StdRng) -> Option<Judgement> {
    Some(if rng.random_bool(errors.misread) {
        Judgement {
            value: !truth,
            confidence: rng.random_range(50.0..90.0),
        }
    } else {
        Judgement {
            value: truth,
            confidence: rng.random_range(82.0..99.9),
        }
    })
}
