//! `CopyObject`.

use std::{fs::File, io::Read};

use s3s::{
    S3Error, S3Request, S3Response, S3Result,
    dto::{
        CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource, ETag, MetadataDirective,
        TaggingDirective,
    },
    s3_error,
};

use super::{
    access::denied,
    backend::Backend,
    conditions::Conditions,
    digest::{self, Algorithm, Digests},
    error::StoreError,
    get::refuse_version,
    index::{Attributes, Condition, Entry},
    put::{
        aes256, check_metadata, http_date, refuse_acl, refuse_encryption, refuse_storage_class, wire_time,
    },
    store::Shelf,
};

/// Bytes copied at a time.
const COPY_BYTES: usize = 256 * 1024;

/// Where a copy comes from.
struct Source {
    bucket: String,
    key: String,
}

pub(super) async fn copy_object(
    backend: &Backend,
    request: S3Request<CopyObjectInput>,
) -> S3Result<S3Response<CopyObjectOutput>> {
    let signer = request.credentials;
    let mut input = request.input;
    backend.check_owner(input.expected_bucket_owner.as_deref())?;
    backend.check_owner(input.expected_source_bucket_owner.as_deref())?;
    refuse_unsupported(&input)?;
    let source = source(&input.copy_source)?;
    if !backend.may(signer.as_ref(), "s3:GetObject", &source.bucket, Some(&source.key)) {
        return Err(denied());
    }
    let replace = input
        .metadata_directive
        .as_ref()
        .is_some_and(|it| it.as_str() == MetadataDirective::REPLACE);
    if !replace && source.bucket == input.bucket && source.key == input.key {
        return Err(s3_error!(
            InvalidRequest,
            "This copy request is illegal because it is trying to copy an object to itself without changing the object's \
             metadata, storage class, website redirect location or encryption attributes."
        ));
    }
    let replaced = replace.then(|| attributes(&mut input)).transpose()?;
    let algorithm = match &input.checksum_algorithm {
        Some(named) => {
            let unknown = || s3_error!(InvalidRequest, "Checksum algorithm provided is unsupported.");
            Some(Algorithm::named(named.as_str()).ok_or_else(unknown)?)
        }
        None => None,
    };

    let opened = {
        let (bucket, key) = (source.bucket.clone(), source.key.clone());
        backend
            .store
            .blocking(move |shelf| shelf.open_object(&bucket, &key))
            .await
    };
    let (original, file) = opened.map_err(|it| backend.missing(it, signer.as_ref(), &source.bucket))?;
    let conditions = Conditions {
        matches: input.copy_source_if_match,
        none_match: input.copy_source_if_none_match,
        modified_since: input.copy_source_if_modified_since,
        unmodified_since: input.copy_source_if_unmodified_since,
    };
    // There is no "not modified" for a copy.
    conditions
        .check(&original)
        .map_err(|_| S3Error::from(StoreError::PreconditionFailed))?;
    let (bucket, key) = (input.bucket, input.key);
    let entry = backend
        .store
        .blocking(move |shelf| shelf.copy(&original, file, algorithm, replaced, &bucket, &key))
        .await
        .map_err(S3Error::from)?;
    Ok(answer(entry))
}

fn source(named: &CopySource) -> S3Result<Source> {
    let CopySource::Bucket {
        bucket,
        key,
        version_id,
    } = named
    else {
        return Err(s3_error!(
            NotImplemented,
            "Copies from access points are not supported by this endpoint"
        ));
    };
    refuse_version(version_id.as_deref())?;
    Ok(Source {
        bucket: bucket.to_string(),
        key: key.to_string(),
    })
}

impl Shelf {
    /// Reads the body again and so finds out whether it still is what was once received.
    fn copy(
        &self,
        original: &Entry,
        mut file: File,
        algorithm: Option<Algorithm>,
        replaced: Option<Attributes>,
        bucket: &str,
        key: &str,
    ) -> Result<Entry, StoreError> {
        let kept = original.attributes.checksum.as_ref().map(|(it, _)| *it);
        let mut incoming = self.receive(Digests::new(algorithm.or(kept).unwrap_or(Algorithm::DEFAULT)))?;
        let mut buffer = vec![0; COPY_BYTES];
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                read => incoming.write(&buffer[..read])?,
            }
        }
        let received = incoming.finish();
        if received.sums.md5_hex != original.etag {
            return Err(std::io::Error::other("the stored body is not what was once received").into());
        }
        let attributes = replaced.unwrap_or_else(|| original.attributes.clone());
        self.commit(bucket, key, received, attributes, &Condition::Always)
    }
}

fn answer(entry: Entry) -> S3Response<CopyObjectOutput> {
    let checksum = entry
        .attributes
        .checksum
        .as_ref()
        .map(digest::answer)
        .unwrap_or_default();
    S3Response::new(CopyObjectOutput {
        copy_object_result: Some(CopyObjectResult {
            e_tag: Some(ETag::Strong(entry.etag)),
            last_modified: Some(wire_time(entry.modified)),
            checksum_crc32: checksum.checksum_crc32,
            checksum_crc32c: checksum.checksum_crc32c,
            checksum_crc64nvme: checksum.checksum_crc64nvme,
            checksum_sha1: checksum.checksum_sha1,
            checksum_sha256: checksum.checksum_sha256,
            checksum_type: checksum.checksum_type,
        }),
        server_side_encryption: Some(aes256()),
        ..CopyObjectOutput::default()
    })
}

fn refuse_unsupported(input: &CopyObjectInput) -> S3Result<()> {
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
    let customer_key =
        input.sse_customer_algorithm.is_some() || input.copy_source_sse_customer_algorithm.is_some();
    refuse_encryption(input.server_side_encryption.as_ref(), customer_key)?;
    refuse_storage_class(input.storage_class.as_ref())?;
    let tags = input.tagging.is_some()
        || input
            .tagging_directive
            .as_ref()
            .is_some_and(|it| it.as_str() != TaggingDirective::COPY);
    let lock = input.object_lock_legal_hold_status.is_some()
        || input.object_lock_mode.is_some()
        || input.object_lock_retain_until_date.is_some();
    if tags || lock || input.website_redirect_location.is_some() {
        return Err(s3_error!(
            NotImplemented,
            "Tags, object lock and redirects are not supported by this endpoint"
        ));
    }
    Ok(())
}

fn attributes(input: &mut CopyObjectInput) -> S3Result<Attributes> {
    let metadata = input.metadata.take().unwrap_or_default();
    check_metadata(&metadata)?;
    Ok(Attributes {
        content_type: input.content_type.take(),
        content_disposition: input.content_disposition.take(),
        content_encoding: input.content_encoding.take(),
        content_language: input.content_language.take(),
        cache_control: input.cache_control.take(),
        expires: input.expires.take().as_ref().map(http_date),
        metadata: metadata.into_iter().collect(),
        checksum: None,
    })
}
