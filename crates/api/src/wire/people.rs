//! People whom an account has registered, with their agreement, so that they are recognised.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ChallengeKind, Pose, Quality, Secret};

/// That somebody agreed to being recognised.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Consent {
    /// Version of the notice that was read, 1 to 64 characters.
    #[schemars(length(min = 1, max = 64))]
    pub notice_version: String,
    /// Who agreed, 1 to 100 characters: the person, or whoever may decide for them.
    #[schemars(length(min = 1, max = 100))]
    pub given_by: String,
    /// When. Not in the future.
    #[schemars(extend("format" = "date-time"))]
    pub at: String,
}

opaque_debug!(Consent);

/// Body of `POST /people`.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreatePersonRequest {
    /// How the person is called, 1 to 100 characters.
    #[schemars(length(min = 1, max = 100))]
    pub display_name: String,
    /// What another system calls the person, 1 to 100 characters. It may be anything, and need not be unique.
    #[serde(default)]
    #[schemars(length(min = 1, max = 100))]
    pub external_id: Option<String>,
    /// That the person agreed.
    pub consent: Consent,
}

opaque_debug!(CreatePersonRequest);

/// Body of `PATCH /people/{id}`: what shall change, at least one thing.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub struct ChangePersonRequest {
    /// How the person is called from now on, 1 to 100 characters.
    #[serde(default)]
    #[schemars(length(min = 1, max = 100))]
    pub display_name: Option<String>,
    /// What another system calls the person from now on, 1 to 100 characters.
    #[serde(default)]
    #[schemars(length(min = 1, max = 100))]
    pub external_id: Option<String>,
}

opaque_debug!(ChangePersonRequest);

/// A person.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// Identifier.
    #[schemars(extend("format" = "uuid"))]
    pub person_id: String,
    /// How the person is called.
    pub display_name: String,
    /// What another system calls the person, or null.
    pub external_id: Option<String>,
    /// That the person agreed.
    pub consent: Consent,
    /// When the person was registered.
    #[schemars(extend("format" = "date-time"))]
    pub created_at: String,
    /// The faces that others are compared with, oldest first, ten at most.
    pub faces: Vec<PersonFace>,
}

opaque_debug!(Person);

/// A face of a person.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PersonFace {
    /// Identifier; the same for the same upload.
    #[schemars(extend("format" = "uuid"))]
    pub face_id: String,
    /// When it was added.
    #[schemars(extend("format" = "date-time"))]
    pub added_at: String,
    /// How good the picture of it is.
    pub quality: Quality,
    /// Where it looks.
    pub pose: Pose,
    /// Address of its picture, relative to the API's origin.
    pub image: String,
}

opaque_debug!(PersonFace);

/// Query of `GET /people`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListPeopleQuery {
    /// Items of a page; 20 if left out.
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<u32>,
    /// `nextCursor` of the page before.
    pub cursor: Option<String>,
}

/// A person, as the list has them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PersonSummary {
    /// Identifier.
    #[schemars(extend("format" = "uuid"))]
    pub person_id: String,
    /// How the person is called.
    pub display_name: String,
    /// What another system calls the person, or null.
    pub external_id: Option<String>,
    /// When the person was registered.
    #[schemars(extend("format" = "date-time"))]
    pub created_at: String,
    /// How many faces there are to compare with.
    pub face_count: u32,
}

opaque_debug!(PersonSummary);

/// A page of people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PersonPage {
    /// The page.
    pub items: Vec<PersonSummary>,
    /// Where the next page begins; null on the last.
    pub next_cursor: Option<String>,
}

/// What was erased with a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErasureReceipt {
    /// The person.
    #[schemars(extend("format" = "uuid"))]
    pub person_id: String,
    /// When everything was gone.
    #[schemars(extend("format" = "date-time"))]
    pub erased_at: String,
    /// Descriptions of faces that were taken out of Rekognition's collection, by all requests together.
    pub face_count: u32,
    /// Pictures that were erased, by all requests together.
    pub image_count: u32,
}

/// Body of `POST /people/{id}/faces`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddFaceRequest {
    /// The photo: one face, looking into the camera.
    #[schemars(extend("format" = "uuid"))]
    pub upload_id: String,
}

/// Why a photo cannot be used; in the member `reasons` of the problem `face-not-usable`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FaceFault {
    /// No face was found.
    NoFace,
    /// There is more than one face.
    SeveralFaces,
    /// The face has too few pixels.
    TooSmall,
    /// The face does not look into the camera.
    TurnedAway,
    /// Too little light.
    TooDark,
    /// Too much light.
    TooBright,
    /// Out of focus, or moved.
    Blurred,
    /// Something covers the face: a mask, sunglasses, a hand.
    Covered,
    /// It is the face of another person whom the account has registered.
    EnrolledAsAnother,
    /// It is not like the faces that the person has.
    NotThisPerson,
}

/// Body of `POST /people/{id}/verify`: either a photo or a passed liveness challenge.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VerifyPersonRequest {
    /// A photo with one face. Whoever holds a picture of the person can make one: to let somebody in, ask for liveness.
    #[serde(default)]
    #[schemars(extend("format" = "uuid"))]
    pub upload_id: Option<String>,
    /// The assertion of a passed liveness challenge; good once.
    #[serde(default)]
    #[schemars(extend("format" = "password"))]
    pub liveness_assertion: Option<Secret>,
    /// The weakest challenge that is enough, where there is an assertion; `sequence` if left out. A sequence that spared blinking,
    /// smiling and opening the mouth all together counts as `nose`.
    #[serde(default)]
    pub liveness_at_least: Option<ChallengeKind>,
}

opaque_debug!(VerifyPersonRequest);

/// Whether somebody is the person.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PersonVerification {
    /// Whether the similarity reaches the threshold.
    pub verified: bool,
    /// Similarity to the most similar face of the person, in percent.
    pub similarity: f32,
    /// Similarity that is asked for, in percent.
    pub threshold: f32,
    /// What the liveness challenge that was passed is worth; null for a photo, which says nothing about who is there now.
    pub liveness: Option<ChallengeKind>,
}
