//! Amazon Resource Names of collections, and which collection a request is about.

use aws_wire::{AwsError, Caller};
use gallery::CollectionId;
use serde_json::Value;

use crate::{constraint, error};

/// The account that collections belong to: the one that local AWS emulators share.
pub const ACCOUNT: &str = "000000000000";

/// `ResourceArn` of the service model.
const ARN_LENGTH: (usize, usize) = (20, 2048);

/// ARN of a collection in the region that `caller` signed for. Collections are the same in all of them.
pub(crate) fn arn(caller: &Caller, collection: &CollectionId) -> String {
    format!(
        "arn:aws:rekognition:{}:{ACCOUNT}:collection/{}",
        caller.region,
        collection.as_str()
    )
}

/// The collection that an operation of this name is about, as far as its input names one; whoever decides about a caller's
/// rights asks for them on this collection, and for the right to everything (`*`) if there is none.
///
/// The same code reads the ARN here and in the operation, so that what is allowed is what is done.
#[must_use]
pub fn collection_of(operation: &str, body: &[u8]) -> Option<String> {
    let input: Value = serde_json::from_slice(body).ok()?;
    let member = |name: &str| input.get(name).and_then(Value::as_str);
    match operation {
        // These are about no collection, whatever else the input says.
        "CompareFaces" | "DetectFaces" | "ListCollections" => None,
        "TagResource" | "UntagResource" | "ListTagsForResource" => {
            member("ResourceArn").and_then(collection_in).map(str::to_owned)
        }
        _ => member("CollectionId").map(str::to_owned),
    }
}

/// Reads the ARN of a collection. `CreateCollection` answers one without `arn:`, so that is taken as well.
///
/// # Errors
///
/// `InvalidParameterException` if it is too short or too long, or the ARN of something else.
pub(crate) fn collection(resource_arn: Option<&str>) -> Result<CollectionId, AwsError> {
    let arn = resource_arn.ok_or_else(|| constraint::not_null("resourceArn"))?;
    constraint::length("resourceArn", arn.chars().count(), ARN_LENGTH.0, ARN_LENGTH.1)?;
    collection_in(arn)
        .and_then(|it| CollectionId::parse(it).ok())
        .ok_or_else(error::invalid_parameter)
}

/// The name in a collection's ARN, of any region.
fn collection_in(arn: &str) -> Option<&str> {
    let mut parts = arn.strip_prefix("arn:").unwrap_or(arn).split(':');
    let is_ours = parts.next() == Some("aws") && parts.next() == Some("rekognition");
    let (_region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
    let name = resource.strip_prefix("collection/")?;
    (is_ours && account == ACCOUNT && parts.next().is_none()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collection_is_named_with_and_without_arn() {
        for arn in [
            "arn:aws:rekognition:eu-west-1:000000000000:collection/People_2.x-1",
            "aws:rekognition:us-east-1:000000000000:collection/People_2.x-1",
        ] {
            assert_eq!(collection(Some(arn)).unwrap().as_str(), "People_2.x-1");
        }
        for arn in [
            "arn:aws:rekognition:eu-west-1:111111111111:collection/people",
            "arn:aws:rekognition:eu-west-1:000000000000:project/people/1",
            "arn:aws:rekognition:eu-west-1:000000000000:collection/",
            "arn:aws:rekognition:eu-west-1:000000000000:collection/a:b",
            "arn:aws:rekognition:eu-west-1:000000000000:collection/a b",
            "arn:aws:s3:eu-west-1:000000000000:collection/people",
            "arn:arn:aws:rekognition:eu-west-1:000000000000:collection/people",
            "short",
        ] {
            let refused = collection(Some(arn)).unwrap_err();
            assert_eq!(refused.code, "InvalidParameterException", "{arn}");
        }
    }

    #[test]
    fn rights_are_asked_for_on_what_the_operation_works_on() {
        let both = br#"{"CollectionId": "a", "ResourceArn": "aws:rekognition:x:000000000000:collection/b"}"#;
        assert_eq!(collection_of("IndexFaces", both).as_deref(), Some("a"));
        assert_eq!(collection_of("CreateCollection", both).as_deref(), Some("a"));
        assert_eq!(collection_of("TagResource", both).as_deref(), Some("b"));
        for operation in ["CompareFaces", "DetectFaces", "ListCollections"] {
            assert_eq!(collection_of(operation, both), None, "{operation}");
        }
        assert_eq!(collection_of("IndexFaces", b"{}"), None);
        assert_eq!(collection_of("IndexFaces", b"not JSON"), None);
        assert_eq!(
            collection_of("UntagResource", br#"{"ResourceArn": "aws:s3:::x"}"#),
            None
        );
    }
}
