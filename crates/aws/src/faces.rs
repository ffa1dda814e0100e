//! Rekognition's face detection, on a photo that is in a bucket or at hand.

use aws_sdk_rekognition::Client;
use aws_sdk_rekognition::operation::detect_faces::DetectFacesError;
use aws_sdk_rekognition::primitives::Blob;
use aws_sdk_rekognition::types::{
    Attribute, EmotionName as WireEmotion, FaceDetail, GenderType, Image, LandmarkType, S3Object,
};
use domain::{Fault, RatioBox};

use crate::fault::{malformed, sdk_fault};
use crate::photos::ObjectKey;

/// Adapter on Rekognition.
#[derive(Debug, Clone)]
pub struct FaceDetector {
    client: Client,
}

/// What can be measured of a face beyond where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FaceAttribute {
    /// Range of years.
    AgeRange,
    /// Like a man or a woman.
    Gender,
    /// Smiles.
    Smile,
    /// Eyes are open.
    EyesOpen,
    /// Mouth is open.
    MouthOpen,
    /// Wears glasses.
    Eyeglasses,
    /// Wears sunglasses.
    Sunglasses,
    /// Has a beard.
    Beard,
    /// Has a mustache.
    Mustache,
    /// Is covered in part.
    FaceOccluded,
    /// Where the eyes look.
    EyeDirection,
    /// Expressed emotions.
    Emotions,
}

/// A face that was found. What was not measured is `None`; nothing is made up.
#[derive(Debug, Clone, PartialEq)]
pub struct DetectedFace {
    /// Where it is.
    pub bounds: RatioBox,
    /// Confidence that it is a face, in percent.
    pub confidence: f32,
    /// Points of the face: name as Rekognition gives it, and position as ratios.
    pub landmarks: Vec<(String, f32, f32)>,
    /// Roll, yaw and pitch in degrees.
    pub pose: (f32, f32, f32),
    /// Brightness and sharpness, 0 to 100.
    pub quality: (f32, f32),
    /// Range of years, both ends included.
    pub age_range: Option<(u8, u8)>,
    /// Like a man or a woman.
    pub gender: Option<(Gender, f32)>,
    /// Smiles.
    pub smile: Option<Verdict>,
    /// Eyes are open.
    pub eyes_open: Option<Verdict>,
    /// Mouth is open.
    pub mouth_open: Option<Verdict>,
    /// Wears glasses.
    pub eyeglasses: Option<Verdict>,
    /// Wears sunglasses.
    pub sunglasses: Option<Verdict>,
    /// Has a beard.
    pub beard: Option<Verdict>,
    /// Has a mustache.
    pub mustache: Option<Verdict>,
    /// Is covered in part.
    pub face_occluded: Option<Verdict>,
    /// Yaw and pitch of the eyes in degrees, and the confidence in percent.
    pub eye_direction: Option<(f32, f32, f32)>,
    /// Emotions with their confidence in percent, strongest first.
    pub emotions: Option<Vec<(Emotion, f32)>>,
}

/// A yes or no with its confidence in percent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdict {
    /// The verdict.
    pub value: bool,
    /// How sure, in percent.
    pub confidence: f32,
}

/// Appearance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gender {
    /// Like a man.
    Male,
    /// Like a woman.
    Female,
}

/// Expressed emotions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say all there is to say")]
pub enum Emotion {
    Happy,
    Sad,
    Angry,
    Confused,
    Disgusted,
    Surprised,
    Calm,
    Fear,
    Unknown,
}

