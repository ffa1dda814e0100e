//! `GetObject` and `HeadObject`.

use std::ops::Range;

use http::{HeaderMap, HeaderValue, StatusCode, header};
use s3s::{
    S3Request, S3Response, S3Result,
    auth::Credentials,
    dto::{
        Checksum, ChecksumMode, ETag, GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput,
        StreamingBlob,
    },
    s3_error,
};

use super::{
    backend::Backend,
    conditions::Conditions,
    digest,
    file_bytes::FileBytes,
    index::Entry,
    put::{aes256, wire_time},
};

/// What both operations ask.
struct Look {
    bucket: String,
    key: String,
    conditions: Conditions,
    range: Option<s3s::dto::Range>,
    with_checksum: bool,
    signer: Option<Credentials>,
}

/// Which bytes were asked for, and the headers that go with them.
struct Seen {
    bytes: Range<u64>,
    partial: bool,
    headers: HeadObjectOutput,
    expires: Option<String>,
}

pub(super) async fn head_object(
    backend: &Backend,
    request: S3Request<HeadObjectInput>,
) -> S3Result<S3Response<HeadObjectOutput>> {
    let input = request.input;
    backend.check_owner(input.expected_bucket_owner.as_deref())?;
    refuse_parts(input.part_number.is_some() || input.sse_customer_key.is_some())?;
    refuse_version(input.version_id.as_deref())?;
    let look = Look {
        bucket: input.bucket,
        key: input.key,
        conditions: Conditions {
            matches: input.if_match,
            none_match: input.if_none_match,
            modified_since: input.if_modified_since,
            unmodified_since: input.if_unmodified_since,
        },
        range: input.range,
        with_checksum: enabled(input.checksum_mode.as_ref()),
        signer: request.credentials,
    };
    let (bucket, key) = (look.bucket.clone(), look.key.clone());
    let found = backend
        .store
        .blocking(move |shelf| shelf.entry(&bucket, &key))
        .await;
    let entry = found.map_err(|it| backend.missing(it, look.signer.as_ref(), &look.bucket))?;
    let seen = look.at(entry)?;
    let mut response = S3Response::with_headers(seen.headers, expires(seen.expires.as_deref()));
    response.status = seen.partial.then_some(StatusCode::PARTIAL_CONTENT);
    Ok(response)
}

pub(super) async fn get_object(
    backend: &Backend,
    request: S3Request<GetObjectInput>,
) -> S3Result<S3Response<GetObjectOutput>> {
    let input = request.input;
    backend.check_owner(input.expected_bucket_owner.as_deref())?;
    refuse_parts(input.part_number.is_some() || input.sse_customer_key.is_some())?;
    refuse_version(input.version_id.as_deref())?;
    let look = Look {
        bucket: input.bucket,
        key: input.key,
        conditions: Conditions {
            matches: input.if_match,
            none_match: input.if_none_match,
            modified_since: input.if_modified_since,
            unmodified_since: input.if_unmodified_since,
        },
        range: input.range,
        with_checksum: enabled(input.checksum_mode.as_ref()),
        signer: request.credentials,
    };
    let (bucket, key) = (look.bucket.clone(), look.key.clone());
    let opened = backend
        .store
        .blocking(move |shelf| shelf.open_object(&bucket, &key))
        .await;
    let (entry, file) = opened.map_err(|it| backend.missing(it, look.signer.as_ref(), &look.bucket))?;
    let seen = look.at(entry)?;
    let headers = seen.headers;
    let output = GetObjectOutput {
        body: Some(StreamingBlob::new(FileBytes::new(file, seen.bytes))),
        accept_ranges: headers.accept_ranges,
        cache_control: headers.cache_control,
        checksum_crc32: headers.checksum_crc32,
        checksum_crc32c: headers.checksum_crc32c,
        checksum_crc64nvme: headers.checksum_crc64nvme,
        checksum_sha1: headers.checksum_sha1,
        checksum_sha256: headers.checksum_sha256,
        checksum_type: headers.checksum_type,
        content_disposition: headers.content_disposition,
        content_encoding: headers.content_encoding,
        content_language: headers.content_language,
        content_length: headers.content_length,
        content_range: headers.content_range,
        content_type: headers.content_type,
        e_tag: headers.e_tag,
        last_modified: headers.last_modified,
        metadata: headers.metadata,
        server_side_encryption: headers.server_side_encryption,
        ..GetObjectOutput::default()
    };
    // What the request wants `Expires` to be, s3s writes itself.
    let expires = expires(
        seen.expires
            .as_deref()
            .filter(|_| input.response_expires.is_none()),
    );
    Ok(S3Response::with_headers(output, expires))
}

