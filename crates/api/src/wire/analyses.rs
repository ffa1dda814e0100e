//! Analyses: what was found in a photo.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Body of `POST /analyses`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateAnalysisRequest {
    /// The upload to analyse; one of yours, complete, not expired.
    #[schemars(extend("format" = "uuid"))]
    pub upload_id: String,
    /// What to look for. Masks are not available yet.
    #[serde(default = "faces")]
    #[schemars(length(min = 1))]
    pub kinds: Vec<Kind>,
    /// What to measure of each face, beyond where it is. Left out: everything the operator allows.
    #[serde(default)]
    pub attributes: Option<Vec<Attribute>>,
}

fn faces() -> Vec<Kind> {
    vec![Kind::Faces]
}

/// Kinds of analysis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Faces and what can be measured of each.
    Faces,
    /// Masks worn by faces.
    Masks,
}

/// What can be measured of a face.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Attribute {
    /// Range of years.
    AgeRange,
    /// Looks like a man or a woman.
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

impl Attribute {
    /// Every attribute.
    pub const ALL: [Self; 12] = [
        Self::AgeRange,
        Self::Gender,
        Self::Smile,
        Self::EyesOpen,
        Self::MouthOpen,
        Self::Eyeglasses,
        Self::Sunglasses,
        Self::Beard,
        Self::Mustache,
        Self::FaceOccluded,
        Self::EyeDirection,
        Self::Emotions,
    ];

    /// Name on the wire; also the member of a face that holds the measurement.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AgeRange => "ageRange",
            Self::Gender => "gender",
            Self::Smile => "smile",
            Self::EyesOpen => "eyesOpen",
            Self::MouthOpen => "mouthOpen",
            Self::Eyeglasses => "eyeglasses",
            Self::Sunglasses => "sunglasses",
            Self::Beard => "beard",
            Self::Mustache => "mustache",
            Self::FaceOccluded => "faceOccluded",
            Self::EyeDirection => "eyeDirection",
            Self::Emotions => "emotions",
        }
    }
}

/// What was found in a photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Analysis {
    /// Identifier.
    #[schemars(extend("format" = "uuid"))]
    pub analysis_id: String,
    /// The upload it was made from.
    #[schemars(extend("format" = "uuid"))]
    pub upload_id: String,
    /// When it was made.
    #[schemars(extend("format" = "date-time"))]
    pub created_at: String,
    /// What was looked for.
    pub kinds: Vec<Kind>,
    /// The photo, upright.
    pub image: ImageSize,
    /// Number of faces.
    pub face_count: u32,
    /// Confidence of the best face in percent; null without a face.
    #[schemars(range(min = 0, max = 100))]
    pub best_confidence: Option<f32>,
    /// The list it belongs to; null while masks were not asked for and there is a face.
    pub list: Option<ListName>,
    /// The faces, largest first.
    pub faces: Vec<Face>,
    /// Paths of the pictures in this API.
    pub links: ImageLinks,
}

/// An analysis as a list shows it: without landmarks and pose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AnalysisSummary {
    /// Identifier.
    #[schemars(extend("format" = "uuid"))]
    pub analysis_id: String,
    /// When it was made.
    #[schemars(extend("format" = "date-time"))]
    pub created_at: String,
    /// What was looked for.
    pub kinds: Vec<Kind>,
    /// The photo, upright.
    pub image: ImageSize,
    /// Number of faces.
    pub face_count: u32,
    /// Number of faces that smile; null where that was not measured.
    pub smiling_count: Option<u32>,
    /// Confidence of the best face in percent; null without a face.
    #[schemars(range(min = 0, max = 100))]
    pub best_confidence: Option<f32>,
    /// The list it belongs to; null while masks were not asked for and there is a face.
    pub list: Option<ListName>,
    /// Paths of the pictures in this API.
    pub links: ImageLinks,
}

/// A page of analyses, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AnalysisPage {
    /// The page.
    pub items: Vec<AnalysisSummary>,
    /// Where the next page begins; null on the last.
    pub next_cursor: Option<String>,
}

/// Query of `GET /analyses`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListAnalysesQuery {
    /// Only this list.
    pub list: Option<ListName>,
    /// Only photos with a smiling face, or only photos without one.
    pub smiling: Option<bool>,
    /// Only analyses made at this time or later.
    #[schemars(extend("format" = "date-time"))]
    pub from: Option<String>,
    /// Only analyses made before this time.
    #[schemars(extend("format" = "date-time"))]
    pub to: Option<String>,
    /// Items of a page; 20 if left out.
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<u32>,
    /// `nextCursor` of the page before, with the same other parameters.
    pub cursor: Option<String>,
}

