//! The capabilities on AWS, and how the function is put together.

use std::sync::Arc;
use std::time::Duration;

use aws::parameters::Parameters;
use aws::photos::{Bucket, ObjectKey, Presigned, Promise};
use aws::uploads::{Remembered, UploadRow, UploadsTable};
use callers::Callers;
use domain::{Fault, UploadId, UserId};
use jiff::Timestamp;
use lambda_kit::{Function, InitError, Kit};

use crate::capabilities::{CountPendingUploads, GetUpload, PresignUpload, PutUpload};
use crate::config::Config;
use crate::handler::UPLOAD_LIFETIME;
use crate::http::{self, Context};

/// The table and the bucket.
#[derive(Debug)]
pub struct Aws {
    uploads: UploadsTable,
    photos: Bucket,
}

/// Puts the function together.
///
/// # Errors
///
/// [`InitError`] if a variable of the environment is missing.
pub async fn init(kit: &Kit) -> Result<Function, InitError> {
    let config = Config::from_env(&kit.env)?;
    let deps = Aws {
        uploads: UploadsTable::new(&kit.aws, config.uploads_table),
        photos: Bucket::new(&kit.aws, config.uploads_bucket),
    };
    let callers = Callers::new(kit, Parameters::new(&kit.aws), &config.callers);
    let context = Context {
        deps,
        clock: kit.clock.clone(),
        ids: kit.ids.clone(),
    };
    let router = http::router(
        callers.tokens,
        callers.api_keys,
        callers.limits,
        Arc::new(context),
    );
    Ok(Function::http(router.trail(callers.trail)))
}

impl CountPendingUploads for Aws {
    async fn count_pending(&self, user: UserId, now: Timestamp, enough: usize) -> Result<usize, Fault> {
        let oldest = first_id_of(now.checked_sub(UPLOAD_LIFETIME).unwrap_or(Timestamp::UNIX_EPOCH));
        self.uploads.count_pending(user, oldest, now, enough).await
    }
}

/// Returns the lowest identifier that is made at `time`: version 7 begins with the milliseconds since 1970.
fn first_id_of(time: Timestamp) -> UploadId {
    let millis = u64::try_from(time.as_millisecond()).unwrap_or_default();
    UploadId::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid())
}

impl GetUpload for Aws {
    async fn get_upload(&self, user: UserId, upload: UploadId) -> Result<Option<UploadRow>, Fault> {
        self.uploads.get(user, upload).await
    }
}

impl PutUpload for Aws {
    async fn put_upload(&self, row: &UploadRow) -> Result<(), Fault> {
        self.uploads.put(row).await
    }

    async fn remember(
        &self,
        user: UserId,
        digest: &str,
        request: &Remembered,
        now: Timestamp,
        forget_at: Timestamp,
    ) -> Result<Option<Remembered>, Fault> {
        self.uploads.remember(user, digest, request, now, forget_at).await
    }
}

impl PresignUpload for Aws {
    async fn presign(
        &self,
        user: UserId,
        upload: UploadId,
        promise: Promise<'_>,
        now: Timestamp,
        valid_for: Duration,
    ) -> Result<Presigned, Fault> {
        self.photos
            .presign_put(&ObjectKey::upload(user, upload), promise, now, valid_for)
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_of_a_time_sort_around_it() {
        let time: Timestamp = "2026-11-20T11:00:00Z".parse().unwrap();
        let millis = u64::try_from(time.as_millisecond()).unwrap();
        let id = |millis| {
            UploadId::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &[0xFF; 10]).into_uuid())
        };
        assert!(id(millis - 1) < first_id_of(time));
        assert!(first_id_of(time) < id(millis));
        // Rows are compared as texts.
        assert!(id(millis - 1).to_string() < first_id_of(time).to_string());
    }
}
