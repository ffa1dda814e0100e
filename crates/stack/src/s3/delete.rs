//! `DeleteObject` and `DeleteObjects`.

use s3s::{
    S3Error, S3Request, S3Response, S3Result,
    dto::{
        DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject, Error,
        ObjectIdentifier,
    },
    s3_error,
};

use super::{access::denied, backend::Backend, get::refuse_version, put::MAX_KEY_BYTES};

/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html>.
const MAX_OBJECTS: usize = 1000;

pub(super) async fn delete_object(
    backend: &Backend,
    request: S3Request<DeleteObjectInput>,
) -> S3Result<S3Response<DeleteObjectOutput>> {
    let input = request.input;
    backend.check_owner(input.expected_bucket_owner.as_deref())?;
    refuse_version(input.version_id.as_deref())?;
    if input.if_match.is_some()
        || input.if_match_last_modified_time.is_some()
        || input.if_match_size.is_some()
    {
        return Err(conditions_unavailable());
    }
    backend
        .store
        .delete(&input.bucket, &input.key)
        .await
        .map_err(S3Error::from)?;
    Ok(S3Response::with_status(
        DeleteObjectOutput::default(),
        http::StatusCode::NO_CONTENT,
    ))
}

pub(super) async fn delete_objects(
    backend: &Backend,
    request: S3Request<DeleteObjectsInput>,
) -> S3Result<S3Response<DeleteObjectsOutput>> {
    let signer = request.credentials;
    let input = request.input;
    backend.check_owner(input.expected_bucket_owner.as_deref())?;
    if input.delete.objects.is_empty() || input.delete.objects.len() > MAX_OBJECTS {
        return Err(s3_error!(
            MalformedXML,
            "The XML you provided was not well-formed or did not validate against our published schema"
        ));
    }
    let (mut deleted, mut errors) = (Vec::new(), Vec::new());
    for object in input.delete.objects {
        let outcome = if backend.may(
            signer.as_ref(),
            "s3:DeleteObject",
            &input.bucket,
            Some(&object.key),
        ) {
            delete_one(backend, &input.bucket, &object).await
        } else {
            Err(denied())
        };
        match outcome {
            Ok(()) => deleted.push(DeletedObject {
                key: Some(object.key),
                ..DeletedObject::default()
            }),
            Err(error) if *error.code() == s3s::S3ErrorCode::NoSuchBucket => return Err(error),
            Err(error) => errors.push(Error {
                code: Some(error.code().as_str().to_owned()),
                message: error.message().map(str::to_owned),
                key: Some(object.key),
                version_id: object.version_id,
            }),
        }
    }
    let quiet = input.delete.quiet.unwrap_or_default();
    Ok(S3Response::new(DeleteObjectsOutput {
        deleted: (!quiet).then_some(deleted),
        errors: Some(errors),
        ..DeleteObjectsOutput::default()
    }))
}

async fn delete_one(backend: &Backend, bucket: &str, object: &ObjectIdentifier) -> S3Result<()> {
    refuse_version(object.version_id.as_deref())?;
    if object.e_tag.is_some() || object.last_modified_time.is_some() || object.size.is_some() {
        return Err(conditions_unavailable());
    }
    if object.key.is_empty() || object.key.len() > MAX_KEY_BYTES {
        return Err(s3_error!(KeyTooLongError, "Your key is too long"));
    }
    backend
        .store
        .delete(bucket, &object.key)
        .await
        .map_err(S3Error::from)
}

fn conditions_unavailable() -> S3Error {
    s3_error!(
        NotImplemented,
        "Conditional deletes are not supported by this endpoint"
    )
}