/// Query of `GET /analyses/{id}/image`.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImageQuery {
    /// Which picture.
    pub variant: ImageVariant,
}

/// Answer of `GET /analyses/{id}/image` to a caller that accepts JSON.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImageAddress {
    /// Short-lived address of the picture; contains a signature, so it is nobody else's business.
    #[schemars(extend("format" = "uri"))]
    pub url: String,
}

opaque_debug!(ImageAddress);

/// Pictures of an analysis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ImageVariant {
    /// The photo, upright, without its metadata.
    Original,
    /// With boxes around the faces.
    Annotated,
    /// Small.
    Thumbnail,
}

impl ImageVariant {
    /// Name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Annotated => "annotated",
            Self::Thumbnail => "thumbnail",
        }
    }
}

/// Lists of the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ListName {
    /// No face in the photo.
    NoFaces,
    /// Every face wears a mask correctly.
    AllMasked,
    /// No face wears a mask correctly.
    NoneMasked,
    /// Some faces do, some do not.
    SomeMasked,
}

impl From<domain::AnalysisList> for ListName {
    fn from(list: domain::AnalysisList) -> Self {
        match list {
            domain::AnalysisList::NoFaces => Self::NoFaces,
            domain::AnalysisList::AllMasked => Self::AllMasked,
            domain::AnalysisList::NoneMasked => Self::NoneMasked,
            domain::AnalysisList::SomeMasked => Self::SomeMasked,
        }
    }
}

impl From<ListName> for domain::AnalysisList {
    fn from(list: ListName) -> Self {
        match list {
            ListName::NoFaces => Self::NoFaces,
            ListName::AllMasked => Self::AllMasked,
            ListName::NoneMasked => Self::NoneMasked,
            ListName::SomeMasked => Self::SomeMasked,
        }
    }
}

/// Size of a picture in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImageSize {
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

/// Paths of the pictures of an analysis. Each answers with a redirect to a short-lived address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImageLinks {
    /// The photo, upright, without its metadata.
    pub original: String,
    /// With boxes around the faces.
    pub annotated: String,
    /// Small.
    pub thumbnail: String,
}

impl ImageLinks {
    /// Returns the paths for an analysis.
    #[must_use]
    pub fn of(analysis: domain::AnalysisId) -> Self {
        let path = |variant: ImageVariant| {
            format!(
                "{}/analyses/{analysis}/image?variant={}",
                crate::BASE_PATH,
                variant.as_str()
            )
        };
        Self {
            original: path(ImageVariant::Original),
            annotated: path(ImageVariant::Annotated),
            thumbnail: path(ImageVariant::Thumbnail),
        }
    }
}

/// A face. A member that is absent was not measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Face {
    /// Number of the face in its photo, from 0, largest first.
    pub index: u32,
    /// Where it is.
    #[serde(rename = "box")]
    pub bounds: FaceBox,
    /// How sure we are that this is a face, in percent.
    #[schemars(range(min = 0, max = 100))]
    pub confidence: f32,
    /// Points of the face.
    pub landmarks: Vec<Landmark>,
    /// Where the head is turned.
    pub pose: Pose,
    /// How good the picture of the face is.
    pub quality: Quality,
    /// Range of years.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age_range: Option<AgeRange>,
    /// Looks like a man or a woman.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<GenderVerdict>,
    /// Smiles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smile: Option<Verdict>,
    /// Eyes are open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eyes_open: Option<Verdict>,
    /// Mouth is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mouth_open: Option<Verdict>,
    /// Wears glasses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eyeglasses: Option<Verdict>,
    /// Wears sunglasses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sunglasses: Option<Verdict>,
    /// Has a beard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beard: Option<Verdict>,
    /// Has a mustache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mustache: Option<Verdict>,
    /// Is covered in part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub face_occluded: Option<Verdict>,
    /// Where the eyes look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eye_direction: Option<EyeDirection>,
    /// Expressed emotions, strongest first. What a face expresses is not what a person feels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emotions: Option<Vec<EmotionScore>>,
}

/// A box as ratios of the photo's width and height, from the top left. A face at the edge reaches outside.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FaceBox {
    /// Left edge.
    pub left: f32,
    /// Top edge.
    pub top: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

