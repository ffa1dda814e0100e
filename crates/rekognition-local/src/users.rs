//! `CreateUser`, `DeleteUser`, `ListUsers`.

use std::num::NonZeroU16;

use aws_wire::AwsError;
use gallery::{Collection, RequestToken, UserId};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    error::{About, of_gallery},
    input,
    service::{Rekognition, output, parse},
    shapes::UserShape,
};

/// Most users of a page. Service model.
pub(crate) const MAX_PAGE: NonZeroU16 = NonZeroU16::new(500).expect("not zero");

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct One {
    collection_id: Option<String>,
    user_id: Option<String>,
    client_request_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    collection_id: Option<String>,
    max_results: Option<i64>,
    next_token: Option<String>,
}

pub(crate) async fn create(service: &Rekognition, body: &[u8]) -> Result<Value, AwsError> {
    one(service, body, Collection::create_user).await
}

pub(crate) async fn delete(service: &Rekognition, body: &[u8]) -> Result<Value, AwsError> {
    one(service, body, Collection::delete_user).await
}

async fn one(
    service: &Rekognition,
    body: &[u8],
    change: fn(&Collection, UserId, Option<RequestToken>) -> Result<(), gallery::Error>,
) -> Result<Value, AwsError> {
    let input: One = parse(body)?;
    let id = input::collection_id(input.collection_id.as_deref())?;
    let user = input::user_id(input.user_id.as_deref())?;
    let token = input::request_token(input.client_request_token.as_deref())?;
    service
        .keep(move |store, _| {
            let about = About {
                user: Some(user.clone()),
                token: token.clone(),
                ..About::collection(&id)
            };
            store
                .collection(&id)
                .and_then(|it| change(&it, user, token))
                .map_err(|error| of_gallery(&error, &about))?;
            Ok(json!({}))
        })
        .await
}

pub(crate) async fn list(service: &Rekognition, body: &[u8]) -> Result<Value, AwsError> {
    let input: List = parse(body)?;
    let id = input::collection_id(input.collection_id.as_deref())?;
    let limit = input::page_size(input.max_results, 1, MAX_PAGE)?;
    let after = input::page_token(input.next_token)?;
    service
        .keep(move |store, _| {
            let page = store
                .collection(&id)
                .and_then(|it| it.list_users(limit, after.as_ref()))
                .map_err(|error| of_gallery(&error, &About::collection(&id)))?;
            let users: Vec<UserShape> = page.items.into_iter().map(UserShape::from).collect();
            let mut answer = json!({"Users": output(&users)?});
            if let Some(next) = &page.next {
                answer["NextToken"] = json!(next.as_str());
            }
            Ok(answer)
        })
        .await
}
