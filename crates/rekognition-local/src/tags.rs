//! `TagResource`, `UntagResource`, `ListTagsForResource`, for collections.

use std::collections::BTreeMap;

use aws_wire::AwsError;
use gallery::{Collection, CollectionId, Store};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    constraint,
    error::{About, of_gallery},
    input, resource,
    service::{Rekognition, parse},
};

// Service model.
const MAX_TAGS: usize = 200;
const MAX_KEY: usize = 128;
const MAX_VALUE: usize = 256;
const KEY: &str = r"^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]*$";
const VALUE: &str = r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    resource_arn: Option<String>,
    tags: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Untag {
    resource_arn: Option<String>,
    tag_keys: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    resource_arn: Option<String>,
}

pub(crate) async fn tag(service: &Rekognition, body: &[u8]) -> Result<Value, AwsError> {
    let input: Tag = parse(body)?;
    let id = resource::collection(input.resource_arn.as_deref())?;
    let tags = input::required("tags", input.tags)?;
    check(&tags)?;
    on(service, id, move |it| it.tag(tags).map(|()| json!({}))).await
}

pub(crate) async fn untag(service: &Rekognition, body: &[u8]) -> Result<Value, AwsError> {
    let input: Untag = parse(body)?;
    let id = resource::collection(input.resource_arn.as_deref())?;
    let keys = input::required("tagKeys", input.tag_keys)?;
    constraint::length("tagKeys", keys.len(), 0, MAX_TAGS)?;
    for key in &keys {
        check_key("tagKeys", key)?;
    }
    on(service, id, move |it| it.untag(keys).map(|()| json!({}))).await
}

pub(crate) async fn list(service: &Rekognition, body: &[u8]) -> Result<Value, AwsError> {
    let input: List = parse(body)?;
    let id = resource::collection(input.resource_arn.as_deref())?;
    on(service, id, |it| it.tags().map(|tags| json!({"Tags": tags}))).await
}

async fn on(
    service: &Rekognition,
    id: CollectionId,
    job: impl FnOnce(Collection) -> Result<Value, gallery::Error> + Send + 'static,
) -> Result<Value, AwsError> {
    let job = move |store: &Store| store.collection(&id).and_then(job).map_err(|it| (it, id));
    service
        .keep(|store, _| job(store).map_err(|(error, id)| of_gallery(&error, &About::collection(&id))))
        .await
}

/// Tags as the service model allows them.
pub(crate) fn check(tags: &BTreeMap<String, String>) -> Result<(), AwsError> {
    constraint::length("tags", tags.len(), 0, MAX_TAGS)?;
    for (key, value) in tags {
        check_key("tags", key)?;
        constraint::length("tags", value.chars().count(), 0, MAX_VALUE)?;
        if !value.chars().all(is_allowed) {
            return Err(constraint::member_not_matching("tags", value, VALUE));
        }
    }
    Ok(())
}

fn check_key(path: &str, key: &str) -> Result<(), AwsError> {
    constraint::length(path, key.chars().count(), 1, MAX_KEY)?;
    if key.starts_with("aws:") || !key.chars().all(is_allowed) {
        return Err(constraint::member_not_matching(path, key, KEY));
    }
    Ok(())
}

/// `[\p{L}\p{Z}\p{N}_.:/=+\-@]`, but for a few combining marks that the standard library counts as letters.
fn is_allowed(it: char) -> bool {
    // Separators are white space that is no control character.
    let is_separator = it.is_whitespace() && !it.is_control();
    it.is_alphabetic() || it.is_numeric() || is_separator || "_.:/=+-@".contains(it)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values_keep_to_the_model() {
        let tags = |key: &str, value: &str| check(&BTreeMap::from([(key.to_owned(), value.to_owned())]));
        assert!(tags("Größe 1", "über/10:@=+-_.").is_ok());
        assert!(tags("empty", "").is_ok());
        for (key, value) in [
            ("aws:x", ""),
            ("", ""),
            ("a\tb", ""),
            ("a#b", ""),
            ("a", "b\n"),
            ("a", "<b>"),
            (&*"k".repeat(129), ""),
            ("a", &*"v".repeat(257)),
        ] {
            let refused = tags(key, value).unwrap_err();
            assert_eq!(refused.code, "InvalidParameterException", "{key}={value}");
        }
        let many: BTreeMap<_, _> = (0..201).map(|it| (it.to_string(), String::new())).collect();
        assert!(check(&many).is_err());
    }
}
