//! `FaceDetail`: a face as the service model spells it.
//!
//! Pixels become ratios of the picture's sides, probabilities become percentages, and what the engine did not measure is not
//! there.

use face_engine::{Age, Emotion, Face, Gender, Verdict};
use picture::Picture;
use serde::Serialize;

use super::{
    Asked,
    landmarks::{DEFAULT_LANDMARKS, LANDMARKS},
};

/// `FaceDetail` of the service model, and, of what [`Asked::COMPARED`] asks for, its `ComparedFace`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct FaceDetail {
    bounding_box: BoundingBox,
    #[serde(skip_serializing_if = "Option::is_none")]
    age_range: Option<AgeRange>,
    #[serde(skip_serializing_if = "Option::is_none")]
    smile: Option<Judged<bool>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gender: Option<Judged<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    eyes_open: Option<Judged<bool>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mouth_open: Option<Judged<bool>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    emotions: Option<Vec<EmotionDetail>>,
    landmarks: Vec<Landmark>,
    pose: Pose,
    quality: Quality,
    confidence: f32,
}

/// Ratios of the picture's sides; outside `0..=1` where the face leaves the picture.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct BoundingBox {
    pub(crate) width: f32,
    pub(crate) height: f32,
    pub(crate) left: f32,
    pub(crate) top: f32,
}

impl BoundingBox {
    /// Where `face` is in `photo`.
    pub(crate) fn of(face: &Face, photo: &Picture) -> Self {
        let (width, height) = (photo.width as f32, photo.height as f32);
        Self {
            width: face.bounds.width / width,
            height: face.bounds.height / height,
            left: face.bounds.left / width,
            top: face.bounds.top / height,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AgeRange {
    low: u8,
    high: u8,
}

/// `Smile`, `Gender`, `EyeOpen`, `MouthOpen`: a value and a percentage.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Judged<T> {
    value: T,
    confidence: f32,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct EmotionDetail {
    r#type: &'static str,
    confidence: f32,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Landmark {
    r#type: &'static str,
    x: f32,
    y: f32,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Pose {
    roll: f32,
    yaw: f32,
    pitch: f32,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Quality {
    brightness: f32,
    sharpness: f32,
}

impl FaceDetail {
    /// Spells `face`, found in `photo`, with as much as was `asked` for.
    pub(crate) fn of(face: &Face, photo: &Picture, asked: Asked) -> Self {
        let (width, height) = (photo.width as f32, photo.height as f32);
        let wanted = asked.wanted();
        let n_landmarks = if asked.all_landmarks() {
            LANDMARKS.len()
        } else {
            DEFAULT_LANDMARKS
        };
        let landmarks = LANDMARKS[..n_landmarks].iter().map(|(r#type, source)| {
            let point = source.find(&face.landmarks);
            Landmark {
                r#type,
                x: point.x / width,
                y: point.y / height,
            }
        });
        Self {
            bounding_box: BoundingBox::of(face, photo),
            age_range: face.age.filter(|_| wanted.age).map(AgeRange::from),
            smile: face.smile.filter(|_| wanted.smile).map(Judged::from),
            gender: face.gender.filter(|_| wanted.gender).map(Judged::from),
            eyes_open: face.eyes_open.filter(|_| wanted.eyes_open).map(Judged::from),
            mouth_open: face.mouth_open.filter(|_| wanted.mouth_open).map(Judged::from),
            emotions: face
                .emotions
                .as_ref()
                .filter(|_| wanted.emotions)
                .map(|it| emotions(it)),
            landmarks: landmarks.collect(),
            pose: Pose {
                roll: degrees(face.pose.roll),
                yaw: degrees(face.pose.yaw),
                pitch: degrees(face.pose.pitch),
            },
            quality: Quality {
                brightness: face.quality.brightness,
                sharpness: face.quality.sharpness,
            },
            confidence: percent(face.confidence),
        }
    }
}

/// Most confident first, whatever order they came in.
fn emotions(probabilities: &[(Emotion, f32)]) -> Vec<EmotionDetail> {
    let mut list: Vec<EmotionDetail> = probabilities
        .iter()
        .map(|(emotion, probability)| EmotionDetail {
            r#type: emotion_name(*emotion),
            confidence: percent(*probability),
        })
        .collect();
    list.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    list
}

const fn emotion_name(emotion: Emotion) -> &'static str {
    match emotion {
        Emotion::Happy => "HAPPY",
        Emotion::Sad => "SAD",
        Emotion::Angry => "ANGRY",
        Emotion::Disgusted => "DISGUSTED",
        Emotion::Surprised => "SURPRISED",
        Emotion::Calm => "CALM",
        Emotion::Fear => "FEAR",
    }
}

/// A probability as a percentage. Rounding may have carried it a hair beyond its range.
pub(crate) fn percent(probability: f32) -> f32 {
    (probability * 100.0).clamp(0.0, 100.0)
}

/// An angle in the model's range.
fn degrees(angle: f32) -> f32 {
    angle.clamp(-180.0, 180.0)
}

impl From<Age> for AgeRange {
    fn from(age: Age) -> Self {
        Self {
            low: age.low,
            high: age.high,
        }
    }
}

impl From<Verdict> for Judged<bool> {
    fn from(verdict: Verdict) -> Self {
        Self {
            value: verdict.value,
            confidence: percent(verdict.confidence),
        }
    }
}

impl From<(Gender, f32)> for Judged<&'static str> {
    fn from((gender, probability): (Gender, f32)) -> Self {
        let value = match gender {
            Gender::Male => "Male",
            Gender::Female => "Female",
        };
        Self {
            value,
            confidence: percent(probability),
        }
    }
}
