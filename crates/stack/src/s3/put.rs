//! `PutObject`.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures::StreamExt;
use s3s::{
    S3Error, S3Request, S3Response, S3Result, StdError,
    dto::{
        ETag, ETagCondition, ObjectCannedACL, PutObjectInput, PutObjectOutput, ServerSideEncryption,
        StorageClass, StreamingBlob, Timestamp, TimestampFormat,
    },
    s3_error,
};

use super::{
    backend::Backend,
    bodies::{Incoming, Received},
    digest::{self, Declared, Digests},
    error::StoreError,
    index::{Attributes, Condition},
    store::Store,
};

/// Bytes collected before they are written and hashed on a thread that may block.
const WRITE_BYTES: usize = 512 * 1024;

/// How long a sender may pause. S3 does not say how long that is there.
const MAX_SILENCE: Duration = Duration::from_secs(30);

/// User metadata, keys and values together.
///
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html>, 2 KB.
const MAX_METADATA_BYTES: usize = 2048;

/// The longest key. Longer ones s3s refuses; this is for keys that do not come through it.
///
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html>.
pub(super) const MAX_KEY_BYTES: usize = 1024;

pub(super) async fn put_object(
    backend: &Backend,
    request: S3Request<PutObjectInput>,
) -> S3Result<S3Response<PutObjectOutput>> {
    let mut input = request.input;
    backend.check_owner(input.expected_bucket_owner.as_deref())?;
    refuse_unsupported(&input)?;
    let condition = condition(input.if_match.as_ref(), input.if_none_match.as_ref())?;
    let mut declared = Declared::of(&input, &request.headers)?;
    let attributes = attributes(&mut input)?;
    let length = input.content_length.and_then(|it| u64::try_from(it).ok());
    let length = length.ok_or_else(|| {
        s3_error!(
            MissingContentLength,
            "You must provide the Content-Length HTTP header."
        )
    })?;
    let limit_bytes = backend.store.shelf.options.max_object_bytes;
    if length > limit_bytes {
        return Err(StoreError::TooLarge { limit_bytes }.into());
    }
    let bucket = input.bucket.clone();
    backend
        .store
        .blocking(move |shelf| shelf.must_exist(&bucket))
        .await?;

    let body = input
        .body
        .take()
        .unwrap_or_else(|| StreamingBlob::from(s3s::Body::empty()));
    let received = receive(&backend.store, body, Digests::new(declared.algorithm()), length).await?;
    let trailer = request
        .trailing_headers
        .as_ref()
        .and_then(s3s::TrailingHeaders::take);
    declared.complete(trailer.as_ref())?;
    declared.verify(&received.sums)?;

    let (bucket, key) = (input.bucket, input.key);
    let entry = backend
        .store
        .blocking(move |shelf| shelf.commit(&bucket, &key, received, attributes, &condition))
        .await
        .map_err(S3Error::from)?;
    let checksum = entry
        .attributes
        .checksum
        .as_ref()
        .map(digest::answer)
        .unwrap_or_default();
    Ok(S3Response::new(PutObjectOutput {
        e_tag: Some(ETag::Strong(entry.etag)),
        server_side_encryption: Some(aes256()),
        checksum_crc32: checksum.checksum_crc32,
        checksum_crc32c: checksum.checksum_crc32c,
        checksum_crc64nvme: checksum.checksum_crc64nvme,
        checksum_sha1: checksum.checksum_sha1,
        checksum_sha256: checksum.checksum_sha256,
        checksum_type: checksum.checksum_type,
        ..PutObjectOutput::default()
    }))
}

/// What S3 says of every object since 2023.
pub(super) fn aes256() -> ServerSideEncryption {
    ServerSideEncryption::from_static(ServerSideEncryption::AES256)
}

