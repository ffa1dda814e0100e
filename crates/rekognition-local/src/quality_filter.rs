//! `QualityFilter`: which faces are good enough to be recognised, and why the others are not.

use aws_wire::AwsError;
use face_engine::Face;
use picture::Picture;
use serde::Serialize;

use crate::constraint;

/// All values of the enum, in the service model's order.
const NAMES: &[&str] = &["NONE", "AUTO", "LOW", "MEDIUM", "HIGH"];

/// A level of the filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum QualityFilter {
    /// Every face passes.
    None,
    /// The endpoint's choice: what `LOW` asks for.
    Auto,
    Low,
    Medium,
    High,
}

/// Why a face is left out. The names are the service model's, and so is their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Reason {
    /// More faces than were asked for are larger.
    ExceedsMaxFaces,
    ExtremePose,
    LowBrightness,
    LowSharpness,
    LowConfidence,
    SmallBoundingBox,
    /// Too much of the face is outside the picture.
    LowFaceQuality,
}

/// What a level asks of a face.
pub(crate) struct Bar {
    pub(crate) name: &'static str,
    /// Largest turn to a side, degrees either way.
    pub(crate) yaw: f32,
    /// Largest nod, degrees either way. A head lying on its side (roll) is turned upright before it is embedded.
    pub(crate) pitch: f32,
    /// Least mean luma, percent.
    pub(crate) brightness: f32,
    /// Least sharpness, percent, as `face_engine` measures it.
    pub(crate) sharpness: f32,
    /// Least confidence that it is a face, percent.
    pub(crate) confidence: f32,
    /// Least length of the bounding box's shorter side, pixels.
    pub(crate) side_px: f32,
    /// Least part of the bounding box inside the picture, percent.
    pub(crate) visible: f32,
}

/// The bars, from the most lenient.
///
/// Amazon does not publish its own. Of these, `LOW` is meant for faces that no network can tell apart: turned beyond the
/// profile's half (Amazon advises a yaw within 45 degrees), smaller than a quarter of the network's input, black or blurred to
/// a blot. `MEDIUM` and `HIGH` keep to the advice for enrolling: "recommendations for facial comparison input images" of the
/// developer guide, within 45 degrees of yaw and -30 to 45 of pitch, and faces of 50 px and more.
///
/// Measured (`examples/quality_quantiles.rs`): of 961 LFW portraits of 250 px, the extremes are a yaw of 47, a pitch of 42,
/// a brightness of 17, a sharpness of 10, a confidence of 87 and a side of 66 px: all pass `LOW`, 99 of 100 pass `MEDIUM`.
#[rustfmt::skip] // one row per level
pub(crate) const BARS: &[Bar] = &[
    Bar { name: "LOW",    yaw: 60.0, pitch: 60.0, brightness:  8.0, sharpness:  4.0, confidence: 85.0, side_px: 24.0, visible: 50.0 },
    Bar { name: "MEDIUM", yaw: 45.0, pitch: 45.0, brightness: 15.0, sharpness: 10.0, confidence: 92.0, side_px: 40.0, visible: 70.0 },
    Bar { name: "HIGH",   yaw: 30.0, pitch: 30.0, brightness: 25.0, sharpness: 25.0, confidence: 97.0, side_px: 60.0, visible: 85.0 },
];

impl QualityFilter {
    /// Reads the member.
    pub(crate) fn of(name: Option<&str>, default: Self) -> Result<Self, AwsError> {
        Ok(match name {
            None => default,
            Some("NONE") => Self::None,
            Some("AUTO") => Self::Auto,
            Some("LOW") => Self::Low,
            Some("MEDIUM") => Self::Medium,
            Some("HIGH") => Self::High,
            Some(other) => return Err(constraint::not_in_enum("qualityFilter", other, NAMES)),
        })
    }

    /// Why `face`, found in `picture`, does not pass; empty if it does.
    pub(crate) fn reasons(self, face: &Face, picture: &Picture) -> Vec<Reason> {
        let bar = match self {
            Self::None => return Vec::new(),
            Self::Auto | Self::Low => &BARS[0],
            Self::Medium => &BARS[1],
            Self::High => &BARS[2],
        };
        // Written so that what is not a number does not pass.
        let passes = [
            (
                face.pose.yaw.abs() <= bar.yaw && face.pose.pitch.abs() <= bar.pitch,
                Reason::ExtremePose,
            ),
            (bar.brightness <= face.quality.brightness, Reason::LowBrightness),
            (bar.sharpness <= face.quality.sharpness, Reason::LowSharpness),
            (bar.confidence <= face.confidence * 100.0, Reason::LowConfidence),
            (
                bar.side_px <= face.bounds.width.min(face.bounds.height),
                Reason::SmallBoundingBox,
            ),
            (bar.visible <= visible(face, picture), Reason::LowFaceQuality),
        ];
        passes
            .into_iter()
            .filter_map(|(passes, reason)| (!passes).then_some(reason))
            .collect()
    }

    /// Whether `face` passes.
    pub(crate) fn passes(self, face: &Face, picture: &Picture) -> bool {
        self.reasons(face, picture).is_empty()
    }
}

/// How much of a face's bounding box is inside the picture, in percent.
fn visible(face: &Face, picture: &Picture) -> f32 {
    let inside = |start: f32, length: f32, side: u32| {
        let end = (start + length).min(side as f32);
        (end - start.max(0.0)).max(0.0) / length
    };
    let bounds = face.bounds;
    100.0
        * inside(bounds.left, bounds.width, picture.width)
        * inside(bounds.top, bounds.height, picture.height)
}
