//! `AssociateFaces` and `DisassociateFaces`.

use aws_wire::AwsError;
use gallery::{
    Association, AssociationRefusal, CollectionId, Disassociation, DisassociationRefusal, FaceId,
    RequestToken, UserId,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    error::{About, of_gallery},
    faces::refusal,
    input,
    likeness::Likeness,
    service::{Rekognition, parse},
    shapes::status,
};

/// Most faces of a request. Service model.
pub(crate) const MAX_FACE_IDS: usize = 100;

/// `UserMatchThreshold` of `AssociateFaces` if the caller does not say, percent. Developer guide.
pub(crate) const THRESHOLD: f32 = 75.0;

/// The input of both; only one has the threshold, and to the other it is an unknown member.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    collection_id: Option<String>,
    user_id: Option<String>,
    face_ids: Option<Vec<String>>,
    user_match_threshold: Option<f32>,
    client_request_token: Option<String>,
}

/// What both need.
struct Asked {
    collection: CollectionId,
    user: UserId,
    faces: Vec<FaceId>,
    token: Option<RequestToken>,
}

impl Asked {
    fn of(input: &Input) -> Result<Self, AwsError> {
        let faces = input::required("faceIds", input.face_ids.as_deref())?;
        Ok(Self {
            collection: input::collection_id(input.collection_id.as_deref())?,
            user: input::user_id(input.user_id.as_deref())?,
            faces: input::face_ids(faces, MAX_FACE_IDS)?,
            token: input::request_token(input.client_request_token.as_deref())?,
        })
    }

    fn about(&self) -> About {
        About {
            user: Some(self.user.clone()),
            token: self.token.clone(),
            ..About::collection(&self.collection)
        }
    }
}

pub(crate) async fn associate(service: &Rekognition, body: &[u8]) -> Result<Value, AwsError> {
    let input: Input = parse(body)?;
    let asked = Asked::of(&input)?;
    let threshold = input::threshold("userMatchThreshold", input.user_match_threshold, THRESHOLD)?;
    service
        .keep(move |store, faces| {
            let about = asked.about();
            let refused = |error| of_gallery(&error, &about);
            let likeness = Likeness::of(faces);
            let collection = store.collection(&asked.collection).map_err(refused)?;
            likeness.check(&collection)?;
            let within = likeness.within(threshold);
            let outcome = collection
                .associate_faces(asked.user, asked.faces, within, asked.token)
                .map_err(refused)?;
            tracing::info!(
                faces.associated = outcome.associated.len(),
                faces.refused = outcome.refused.len(),
                "faces associated"
            );
            Ok(associated(&outcome, likeness))
        })
        .await
}

/// Faces that the user had before are in neither list.
fn associated(outcome: &Association, likeness: Likeness<'_>) -> Value {
    let refused: Vec<Value> = outcome
        .refused
        .iter()
        .map(|it| {
            let face = it.face.to_string();
            match &it.reason {
                AssociationRefusal::FaceNotFound => refusal(&face, None, "FACE_NOT_FOUND"),
                AssociationRefusal::AssociatedToAnotherUser(user) => {
                    refusal(&face, Some(user), "ASSOCIATED_TO_A_DIFFERENT_USER")
                }
                AssociationRefusal::TooFar(distance) => {
                    let mut refusal = refusal(&face, None, "LOW_MATCH_CONFIDENCE");
                    refusal["Confidence"] = json!(likeness.percent_of(*distance));
                    refusal
                }
            }
        })
        .collect();
    json!({
        "AssociatedFaces": shapes(&outcome.associated),
        "UnsuccessfulFaceAssociations": refused,
        "UserStatus": status(outcome.status),
    })
}

pub(crate) async fn disassociate(service: &Rekognition, body: &[u8]) -> Result<Value, AwsError> {
    let input: Input = parse(body)?;
    let asked = Asked::of(&input)?;
    service
        .keep(move |store, _| {
            let about = asked.about();
            let outcome = store
                .collection(&asked.collection)
                .and_then(|it| it.disassociate_faces(asked.user, asked.faces, asked.token))
                .map_err(|error| of_gallery(&error, &about))?;
            tracing::info!(
                faces.disassociated = outcome.disassociated.len(),
                faces.refused = outcome.refused.len(),
                "faces disassociated"
            );
            Ok(disassociated(&outcome))
        })
        .await
}

/// Faces that nobody had before are in neither list: "it will be ignored and not be returned in the response".
fn disassociated(outcome: &Disassociation) -> Value {
    let refused: Vec<Value> = outcome
        .refused
        .iter()
        .filter_map(|it| {
            let face = it.face.to_string();
            match &it.reason {
                DisassociationRefusal::FaceNotFound => Some(refusal(&face, None, "FACE_NOT_FOUND")),
                DisassociationRefusal::AssociatedToAnotherUser(user) => {
                    Some(refusal(&face, Some(user), "ASSOCIATED_TO_A_DIFFERENT_USER"))
                }
                DisassociationRefusal::NotAssociated => None,
            }
        })
        .collect();
    json!({
        "DisassociatedFaces": shapes(&outcome.disassociated),
        "UnsuccessfulFaceDisassociations": refused,
        "UserStatus": status(outcome.status),
    })
}

/// `AssociatedFace` and `DisassociatedFace`.
fn shapes(faces: &[FaceId]) -> Vec<Value> {
    faces.iter().map(|it| json!({"FaceId": it.to_string()})).collect()
}