impl Look {
    fn at(&self, entry: Entry) -> S3Result<Seen> {
        self.conditions.check(&entry)?;
        let partial = self.range.map(|it| bytes_of(it, entry.size)).transpose()?;
        let bytes = partial.clone().unwrap_or(0..entry.size);
        let checksum = match &entry.attributes.checksum {
            Some(it) if self.with_checksum && partial.is_none() => digest::answer(it),
            _ => Checksum::default(),
        };
        let attributes = entry.attributes;
        let headers = HeadObjectOutput {
            accept_ranges: Some("bytes".into()),
            cache_control: attributes.cache_control,
            checksum_crc32: checksum.checksum_crc32,
            checksum_crc32c: checksum.checksum_crc32c,
            checksum_crc64nvme: checksum.checksum_crc64nvme,
            checksum_sha1: checksum.checksum_sha1,
            checksum_sha256: checksum.checksum_sha256,
            checksum_type: checksum.checksum_type,
            content_disposition: attributes.content_disposition,
            content_encoding: attributes.content_encoding,
            content_language: attributes.content_language,
            content_length: Some((bytes.end - bytes.start).cast_signed()),
            content_range: partial
                .as_ref()
                .map(|it| format!("bytes {}-{}/{}", it.start, it.end - 1, entry.size)),
            // What S3 says of an object that was stored without a type.
            content_type: Some(
                attributes
                    .content_type
                    .unwrap_or_else(|| "binary/octet-stream".to_owned()),
            ),
            e_tag: Some(ETag::Strong(entry.etag)),
            last_modified: Some(wire_time(entry.modified)),
            metadata: Some(attributes.metadata.into_iter().collect()),
            server_side_encryption: Some(aes256()),
            ..HeadObjectOutput::default()
        };
        Ok(Seen {
            bytes,
            partial: partial.is_some(),
            headers,
            expires: attributes.expires,
        })
    }
}

/// Objects are stored whole, and encrypted by nobody's key.
fn refuse_parts(asked: bool) -> S3Result<()> {
    if asked {
        return Err(s3_error!(
            NotImplemented,
            "Parts and customer keys are not supported by this endpoint"
        ));
    }
    Ok(())
}

/// Without versioning, S3 calls the only version `null`.
pub(super) fn refuse_version(version: Option<&str>) -> S3Result<()> {
    match version {
        None | Some("null") => Ok(()),
        Some(_) => Err(s3_error!(NoSuchVersion, "The specified version does not exist.")),
    }
}

fn enabled(mode: Option<&ChecksumMode>) -> bool {
    mode.is_some_and(|it| it.as_str() == ChecksumMode::ENABLED)
}

/// Never empty: where there is nothing to give, a range is an error.
fn bytes_of(range: s3s::dto::Range, size: u64) -> S3Result<Range<u64>> {
    match range.check(size) {
        Ok(bytes) if !bytes.is_empty() => Ok(bytes),
        _ => {
            let mut error = s3_error!(InvalidRange, "The requested range is not satisfiable");
            let mut headers = HeaderMap::new();
            if let Ok(value) = HeaderValue::from_str(&format!("bytes */{size}")) {
                headers.insert(header::CONTENT_RANGE, value);
            }
            error.set_headers(headers);
            Err(error)
        }
    }
}

fn expires(value: Option<&str>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Some(Ok(value)) = value.map(HeaderValue::from_str) {
        headers.insert(header::EXPIRES, value);
    }
    headers
}
