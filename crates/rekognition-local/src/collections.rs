//! `CreateCollection`, `DescribeCollection`, `ListCollections`, `DeleteCollection`.

use std::{collections::BTreeMap, num::NonZeroU16};

use aws_wire::{AwsError, Caller};
use gallery::CollectionId;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    error::{About, invalid_pagination_token, of_gallery},
    input,
    likeness::{Likeness, version_of},
    resource,
    service::{Rekognition, parse},
    tags,
};

/// Most collections of a page. Service model.
pub(crate) const MAX_PAGE: NonZeroU16 = NonZeroU16::new(4096).expect("not zero");

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Create {
    collection_id: Option<String>,
    tags: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct One {
    collection_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    next_token: Option<String>,
    max_results: Option<i64>,
}

pub(crate) async fn create(service: &Rekognition, caller: &Caller, body: &[u8]) -> Result<Value, AwsError> {
    let input: Create = parse(body)?;
    let id = input::collection_id(input.collection_id.as_deref())?;
    let tags = input.tags.unwrap_or_default();
    tags::check(&tags)?;
    let arn = resource::arn(caller, &id);
    // As Rekognition answers it, and unlike everywhere else.
    let arn = arn.strip_prefix("arn:").unwrap_or(&arn).to_owned();
    service
        .keep(move |store, faces| {
            let likeness = Likeness::of(faces);
            store
                .create_collection(&id, &likeness.model()?, tags)
                .map_err(|error| of_gallery(&error, &About::collection(&id)))?;
            Ok(json!({"StatusCode": 200, "CollectionArn": arn, "FaceModelVersion": likeness.version()}))
        })
        .await
}

pub(crate) async fn describe(service: &Rekognition, caller: &Caller, body: &[u8]) -> Result<Value, AwsError> {
    let id = one(body)?;
    let arn = resource::arn(caller, &id);
    service
        .keep(move |store, _| {
            let described = store
                .collection(&id)
                .and_then(|it| it.describe())
                .map_err(|error| of_gallery(&error, &About::collection(&id)))?;
            Ok(json!({
                "FaceCount": described.n_faces,
                "FaceModelVersion": version_of(&described.model),
                "CollectionARN": arn,
                "CreationTimestamp": described.created_at.as_millisecond() as f64 / 1000.0,
                "UserCount": described.n_users,
            }))
        })
        .await
}

pub(crate) async fn list(service: &Rekognition, body: &[u8]) -> Result<Value, AwsError> {
    let input: List = parse(body)?;
    let limit = input::page_size(input.max_results, 0, MAX_PAGE)?;
    let after = input::page_token(input.next_token)?;
    service
        .keep(move |store, _| {
            // The only thing that can be wrong with it.
            let page = store
                .list_collections(limit, after.as_ref())
                .map_err(|_| invalid_pagination_token())?;
            let ids: Vec<&str> = page.items.iter().map(|it| it.id().as_str()).collect();
            let versions: Vec<&str> = page.items.iter().map(|it| version_of(it.model())).collect();
            let mut output = json!({"CollectionIds": ids, "FaceModelVersions": versions});
            if let Some(next) = &page.next {
                output["NextToken"] = json!(next.as_str());
            }
            Ok(output)
        })
        .await
}

pub(crate) async fn delete(service: &Rekognition, body: &[u8]) -> Result<Value, AwsError> {
    let id = one(body)?;
    service
        .keep(move |store, _| {
            store
                .delete_collection(&id)
                .map_err(|error| of_gallery(&error, &About::collection(&id)))?;
            Ok(json!({"StatusCode": 200}))
        })
        .await
}

fn one(body: &[u8]) -> Result<CollectionId, AwsError> {
    let input: One = parse(body)?;
    input::collection_id(input.collection_id.as_deref())
}