impl From<domain::RatioBox> for FaceBox {
    fn from(it: domain::RatioBox) -> Self {
        Self {
            left: it.left(),
            top: it.top(),
            width: it.width(),
            height: it.height(),
        }
    }
}

/// A point of a face, as ratios of the photo's width and height.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Landmark {
    /// Which point, as Rekognition names it.
    #[serde(rename = "type")]
    #[schemars(example = &"eyeLeft")]
    pub kind: String,
    /// From the left.
    pub x: f32,
    /// From the top.
    pub y: f32,
}

/// Where a head is turned, in degrees, with Rekognition's signs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pose {
    /// Tilted to a shoulder.
    pub roll: f32,
    /// Turned to a side.
    pub yaw: f32,
    /// Nodded.
    pub pitch: f32,
}

/// Where eyes look, in degrees, with Rekognition's signs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EyeDirection {
    /// To a side.
    pub yaw: f32,
    /// Up or down.
    pub pitch: f32,
    /// How sure, in percent.
    #[schemars(range(min = 0, max = 100))]
    pub confidence: f32,
}

/// How good the picture of a face is, 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Quality {
    /// Brightness.
    pub brightness: f32,
    /// Sharpness.
    pub sharpness: f32,
}

/// A range of years, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgeRange {
    /// Youngest.
    pub low: u8,
    /// Oldest.
    pub high: u8,
}

/// A yes or no with its confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// The verdict.
    pub value: bool,
    /// How sure, in percent.
    #[schemars(range(min = 0, max = 100))]
    pub confidence: f32,
}

/// What a face looks like, with its confidence. Appearance, not identity.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GenderVerdict {
    /// The verdict.
    pub value: Gender,
    /// How sure, in percent.
    #[schemars(range(min = 0, max = 100))]
    pub confidence: f32,
}

/// Like a man or a woman.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Gender {
    /// Like a man.
    Male,
    /// Like a woman.
    Female,
}

/// An expressed emotion with its confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EmotionScore {
    /// Which.
    #[serde(rename = "type")]
    pub kind: EmotionName,
    /// How sure, in percent.
    #[schemars(range(min = 0, max = 100))]
    pub confidence: f32,
}

/// Emotions that a face can express.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EmotionName {
    /// Happy.
    Happy,
    /// Sad.
    Sad,
    /// Angry.
    Angry,
    /// Confused.
    Confused,
    /// Disgusted.
    Disgusted,
    /// Surprised.
    Surprised,
    /// Calm.
    Calm,
    /// Fear.
    Fear,
    /// Something else.
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_default_to_faces_and_unknown_members_are_refused() {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        let request: CreateAnalysisRequest =
            serde_json::from_value(serde_json::json!({ "uploadId": id })).unwrap();
        assert_eq!(request.kinds, [Kind::Faces]);
        assert!(request.attributes.is_none());
        serde_json::from_value::<CreateAnalysisRequest>(serde_json::json!({ "uploadId": id, "kind": 1 }))
            .unwrap_err();
    }

    #[test]
    fn attributes_are_named_as_the_members_they_fill() {
        for attribute in Attribute::ALL {
            assert_eq!(serde_json::to_value(attribute).unwrap(), attribute.as_str());
        }
    }

    #[test]
    fn links_are_paths_of_this_api() {
        let id = domain::AnalysisId::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap();
        assert_eq!(
            ImageLinks::of(id).thumbnail,
            "/api/analyses/01890a5d-ac96-774b-bcce-b302099a8057/image?variant=thumbnail"
        );
    }

    #[test]
    fn a_measurement_that_was_not_made_is_absent() {
        let face = Face {
            index: 0,
            bounds: FaceBox {
                left: 0.1,
                top: 0.1,
                width: 0.2,
                height: 0.2,
            },
            confidence: 99.0,
            landmarks: Vec::new(),
            pose: Pose {
                roll: 0.0,
                yaw: 0.0,
                pitch: 0.0,
            },
            quality: Quality {
                brightness: 50.0,
                sharpness: 50.0,
            },
            age_range: None,
            gender: None,
            smile: None,
            eyes_open: None,
            mouth_open: None,
            eyeglasses: None,
            sunglasses: None,
            beard: None,
            mustache: None,
            face_occluded: None,
            eye_direction: None,
            emotions: None,
        };
        let json = serde_json::to_value(face).unwrap();
        assert_eq!(json.as_object().unwrap().len(), 6, "{json}");
        assert!(json.get("box").is_some());
    }
}
