//! A person in front of a camera.

use aws::faces::{DetectedFace, Verdict};
use domain::RatioBox;

/// Size of the frames of tests: small, because many are decoded.
pub(crate) const WIDTH: u32 = 320;
pub(crate) const HEIGHT: u32 = 240;

/// A frame that differs from that of every other seed.
pub(crate) fn jpeg(seed: u32) -> Vec<u8> {
    jpeg_of(WIDTH, HEIGHT, seed)
}

pub(crate) fn jpeg_of(width: u32, height: u32, seed: u32) -> Vec<u8> {
    let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let shade = |(x, y): (u32, u32)| (x / 4 + y / 8 + 13 * seed) as u8;
    let rgb = pixels.flat_map(|it| [shade(it); 3]).collect();
    let format = picture::Format::Jpeg;
    picture::encode_jpeg(
        &picture::Picture {
            width,
            height,
            rgb,
            format,
        },
        60,
    )
}

/// How a head is held and looks. Pixels are those of a picture of 640 × 480, whatever the size of the frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Look {
    /// Degrees, positive to the right of the picture.
    pub(crate) yaw: f64,
    /// Degrees, positive down.
    pub(crate) pitch: f64,
    /// Width of the face in pixels.
    pub(crate) width: f64,
    pub(crate) eyes_open: bool,
    pub(crate) smile: bool,
    pub(crate) mouth_open: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            yaw: 0.0,
            pitch: 0.0,
            width: 170.0,
            eyes_open: true,
            smile: false,
            mouth_open: false,
        }
    }
}

/// Landmarks of the head of `liveness_vectors.json`, whose box is 204 px wide, in pixels from its middle, with depth towards
/// the camera.
const LANDMARKS: [(&str, f64, f64, f64); 11] = [
    ("eyeLeft", -42.0, -45.0, 15.0),
    ("eyeRight", 42.0, -45.0, 15.0),
    ("nose", 0.0, 3.0, 65.0),
    ("mouthLeft", -33.0, 37.0, 25.0),
    ("mouthRight", 33.0, 37.0, 25.0),
    ("leftEyeBrowLeft", -72.0, -63.0, 0.0),
    ("rightEyeBrowRight", 72.0, -63.0, 0.0),
    ("upperJawlineLeft", -100.0, -40.0, -60.0),
    ("upperJawlineRight", 100.0, -40.0, -60.0),
    ("chinBottom", 0.0, 90.0, 15.0),
    ("mouthUp", 0.0, 31.0, 40.0),
];

/// Widths from the neck's axis to the middle of the head: it moves to the side when it turns.
const NECK: f64 = 0.45;
/// Widths from the neck's axis to the tip of the nose.
const NOSE: f64 = NECK + 65.0 / 204.0;

impl Look {
    /// Returns the head with the nose `dx`, `dy` pixels from where it is when it is straight.
    pub(crate) fn with_nose_at(self, dx: f64, dy: f64) -> Self {
        let degrees = |it: f64| (it / self.width / NOSE).clamp(-0.9, 0.9).asin().to_degrees();
        Self {
            yaw: degrees(dx),
            pitch: degrees(dy),
            ..self
        }
    }

    /// Where the nose of the straight head is.
    pub(crate) fn resting_nose(self) -> (f64, f64) {
        (320.0, 240.0 + 3.0 * self.width / 204.0)
    }
}

/// What Rekognition says of a head that is held so.
pub(crate) fn face(look: Look) -> DetectedFace {
    let scale = look.width / 204.0;
    let (yaw_sin, yaw_cos) = look.yaw.to_radians().sin_cos();
    let (pitch_sin, pitch_cos) = look.pitch.to_radians().sin_cos();
    let middle = (
        320.0 + NECK * look.width * yaw_sin,
        240.0 + NECK * look.width * pitch_sin,
    );
    let landmarks = LANDMARKS.map(|(name, x, y, z)| {
        let (y, z) = (y * pitch_cos + z * pitch_sin, z * pitch_cos - y * pitch_sin);
        let x = x * yaw_cos + z * yaw_sin;
        let x = (middle.0 + scale * x) / 640.0;
        let y = (middle.1 + scale * y) / 480.0;
        (name.to_owned(), x as f32, y as f32)
    });
    let (width, height) = (look.width / 640.0, 230.0 * scale / 480.0);
    let (left, top) = (middle.0 / 640.0 - width / 2.0, middle.1 / 480.0 - height / 2.0);
    let verdict = |value| {
        Some(Verdict {
            value,
            confidence: 97.0,
        })
    };
    DetectedFace {
        bounds: RatioBox::new(left as f32, top as f32, width as f32, height as f32).unwrap(),
        confidence: 99.0,
        landmarks: landmarks.to_vec(),
        pose: (0.0, look.yaw as f32, look.pitch as f32),
        quality: (70.0, 80.0),
        age_range: None,
        gender: None,
        smile: verdict(look.smile),
        eyes_open: verdict(look.eyes_open),
        mouth_open: verdict(look.mouth_open),
        eyeglasses: None,
        sunglasses: None,
        beard: None,
        mustache: None,
        face_occluded: None,
        eye_direction: None,
        emotions: None,
    }
}
