//! `If-Match` and its kin, for reading.

use http::{HeaderMap, HeaderValue, header};
use s3s::{
    S3Error, S3Result,
    dto::{ETagCondition, Timestamp, TimestampFormat},
    s3_error,
};

use super::{error::StoreError, index::Entry};

/// When an object's bytes may be given. The names are those of the headers without their `If-`.
#[derive(Clone, Debug, Default)]
pub(super) struct Conditions {
    pub(super) matches: Option<ETagCondition>,
    pub(super) none_match: Option<ETagCondition>,
    pub(super) modified_since: Option<Timestamp>,
    pub(super) unmodified_since: Option<Timestamp>,
}

impl Conditions {
    /// The order is that of RFC 9110, section 13.2.2, as S3 documents it for `GetObject`.
    ///
    /// # Errors
    ///
    /// `PreconditionFailed` (412) or `NotModified` (304).
    pub(super) fn check(&self, entry: &Entry) -> S3Result<()> {
        let failed = || Err(StoreError::PreconditionFailed.into());
        let modified = entry.modified.as_second();
        match (&self.matches, &self.unmodified_since) {
            (Some(wanted), _) if !is(wanted, entry) => return failed(),
            (None, Some(since)) if modified > seconds(since) => return failed(),
            _ => {}
        }
        let unchanged = match (&self.none_match, &self.modified_since) {
            (Some(known), _) => is(known, entry),
            (None, Some(since)) => modified <= seconds(since),
            (None, None) => false,
        };
        if unchanged {
            Err(not_modified(entry))
        } else {
            Ok(())
        }
    }
}

fn is(condition: &ETagCondition, entry: &Entry) -> bool {
    condition.as_etag().is_none_or(|it| it.value() == entry.etag)
}

fn seconds(timestamp: &Timestamp) -> i64 {
    let mut text = Vec::new();
    // Writing to memory cannot fail.
    let _ = timestamp.format(TimestampFormat::EpochSeconds, &mut text);
    let text = String::from_utf8_lossy(&text);
    text.split('.')
        .next()
        .and_then(|it| it.parse().ok())
        .unwrap_or_default()
}

fn not_modified(entry: &Entry) -> S3Error {
    let mut error = s3_error!(NotModified, "Not Modified");
    let mut headers = HeaderMap::new();
    if let Ok(etag) = HeaderValue::from_str(&format!("\"{}\"", entry.etag)) {
        headers.insert(header::ETAG, etag);
    }
    error.set_headers(headers);
    error.set_status_code(http::StatusCode::NOT_MODIFIED);
    error
}
