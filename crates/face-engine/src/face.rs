//! What the engine says about a face. Pixels are those of the photo, origin at the top left corner.

use crate::geometry::{Point, Rect};

/// Number of landmarks, in the order of the iBUG 300-W annotation.
pub const LANDMARKS: usize = 68;

/// One face in a photo.
#[derive(Debug, Clone, PartialEq)]
pub struct Face {
    /// Where it is. Parts of it may lie outside the photo.
    pub bounds: Rect,
    /// Probability that it is a face at all, `0.0..=1.0`.
    pub confidence: f32,
    /// Points in iBUG order: 0–16 jaw from the left edge of the image to the right, 17–26 brows, 27–35 nose,
    /// 36–47 eyes, 48–67 mouth.
    pub landmarks: [Point; LANDMARKS],
    /// Which way the head is turned.
    pub pose: Pose,
    /// How well it can be seen.
    pub quality: Quality,
    /// Probabilities of the expressions, most probable first, summing to 1. `None` if not asked for.
    pub emotions: Option<Vec<(Emotion, f32)>>,
    /// Apparent age. `None` if not asked for.
    pub age: Option<Age>,
    /// Apparent gender and its probability, `0.5..=1.0`. `None` if not asked for.
    pub gender: Option<(Gender, f32)>,
    /// Whether the face smiles. `None` if not asked for.
    pub smile: Option<Verdict>,
    /// Whether the eyes are open. `None` if not asked for.
    pub eyes_open: Option<Verdict>,
    /// Whether the mouth is open. `None` if not asked for.
    pub mouth_open: Option<Verdict>,
}

/// Rotation of a head in degrees, each in `-180.0..=180.0`; all zero for a face that looks into the camera.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pose {
    /// Positive: turned towards the right edge of the image.
    pub yaw: f32,
    /// Positive: turned upwards.
    pub pitch: f32,
    /// Positive: tilted clockwise as seen in the image.
    pub roll: f32,
}

/// How well a face can be seen, each `0.0..=100.0`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quality {
    /// From black to burnt out.
    pub brightness: f32,
    /// From blurred to crisp.
    pub sharpness: f32,
}

/// Expressions that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Emotion {
    /// Joy.
    Happy,
    /// Sadness.
    Sad,
    /// Anger.
    Angry,
    /// Disgust.
    Disgusted,
    /// Surprise.
    Surprised,
    /// No expression.
    Calm,
    /// Fear.
    Fear,
}

/// Apparent gender: what the network sees, not what a person is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Gender {
    /// Looks male.
    Male,
    /// Looks female.
    Female,
}

/// Apparent age.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Age {
    /// Best estimate in years.
    pub years: f32,
    /// Lower end of the range, in years.
    pub low: u8,
    /// Upper end of the range, in years.
    pub high: u8,
}

/// A yes or no, and how sure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdict {
    /// The answer.
    pub value: bool,
    /// Probability that the answer is right, `0.5..=1.0`.
    pub confidence: f32,
}

/// Which attributes to compute beside bounds, landmarks, pose and quality. Each costs time or privacy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "seven independent switches are what this is"
)]
pub struct Wanted {
    /// Fill [`Face::emotions`].
    pub emotions: bool,
    /// Fill [`Face::age`].
    pub age: bool,
    /// Fill [`Face::gender`].
    pub gender: bool,
    /// Fill [`Face::smile`].
    pub smile: bool,
    /// Fill [`Face::eyes_open`].
    pub eyes_open: bool,
    /// Fill [`Face::mouth_open`].
    pub mouth_open: bool,
}

impl Wanted {
    /// None of them.
    pub const DEFAULT: Self = Self {
        emotions: false,
        age: false,
        gender: false,
        smile: false,
        eyes_open: false,
        mouth_open: false,
    };
    /// All of them.
    pub const ALL: Self = Self {
        emotions: true,
        age: true,
        gender: true,
        smile: true,
        eyes_open: true,
        mouth_open: true,
    };
}
