//! The surface of a face in three dimensions, without anybody's features.
//!
//! x to the right of the picture, y down, z away from the camera, for a face that looks into it. The unit is that of
//! `face_engine`'s own mean face (a third of the width between the ears); its 68 points were what the constants here were
//! fitted to, by eye.

/// A point or a direction.
pub(super) type Vector = [f64; 3];

/// Tip of the nose.
pub(super) const NOSE: (f64, f64) = (0.0, 0.35);

/// Places of Rekognition's landmarks, for whoever looks straight: name, x and y.
pub(super) const LANDMARKS: [(&str, f64, f64); 15] = [
    ("eyeLeft", -0.62, -0.39),
    ("eyeRight", 0.62, -0.39),
    ("leftEyeLeft", -0.86, -0.40),
    ("leftEyeRight", -0.38, -0.37),
    ("rightEyeLeft", 0.38, -0.37),
    ("rightEyeRight", 0.86, -0.40),
    ("nose", 0.0, 0.35),
    ("noseLeft", -0.25, 0.49),
    ("noseRight", 0.25, 0.49),
    ("mouthLeft", -0.54, 0.94),
    ("mouthRight", 0.54, 0.94),
    ("mouthUp", 0.0, 0.81),
    ("leftEyeBrowRight", -0.35, -0.77),
    ("rightEyeBrowLeft", 0.35, -0.77),
    ("chinBottom", 0.0, 1.83),
];

/// Depth of the surface at a place.
pub(super) fn depth(x: f64, y: f64) -> f64 {
    // Hair and ears do not go on falling back.
    let skull = (0.57 * x * x + 0.14 * y * y).min(DEEPEST);
    -0.25 + skull - nose(x, y)
}

/// How far behind the face hair and neck are at most.
const DEEPEST: f64 = 1.6;

/// How far the nose stands out of the face.
fn nose(x: f64, y: f64) -> f64 {
    let (bridge, tip, lip) = (-0.5, NOSE.1, 0.68);
    let ridge = if y <= tip {
        (y - bridge) / (tip - bridge)
    } else {
        (lip - y) / (lip - tip)
    };
    if ridge <= 0.0 {
        return 0.0;
    }
    let half_width = 0.12 + 0.10 * ridge;
    0.40 * ridge * (-0.5 * (x / half_width).powi(2)).exp()
}

/// A rotation: yaw, pitch and roll in degrees, in the signs of `DetectFaces`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turn([Vector; 3]);

impl Turn {
    /// Returns Rz(roll) · Ry(-yaw) · Rx(-pitch).
    pub(super) fn new(yaw_deg: f64, pitch_deg: f64, roll_deg: f64) -> Self {
        let (sin_yaw, cos_yaw) = (-yaw_deg).to_radians().sin_cos();
        let (sin_pitch, cos_pitch) = (-pitch_deg).to_radians().sin_cos();
        let (sin_roll, cos_roll) = roll_deg.to_radians().sin_cos();
        let turned = [
            [cos_yaw, sin_yaw * sin_pitch, sin_yaw * cos_pitch],
            [0.0, cos_pitch, -sin_pitch],
            [-sin_yaw, cos_yaw * sin_pitch, cos_yaw * cos_pitch],
        ];
        let [a, b, c] = turned;
        let rolled = |one: Vector, other: Vector, cos: f64, sin: f64| {
            [0, 1, 2].map(|at| cos * one[at] + sin * other[at])
        };
        Self([
            rolled(a, b, cos_roll, -sin_roll),
            rolled(b, a, cos_roll, sin_roll),
            c,
        ])
    }

    pub(super) fn of(&self, at: Vector) -> Vector {
        self.0.map(|row| row[0] * at[0] + row[1] * at[1] + row[2] * at[2])
    }
}