/// Reads a body of exactly `length` bytes into an incoming file.
async fn receive(
    store: &Store,
    mut body: StreamingBlob,
    digests: Digests,
    length: u64,
) -> S3Result<Received> {
    let mut incoming = store.blocking(move |shelf| shelf.receive(digests)).await?;
    let (mut waiting, mut waiting_bytes, mut total) = (Vec::new(), 0, 0_u64);
    while let Some(chunk) = next(&mut body).await? {
        let chunk = chunk.map_err(|error| broken_body(&*error))?;
        total += chunk.len() as u64;
        if total > length {
            return Err(s3_error!(
                InvalidRequest,
                "The body has more bytes than its Content-Length says"
            ));
        }
        waiting_bytes += chunk.len();
        waiting.push(chunk);
        if waiting_bytes >= WRITE_BYTES {
            incoming = write(store, incoming, std::mem::take(&mut waiting)).await?;
            waiting_bytes = 0;
        }
    }
    if total < length {
        return Err(s3_error!(
            IncompleteBody,
            "You did not provide the number of bytes specified by the Content-Length HTTP header"
        ));
    }
    Ok(write(store, incoming, waiting).await?.finish())
}

/// The next part of the body, if it comes in time.
async fn next(body: &mut StreamingBlob) -> S3Result<Option<Result<Bytes, StdError>>> {
    tokio::time::timeout(MAX_SILENCE, body.next()).await.map_err(|_| {
        s3_error!(
            RequestTimeout,
            "Your socket connection to the server was not read from or written to within the timeout period."
        )
    })
}

async fn write(store: &Store, mut incoming: Incoming, chunks: Vec<Bytes>) -> S3Result<Incoming> {
    let written = move |_: &_| -> Result<Incoming, StoreError> {
        for chunk in chunks {
            incoming.write(&chunk)?;
        }
        Ok(incoming)
    };
    store.blocking(written).await.map_err(S3Error::from)
}

/// Errors of s3s's body streams have no public types, only texts.
fn broken_body(error: &(dyn std::error::Error + Send + Sync)) -> S3Error {
    let text = error.to_string();
    let says = |it: &str| text.contains(it);
    if says("Sha256Mismatch") {
        let code = s3s::S3ErrorCode::Custom("XAmzContentSHA256Mismatch".into());
        let mut error = S3Error::with_message(
            code,
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
        );
        error.set_status_code(http::StatusCode::BAD_REQUEST);
        return error;
    }
    if says("SignatureMismatch") {
        return s3_error!(
            SignatureDoesNotMatch,
            "The request signature we calculated does not match the signature you provided. Check your key and signing method."
        );
    }
    if says("FormatError") || says("TooLarge") || says("TooMany") || says("LengthMismatch") {
        return s3_error!(InvalidRequest, "The body is not encoded as its headers say");
    }
    s3_error!(
        IncompleteBody,
        "You did not provide the number of bytes specified by the Content-Length HTTP header"
    )
}

/// What would change the object's meaning and is not kept here is refused, not dropped.
fn refuse_unsupported(input: &PutObjectInput) -> S3Result<()> {
    refuse_acl(
        input.acl.as_ref(),
        [
            &input.grant_full_control,
            &input.grant_read,
            &input.grant_read_acp,
            &input.grant_write_acp,
        ]
        .iter()
        .any(|it| it.is_some()),
    )?;
    refuse_encryption(
        input.server_side_encryption.as_ref(),
        input.sse_customer_algorithm.is_some() || input.sse_customer_key.is_some(),
    )?;
    refuse_storage_class(input.storage_class.as_ref())?;
    let unavailable = [
        ("x-amz-tagging", input.tagging.is_some()),
        (
            "x-amz-website-redirect-location",
            input.website_redirect_location.is_some(),
        ),
        ("x-amz-write-offset-bytes", input.write_offset_bytes.is_some()),
        (
            "x-amz-object-lock-legal-hold",
            input.object_lock_legal_hold_status.is_some(),
        ),
        ("x-amz-object-lock-mode", input.object_lock_mode.is_some()),
        (
            "x-amz-object-lock-retain-until-date",
            input.object_lock_retain_until_date.is_some(),
        ),
    ];
    match unavailable.iter().find(|(_, sent)| *sent) {
        Some((header, _)) => Err(s3_error!(
            NotImplemented,
            "The header {header} is not supported by this endpoint"
        )),
        None => Ok(()),
    }
}