/// Why no faces were returned.
#[derive(Debug, thiserror::Error)]
pub enum DetectFacesFailure {
    /// Rekognition does not take this picture, although it was encoded for it.
    #[error("rekognition does not take this picture")]
    Picture(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Rekognition failed, or may not read the object.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl FaceDetector {
    /// Returns the adapter; `AWS_ENDPOINT_URL_REKOGNITION` may point it elsewhere.
    #[must_use]
    pub fn new(aws: &aws_config::SdkConfig) -> Self {
        Self {
            client: Client::new(aws),
        }
    }

    /// Returns the faces of the photo under `key` in `bucket`, largest first, at most 100.
    ///
    /// Maps to `rekognition:DetectFaces`, and to `s3:GetObject` with the caller's own rights.
    ///
    /// # Errors
    ///
    /// [`DetectFacesFailure::Picture`] for what the picture is to blame for, else a fault.
    pub async fn detect(
        &self,
        bucket: &str,
        key: &ObjectKey,
        attributes: &[FaceAttribute],
    ) -> Result<Vec<DetectedFace>, DetectFacesFailure> {
        let object = S3Object::builder().bucket(bucket).name(key.as_str()).build();
        let wanted = attributes.iter().map(|it| wire_attribute(*it));
        // Box, confidence, pose, quality and five landmarks come with DEFAULT.
        let attributes = [Attribute::Default].into_iter().chain(wanted).collect();
        self.look(Image::builder().s3_object(object).build(), attributes)
            .await
    }

    /// Returns the faces of a photo with everything that can be measured and all landmarks, largest first, at most 100.
    /// The photo may have 5 MB (Amazon Rekognition, "Guidelines and quotas"). Maps to `rekognition:DetectFaces`.
    ///
    /// # Errors
    ///
    /// As [`Self::detect`].
    pub async fn detect_in_bytes(&self, photo: Vec<u8>) -> Result<Vec<DetectedFace>, DetectFacesFailure> {
        let image = Image::builder().bytes(Blob::new(photo)).build();
        self.look(image, vec![Attribute::All]).await
    }

    async fn look(
        &self,
        image: Image,
        attributes: Vec<Attribute>,
    ) -> Result<Vec<DetectedFace>, DetectFacesFailure> {
        const OPERATION: &str = "DetectFaces";
        let answer = self
            .client
            .detect_faces()
            .image(image)
            .set_attributes(Some(attributes))
            .send()
            .await
            .map_err(|error| match error.as_service_error() {
                Some(
                    DetectFacesError::ImageTooLargeException(_)
                    | DetectFacesError::InvalidImageFormatException(_),
                ) => DetectFacesFailure::Picture(Box::new(error)),
                _ => DetectFacesFailure::Fault(sdk_fault(OPERATION, error)),
            })?;
        let faces = answer
            .face_details
            .unwrap_or_default()
            .into_iter()
            .map(face)
            .collect::<Option<Vec<_>>>();
        let mut faces =
            faces.ok_or_else(|| malformed(OPERATION, "a face without box, confidence, pose or quality"))?;
        // Rekognition returns the largest hundred, and promises no order among them.
        faces.sort_by(|a, b| area(b).total_cmp(&area(a)));
        Ok(faces)
    }
}

fn area(face: &DetectedFace) -> f32 {
    face.bounds.width() * face.bounds.height()
}

fn wire_attribute(attribute: FaceAttribute) -> Attribute {
    match attribute {
        FaceAttribute::AgeRange => Attribute::AgeRange,
        FaceAttribute::Gender => Attribute::Gender,
        FaceAttribute::Smile => Attribute::Smile,
        FaceAttribute::EyesOpen => Attribute::EyesOpen,
        FaceAttribute::MouthOpen => Attribute::MouthOpen,
        FaceAttribute::Eyeglasses => Attribute::Eyeglasses,
        FaceAttribute::Sunglasses => Attribute::Sunglasses,
        FaceAttribute::Beard => Attribute::Beard,
        FaceAttribute::Mustache => Attribute::Mustache,
        FaceAttribute::FaceOccluded => Attribute::FaceOccluded,
        FaceAttribute::EyeDirection => Attribute::EyeDirection,
        FaceAttribute::Emotions => Attribute::Emotions,
    }
}

/// `None` where something is missing that DEFAULT always has.
fn face(it: FaceDetail) -> Option<DetectedFace> {
    let bounds = it.bounding_box?;
    let bounds = RatioBox::new(bounds.left?, bounds.top?, bounds.width?, bounds.height?).ok()?;
    let (pose, quality) = (it.pose?, it.quality?);
    Some(DetectedFace {
        bounds,
        confidence: it.confidence?,
        landmarks: it
            .landmarks
            .unwrap_or_default()
            .iter()
            .filter_map(landmark)
            .collect(),
        pose: (pose.roll?, pose.yaw?, pose.pitch?),
        quality: (quality.brightness?, quality.sharpness?),
        age_range: it
            .age_range
            .and_then(|it| Some((years(it.low?), years(it.high?)))),
        gender: it
            .gender
            .and_then(|it| Some((gender(&it.value?)?, it.confidence?))),
        smile: it.smile.and_then(|it| verdict(it.value, it.confidence)),
        eyes_open: it.eyes_open.and_then(|it| verdict(it.value, it.confidence)),
        mouth_open: it.mouth_open.and_then(|it| verdict(it.value, it.confidence)),
        eyeglasses: it.eyeglasses.and_then(|it| verdict(it.value, it.confidence)),
        sunglasses: it.sunglasses.and_then(|it| verdict(it.value, it.confidence)),
        beard: it.beard.and_then(|it| verdict(it.value, it.confidence)),
        mustache: it.mustache.and_then(|it| verdict(it.value, it.confidence)),
        face_occluded: it.face_occluded.and_then(|it| verdict(it.value, it.confidence)),
        eye_direction: it
            .eye_direction
            .and_then(|it| Some((it.yaw?, it.pitch?, it.confidence?))),
        emotions: it.emotions.map(|it| {
            let mut emotions: Vec<_> = it
                .iter()
                .filter_map(|it| Some((emotion(it.r#type.as_ref()?), it.confidence?)))
                .collect();
            emotions.sort_by(|a, b| b.1.total_cmp(&a.1));
            emotions
        }),
    })
}

/// The SDK reads an absent value as `false`, so the confidence tells whether something was measured.
fn verdict(value: bool, confidence: Option<f32>) -> Option<Verdict> {
    Some(Verdict {
        value,
        confidence: confidence?,
    })
}

fn years(age: i32) -> u8 {
    age.clamp(0, i32::from(u8::MAX)) as u8
}

fn landmark(it: &aws_sdk_rekognition::types::Landmark) -> Option<(String, f32, f32)> {
    let kind: &LandmarkType = it.r#type.as_ref()?;
    Some((kind.as_str().to_owned(), it.x?, it.y?))
}

/// `None` for a value that Rekognition has learned since.
fn gender(it: &GenderType) -> Option<Gender> {
    match it {
        GenderType::Male => Some(Gender::Male),
        GenderType::Female => Some(Gender::Female),
        _ => None,
    }
}

fn emotion(it: &WireEmotion) -> Emotion {
    match it {
        WireEmotion::Happy => Emotion::Happy,
        WireEmotion::Sad => Emotion::Sad,
        WireEmotion::Angry => Emotion::Angry,
        WireEmotion::Confused => Emotion::Confused,
        WireEmotion::Disgusted => Emotion::Disgusted,
        WireEmotion::Surprised => Emotion::Surprised,
        WireEmotion::Calm => Emotion::Calm,
        WireEmotion::Fear => Emotion::Fear,
        // Also an emotion that Rekognition has learned since.
        _ => Emotion::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_rekognition::types as wire;

    fn least() -> wire::builders::FaceDetailBuilder {
        FaceDetail::builder()
            .bounding_box(
                wire::BoundingBox::builder()
                    .left(-0.1)
                    .top(0.2)
                    .width(0.3)
                    .height(0.4)
                    .build(),
            )
            .confidence(99.5)
            .pose(wire::Pose::builder().roll(1.0).yaw(2.0).pitch(3.0).build())
            .quality(
                wire::ImageQuality::builder()
                    .brightness(70.0)
                    .sharpness(80.0)
                    .build(),
            )
    }

    #[test]
    fn what_was_not_measured_stays_absent() {
        let face = face(least().build()).unwrap();
        assert_eq!(face.bounds, RatioBox::new(-0.1, 0.2, 0.3, 0.4).unwrap());
        assert_eq!((face.pose, face.quality), ((1.0, 2.0, 3.0), (70.0, 80.0)));
        assert!(face.landmarks.is_empty());
        assert!(face.emotions.is_none() && face.smile.is_none() && face.age_range.is_none());
        assert!(face.eye_direction.is_none() && face.gender.is_none());
    }

    #[test]
    fn every_measurement_of_rekognition_arrives() {
        macro_rules! yes {
            ($kind:ident) => {
                wire::$kind::builder().value(true).confidence(90.0).build()
            };
        }
        let detail = least()
            .age_range(wire::AgeRange::builder().low(20).high(30).build())
            .gender(
                wire::Gender::builder()
                    .value(GenderType::Female)
                    .confidence(98.0)
                    .build(),
            )
            .smile(yes!(Smile))
            .eyeglasses(yes!(Eyeglasses))
            .sunglasses(yes!(Sunglasses))
            .beard(yes!(Beard))
            .mustache(yes!(Mustache))
            .eyes_open(yes!(EyeOpen))
            .mouth_open(yes!(MouthOpen))
            .face_occluded(yes!(FaceOccluded))
            .eye_direction(
                wire::EyeDirection::builder()
                    .yaw(4.0)
                    .pitch(5.0)
                    .confidence(60.0)
                    .build(),
            )
            .emotions(
                wire::Emotion::builder()
                    .r#type(WireEmotion::Calm)
                    .confidence(10.0)
                    .build(),
            )
            .emotions(
                wire::Emotion::builder()
                    .r#type(WireEmotion::Happy)
                    .confidence(80.0)
                    .build(),
            )
            .landmarks(
                wire::Landmark::builder()
                    .r#type(LandmarkType::ChinBottom)
                    .x(0.5)
                    .y(0.6)
                    .build(),
            )
            .build();
        let face = face(detail).unwrap();
        let yes = Some(Verdict {
            value: true,
            confidence: 90.0,
        });
        for verdict in [
            face.smile,
            face.eyeglasses,
            face.sunglasses,
            face.beard,
            face.mustache,
            face.eyes_open,
            face.mouth_open,
            face.face_occluded,
        ] {
            assert_eq!(verdict, yes);
        }
        assert_eq!(face.age_range, Some((20, 30)));
        assert_eq!(face.gender, Some((Gender::Female, 98.0)));
        assert_eq!(face.eye_direction, Some((4.0, 5.0, 60.0)));
        assert_eq!(
            face.emotions.unwrap(),
            [(Emotion::Happy, 80.0), (Emotion::Calm, 10.0)]
        );
        assert_eq!(face.landmarks, [("chinBottom".to_owned(), 0.5, 0.6)]);
    }

    #[test]
    fn a_face_without_a_box_is_no_face() {
        assert!(face(FaceDetail::builder().confidence(99.0).build()).is_none());
    }

    #[test]
    fn names_that_rekognition_learned_since_are_not_guessed() {
        let detail = least()
            .gender(
                wire::Gender::builder()
                    .value(GenderType::from("Other"))
                    .confidence(98.0)
                    .build(),
            )
            .emotions(
                wire::Emotion::builder()
                    .r#type(WireEmotion::from("BORED"))
                    .confidence(10.0)
                    .build(),
            )
            .build();
        let face = face(detail).unwrap();
        assert!(face.gender.is_none());
        assert_eq!(face.emotions.unwrap(), [(Emotion::Unknown, 10.0)]);
    }
}
