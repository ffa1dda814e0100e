//! `ListFaces` and `DeleteFaces`.

use std::num::NonZeroU16;

use aws_wire::AwsError;
use gallery::{DeletionRefusal, FaceFilter, UserId};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    error::{About, of_gallery},
    input::{self, MAX_FACE_IDS},
    likeness::version_of,
    service::{Rekognition, output, parse},
    shapes::StoredFace,
};

/// Most faces of a page. Service model.
pub(crate) const MAX_PAGE: NonZeroU16 = NonZeroU16::new(4096).expect("not zero");

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    collection_id: Option<String>,
    next_token: Option<String>,
    max_results: Option<i64>,
    user_id: Option<String>,
    face_ids: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Delete {
    collection_id: Option<String>,
    face_ids: Option<Vec<String>>,
}

pub(crate) async fn list(service: &Rekognition, body: &[u8]) -> Result<Value, AwsError> {
    let input: List = parse(body)?;
    let id = input::collection_id(input.collection_id.as_deref())?;
    let limit = input::page_size(input.max_results, 0, MAX_PAGE)?;
    let after = input::page_token(input.next_token)?;
    let user = input.user_id.map(|it| input::user_id(Some(&it))).transpose()?;
    let ids = input
        .face_ids
        .map(|it| input::face_ids(&it, MAX_FACE_IDS))
        .transpose()?;
    let about = About {
        user: user.clone(),
        ..About::collection(&id)
    };
    service
        .keep(move |store, _| {
            let refused = |error| of_gallery(&error, &about);
            let collection = store.collection(&id).map_err(refused)?;
            let filter = FaceFilter { user, ids };
            let page = collection
                .list_faces(&filter, limit, after.as_ref())
                .map_err(refused)?;
            let faces: Vec<StoredFace> = page.items.into_iter().map(StoredFace::from).collect();
            let mut answer = json!({"FaceModelVersion": version_of(collection.model())});
            answer["Faces"] = output(&faces)?;
            if let Some(next) = &page.next {
                answer["NextToken"] = json!(next.as_str());
            }
            Ok(answer)
        })
        .await
}

pub(crate) async fn delete(service: &Rekognition, body: &[u8]) -> Result<Value, AwsError> {
    let input: Delete = parse(body)?;
    let id = input::collection_id(input.collection_id.as_deref())?;
    let faces = input::face_ids(&input::required("faceIds", input.face_ids)?, MAX_FACE_IDS)?;
    service
        .keep(move |store, _| {
            let deletion = store
                .collection(&id)
                .and_then(|it| it.delete_faces(faces))
                .map_err(|error| of_gallery(&error, &About::collection(&id)))?;
            tracing::info!(
                faces.deleted = deletion.deleted.len(),
                faces.refused = deletion.refused.len(),
                "faces deleted"
            );
            let deleted: Vec<String> = deletion.deleted.iter().map(ToString::to_string).collect();
            let refused: Vec<Value> = deletion
                .refused
                .iter()
                .map(|it| match &it.reason {
                    DeletionRefusal::FaceNotFound => refusal(&it.face.to_string(), None, "FACE_NOT_FOUND"),
                    DeletionRefusal::AssociatedToUser(user) => {
                        refusal(&it.face.to_string(), Some(user), "ASSOCIATED_TO_AN_EXISTING_USER")
                    }
                })
                .collect();
            let mut answer = json!({"UnsuccessfulFaceDeletions": refused});
            // The service model has no empty list of them.
            if !deleted.is_empty() {
                answer["DeletedFaces"] = json!(deleted);
            }
            Ok(answer)
        })
        .await
}

/// `UnsuccessfulFaceDeletion` and its like: a face, why nothing was done with it, and who has it.
pub(crate) fn refusal(face: &str, user: Option<&UserId>, reason: &str) -> Value {
    let mut refusal = json!({"FaceId": face, "Reasons": [reason]});
    if let Some(user) = user {
        refusal["UserId"] = json!(user.as_str());
    }
    refusal
}
