//! What this function can do to the world. Each trait is a statement of the template, by the same name.

use std::time::Duration;

use aws::photos::{Presigned, Promise};
use aws::uploads::{Remembered, UploadRow};
use domain::{Fault, UploadId, UserId};
use jiff::Timestamp;

/// Counts uploads that wait. Maps to `dynamodb:Query`.
pub trait CountPendingUploads {
    /// Returns how many uploads of `user` can still be used and have not been, at most `enough`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    fn count_pending(
        &self,
        user: UserId,
        now: Timestamp,
        enough: usize,
    ) -> impl Future<Output = Result<usize, Fault>> + Send;
}

/// Reads an upload. Maps to `dynamodb:GetItem`.
pub trait GetUpload {
    /// Returns the upload if `user` has it, expired or not. Consistent: what was put is found.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    fn get_upload(
        &self,
        user: UserId,
        upload: UploadId,
    ) -> impl Future<Output = Result<Option<UploadRow>, Fault>> + Send;
}

/// Records an upload. Maps to `dynamodb:PutItem`.
pub trait PutUpload {
    /// Stores a new upload.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed; whether the row was written is not known then.
    fn put_upload(&self, row: &UploadRow) -> impl Future<Output = Result<(), Fault>> + Send;

    /// Remembers what a request with an `Idempotency-Key` is about until `forget_at`, unless another one came
    /// first: then returns what that one was about. Of several at the same time one is first.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    fn remember(
        &self,
        user: UserId,
        digest: &str,
        request: &Remembered,
        now: Timestamp,
        forget_at: Timestamp,
    ) -> impl Future<Output = Result<Option<Remembered>, Fault>> + Send;
}

/// Signs requests to the bucket. The signer's right to `s3:PutObject` decides when the request is made.
pub trait PresignUpload {
    /// Signs a request that puts exactly what `promise` says, once, until `now + valid_for`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if there is nothing to sign with.
    fn presign(
        &self,
        user: UserId,
        upload: UploadId,
        promise: Promise<'_>,
        now: Timestamp,
        valid_for: Duration,
    ) -> impl Future<Output = Result<Presigned, Fault>> + Send;
}

#[cfg(test)]
pub(crate) mod fakes;
