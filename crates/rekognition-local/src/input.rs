//! Members that several operations have, checked as the service model says.

use std::num::{NonZeroU16, NonZeroUsize};

use aws_wire::AwsError;
use gallery::{CollectionId, ExternalImageId, FaceId, PageToken, RequestToken, UserId};
use uuid::Uuid;

use crate::constraint;

// Patterns of the service model of 2016-06-27 (botocore 1.44.5), as violations quote them.
const COLLECTION: &str = r"[a-zA-Z0-9_.\-]+";
const USER: &str = r"[a-zA-Z0-9_.\-:]+";
const TOKEN: &str = r"^[a-zA-Z0-9-_]+$";
const FACE: &str = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

/// Longest `NextToken`, in characters. Service model.
const MAX_PAGE_TOKEN: usize = 255;

/// Most ids of faces in `ListFaces` and `DeleteFaces`. Service model.
pub(crate) const MAX_FACE_IDS: usize = 4096;

/// A member that must be there.
pub(crate) fn required<T>(path: &str, value: Option<T>) -> Result<T, AwsError> {
    value.ok_or_else(|| constraint::not_null(path))
}

/// `CollectionId`.
pub(crate) fn collection_id(value: Option<&str>) -> Result<CollectionId, AwsError> {
    let value = required("collectionId", value)?;
    constraint::length("collectionId", value.chars().count(), 1, 255)?;
    CollectionId::parse(value).map_err(|_| constraint::not_matching("collectionId", value, COLLECTION))
}

/// `UserId`.
pub(crate) fn user_id(value: Option<&str>) -> Result<UserId, AwsError> {
    let value = required("userId", value)?;
    constraint::length("userId", value.chars().count(), 1, 128)?;
    UserId::parse(value).map_err(|_| constraint::not_matching("userId", value, USER))
}

/// `ExternalImageId`.
pub(crate) fn external_image_id(value: Option<&str>) -> Result<Option<ExternalImageId>, AwsError> {
    let Some(value) = value else { return Ok(None) };
    constraint::length("externalImageId", value.chars().count(), 1, 255)?;
    ExternalImageId::parse(value)
        .map(Some)
        .map_err(|_| constraint::not_matching("externalImageId", value, USER))
}

/// `ClientRequestToken`.
pub(crate) fn request_token(value: Option<&str>) -> Result<Option<RequestToken>, AwsError> {
    let Some(value) = value else { return Ok(None) };
    constraint::length("clientRequestToken", value.chars().count(), 1, 64)?;
    RequestToken::parse(value)
        .map(Some)
        .map_err(|_| constraint::not_matching("clientRequestToken", value, TOKEN))
}

/// `FaceId`.
pub(crate) fn face_id(value: &str) -> Result<FaceId, AwsError> {
    uuid(value).ok_or_else(|| constraint::not_matching("faceId", value, FACE))
}

/// `FaceIds`, one to `most` of them.
pub(crate) fn face_ids(values: &[String], most: usize) -> Result<Vec<FaceId>, AwsError> {
    constraint::length("faceIds", values.len(), 1, most)?;
    let id = |it: &String| uuid(it).ok_or_else(|| constraint::member_not_matching("faceIds", it, FACE));
    values.iter().map(id).collect()
}

/// Lower case with hyphens and nothing else, as the pattern has it.
fn uuid(value: &str) -> Option<FaceId> {
    let id = FaceId(Uuid::try_parse(value).ok()?);
    (id.to_string() == value).then_some(id)
}

/// A threshold in percent.
pub(crate) fn threshold(path: &str, value: Option<f32>, default: f32) -> Result<f32, AwsError> {
    let value = value.unwrap_or(default);
    constraint::range(path, value, 0.0, 100.0)?;
    Ok(value)
}

/// How many are wanted at most, `1..=most`; `most` if the caller does not say.
pub(crate) fn at_most(path: &str, value: Option<i64>, most: u16) -> Result<usize, AwsError> {
    let Some(value) = value else {
        return Ok(most.into());
    };
    constraint::range(path, value, 1, i64::from(most))?;
    Ok(value as usize)
}

/// `MaxResults` of a listing whose pages hold up to `most`. Where the model allows 0 (`least`), it means what leaving it out
/// means: the documents do not say, and an empty page that continues itself helps nobody.
pub(crate) fn page_size(value: Option<i64>, least: i64, most: NonZeroU16) -> Result<NonZeroUsize, AwsError> {
    let Some(value) = value else {
        return Ok(most.into());
    };
    constraint::range("maxResults", value, least, i64::from(most.get()))?;
    Ok(NonZeroUsize::new(value as usize).unwrap_or(most.into()))
}

/// `NextToken`. What it is worth turns out where it is used.
pub(crate) fn page_token(value: Option<String>) -> Result<Option<PageToken>, AwsError> {
    if let Some(value) = &value {
        constraint::length("nextToken", value.chars().count(), 0, MAX_PAGE_TOKEN)?;
    }
    Ok(value.map(PageToken::new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn face_ids_are_lower_case_with_hyphens() {
        assert!(face_id("0190a6c5-54b1-7c3e-8f10-1234567890ab").is_ok());
        for bad in [
            "",
            "x",
            "0190A6C5-54b1-7c3e-8f10-1234567890ab",
            "0190a6c554b17c3e8f101234567890ab",
            "{0190a6c5-54b1-7c3e-8f10-1234567890ab}",
            "0190a6c5-54b1-7c3e-8f10-1234567890ab ",
        ] {
            assert!(
                face_id(bad).unwrap_err().message.contains("regular expression"),
                "{bad}"
            );
        }
    }

    #[test]
    fn numbers_outside_the_model_are_quoted() {
        let refused = at_most("maxFaces", Some(0), 4096).unwrap_err();
        assert_eq!(
            refused.message,
            "1 validation error detected: Value '0' at 'maxFaces' failed to satisfy constraint: Member must have value greater \
             than or equal to 1"
        );
        let refused = threshold("similarityThreshold", Some(100.5), 80.0).unwrap_err();
        assert!(
            refused.message.ends_with("less than or equal to 100"),
            "{}",
            refused.message
        );
    }
}
