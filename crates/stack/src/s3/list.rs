//! `ListObjectsV2`.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::{
    S3Error, S3Request, S3Response, S3Result,
    dto::{
        ChecksumAlgorithm, CommonPrefix, ETag, EncodingType, ListObjectsV2Input, ListObjectsV2Output, Object,
        ObjectStorageClass, Owner,
    },
    s3_error,
};

use super::{
    backend::Backend,
    error::StoreError,
    index::{Entry, after_prefix},
    put::wire_time,
    store::Shelf,
};

/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html>.
const MAX_KEYS: usize = 1000;

/// What S3 leaves alone when a listing is to be URL-encoded.
const URL: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'/')
    .remove(b'*');

/// One page of a listing.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Page {
    pub(super) objects: Vec<(String, Entry)>,
    pub(super) common_prefixes: Vec<String>,
    /// Where the next page starts, if there is one.
    pub(super) next: Option<Vec<u8>>,
}

pub(super) async fn list_objects_v2(
    backend: &Backend,
    request: S3Request<ListObjectsV2Input>,
) -> S3Result<S3Response<ListObjectsV2Output>> {
    let input = request.input;
    backend.check_owner(input.expected_bucket_owner.as_deref())?;
    let limit = match input.max_keys {
        None => MAX_KEYS,
        Some(wanted) => usize::try_from(wanted)
            .map_err(|_| {
                s3_error!(
                    InvalidArgument,
                    "Argument maxKeys must be an integer between 0 and 2147483647"
                )
            })?
            .min(MAX_KEYS),
    };
    let from = match (&input.continuation_token, &input.start_after) {
        (Some(token), _) => URL_SAFE_NO_PAD
            .decode(token)
            .map_err(|_| s3_error!(InvalidArgument, "The continuation token provided is incorrect"))?,
        (None, Some(key)) => after_key(key),
        (None, None) => Vec::new(),
    };
    let (bucket, prefix, delimiter) = (
        input.bucket.clone(),
        input.prefix.clone().unwrap_or_default(),
        input.delimiter.clone().unwrap_or_default(),
    );
    let page = backend
        .store
        .blocking(move |shelf| shelf.list(&bucket, &prefix, &delimiter, &from, limit))
        .await
        .map_err(S3Error::from)?;

    let encoded = match input.encoding_type.as_ref().map(EncodingType::as_str) {
        None => false,
        Some(EncodingType::URL) => true,
        Some(_) => {
            return Err(s3_error!(
                InvalidArgument,
                "Invalid Encoding Method specified in Request"
            ));
        }
    };
    let text = |it: String| {
        if encoded {
            utf8_percent_encode(&it, URL).to_string()
        } else {
            it
        }
    };
    let owner = input.fetch_owner.unwrap_or_default().then(|| backend.owner());
    let count = page.objects.len() + page.common_prefixes.len();
    Ok(S3Response::new(ListObjectsV2Output {
        name: Some(input.bucket),
        key_count: i32::try_from(count).ok(),
        max_keys: i32::try_from(limit).ok(),
        is_truncated: Some(page.next.is_some()),
        next_continuation_token: page.next.map(|it| URL_SAFE_NO_PAD.encode(it)),
        continuation_token: input.continuation_token,
        prefix: Some(text(input.prefix.unwrap_or_default())),
        delimiter: input.delimiter.map(text),
        start_after: input.start_after.map(text),
        encoding_type: input.encoding_type,
        contents: Some(
            page.objects
                .into_iter()
                .map(|(key, entry)| object(text(key), entry, owner.as_ref()))
                .collect(),
        ),
        common_prefixes: Some(
            page.common_prefixes
                .into_iter()
                .map(|it| CommonPrefix {
                    prefix: Some(text(it)),
                })
                .collect(),
        ),
        request_charged: None,
    }))
}

fn object(key: String, entry: Entry, owner: Option<&Owner>) -> Object {
    Object {
        key: Some(key),
        e_tag: Some(ETag::Strong(entry.etag)),
        last_modified: Some(wire_time(entry.modified)),
        size: i64::try_from(entry.size).ok(),
        storage_class: Some(ObjectStorageClass::from_static(ObjectStorageClass::STANDARD)),
        owner: owner.cloned(),
        checksum_algorithm: entry
            .attributes
            .checksum
            .map(|(it, _)| vec![ChecksumAlgorithm::from_static(it.name())]),
        ..Object::default()
    }
}

/// The least byte string above `key`.
fn after_key(key: &str) -> Vec<u8> {
    [key.as_bytes(), &[0]].concat()
}

impl Shelf {
    /// At most `limit` objects and common prefixes, together, in the order of their bytes.
    pub(super) fn list(
        &self,
        bucket: &str,
        prefix: &str,
        delimiter: &str,
        from: &[u8],
        limit: usize,
    ) -> Result<Page, StoreError> {
        self.must_exist(bucket)?;
        let mut page = Page::default();
        if limit == 0 {
            return Ok(page);
        }
        let mut from = from.to_vec();
        loop {
            let wanted = limit - page.objects.len() - page.common_prefixes.len();
            // One more than wanted tells whether there is a next page.
            let found = self.reader().entries(bucket, prefix, &from, wanted + 1)?;
            let exhausted = found.len() <= wanted;
            let mut skipped = false;
            for (key, entry) in found {
                if page.objects.len() + page.common_prefixes.len() == limit {
                    page.next = Some(key.into_bytes());
                    return Ok(page);
                }
                let cut = (!delimiter.is_empty())
                    .then(|| key[prefix.len()..].find(delimiter))
                    .flatten();
                if let Some(at) = cut {
                    let common = key[..prefix.len() + at + delimiter.len()].to_owned();
                    let behind = after_prefix(common.as_bytes());
                    page.common_prefixes.push(common);
                    match behind {
                        Some(behind) => from = behind,
                        None => return Ok(page),
                    }
                    // Whatever else was found may belong to the same prefix: go on behind it.
                    skipped = true;
                    break;
                }
                from = after_key(&key);
                page.objects.push((key, entry));
            }
            if exhausted && !skipped {
                return Ok(page);
            }
        }
    }
}