/// Buckets have no access control lists, which is how new buckets are on AWS.
pub(super) fn refuse_acl(acl: Option<&ObjectCannedACL>, grants: bool) -> S3Result<()> {
    let owners_own = [
        ObjectCannedACL::PRIVATE,
        ObjectCannedACL::BUCKET_OWNER_FULL_CONTROL,
    ];
    if grants || acl.is_some_and(|it| !owners_own.contains(&it.as_str())) {
        return Err(s3_error!(
            AccessControlListNotSupported,
            "The bucket does not allow ACLs"
        ));
    }
    Ok(())
}

pub(super) fn refuse_encryption(
    encryption: Option<&ServerSideEncryption>,
    customer_key: bool,
) -> S3Result<()> {
    if customer_key || encryption.is_some_and(|it| it.as_str() != ServerSideEncryption::AES256) {
        return Err(s3_error!(
            NotImplemented,
            "Only AES256 encryption is supported by this endpoint"
        ));
    }
    Ok(())
}

pub(super) fn refuse_storage_class(class: Option<&StorageClass>) -> S3Result<()> {
    if class.is_some_and(|it| it.as_str() != StorageClass::STANDARD) {
        return Err(s3_error!(
            NotImplemented,
            "Only the storage class STANDARD is supported by this endpoint"
        ));
    }
    Ok(())
}

fn condition(if_match: Option<&ETagCondition>, if_none_match: Option<&ETagCondition>) -> S3Result<Condition> {
    match (if_match, if_none_match) {
        (None, None) => Ok(Condition::Always),
        (None, Some(ETagCondition::Any)) => Ok(Condition::Absent),
        (Some(ETagCondition::Any), None) => Ok(Condition::Present),
        (Some(ETagCondition::ETag(etag)), None) => Ok(Condition::Tagged(etag.value().to_owned())),
        _ => Err(s3_error!(
            NotImplemented,
            "Of If-Match and If-None-Match, one, and If-None-Match with * only, is supported"
        )),
    }
}

fn attributes(input: &mut PutObjectInput) -> S3Result<Attributes> {
    let metadata = input.metadata.take().unwrap_or_default();
    check_metadata(&metadata)?;
    Ok(Attributes {
        content_type: input.content_type.take(),
        content_disposition: input.content_disposition.take(),
        content_encoding: input.content_encoding.take().and_then(|it| stored_encoding(&it)),
        content_language: input.content_language.take(),
        cache_control: input.cache_control.take(),
        expires: input.expires.take().as_ref().map(http_date),
        metadata: metadata.into_iter().collect(),
        checksum: None,
    })
}

pub(super) fn check_metadata<'a>(
    metadata: impl IntoIterator<Item = (&'a String, &'a String)>,
) -> S3Result<()> {
    let bytes: usize = metadata
        .into_iter()
        .map(|(key, value)| key.len() + value.len())
        .sum();
    if bytes > MAX_METADATA_BYTES {
        return Err(s3_error!(
            MetadataTooLarge,
            "Your metadata headers exceed the maximum allowed metadata size"
        ));
    }
    Ok(())
}

/// `aws-chunked` is how the body travelled, not what it is.
fn stored_encoding(sent: &str) -> Option<String> {
    let kept: Vec<&str> = sent
        .split(',')
        .map(str::trim)
        .filter(|it| !it.eq_ignore_ascii_case("aws-chunked") && !it.is_empty())
        .collect();
    (!kept.is_empty()).then(|| kept.join(", "))
}

pub(super) fn http_date(timestamp: &Timestamp) -> String {
    let mut text = Vec::new();
    // Writing to memory cannot fail, and every timestamp s3s reads has a date.
    let _ = timestamp.format(TimestampFormat::HttpDate, &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

pub(super) fn wire_time(timestamp: jiff::Timestamp) -> Timestamp {
    Timestamp::from(SystemTime::from(timestamp))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_a_body_travelled_is_not_kept() {
        assert_eq!(stored_encoding("aws-chunked"), None);
        assert_eq!(stored_encoding("aws-chunked,gzip").as_deref(), Some("gzip"));
        assert_eq!(stored_encoding("gzip, br").as_deref(), Some("gzip, br"));
    }
}
