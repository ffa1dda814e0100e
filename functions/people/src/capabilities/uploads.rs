//! What this function does with uploads.

use aws::{
    photos::{GetError, Object},
    uploads::{Claim, ClaimError, Remembered, UploadRow},
};
use domain::{AnalysisId, Fault, UploadId, UserId};
use jiff::Timestamp;

/// Sees to it that one request at a time uses an upload. Maps to `dynamodb:GetItem` and `dynamodb:UpdateItem`.
pub trait ClaimUpload {
    /// Returns the upload if `user` has it, expired or not. Consistent.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    fn get_upload(
        &self,
        user: UserId,
        upload: UploadId,
    ) -> impl Future<Output = Result<Option<UploadRow>, Fault>> + Send;

    /// Claims the upload until `until`. Of several attempts at the same time one succeeds. The claim names `proposed`, or what an
    /// earlier claim named.
    ///
    /// # Errors
    ///
    /// [`ClaimError::Taken`] while another attempt holds a claim or after one succeeded; nothing is changed then.
    fn claim(
        &self,
        user: UserId,
        upload: UploadId,
        proposed: AnalysisId,
        now: Timestamp,
        until: Timestamp,
    ) -> impl Future<Output = Result<Claim, ClaimError>> + Send;

    /// Gives the claim up; does nothing where it has ended.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed; the claim then ends by itself.
    fn release(
        &self,
        user: UserId,
        upload: UploadId,
        claim: Claim,
    ) -> impl Future<Output = Result<(), Fault>> + Send;

    /// Ends the claim on an upload whose photo was refused; it can never be claimed again.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed; the claim then ends by itself.
    fn refuse(
        &self,
        user: UserId,
        upload: UploadId,
        claim: Claim,
    ) -> impl Future<Output = Result<(), Fault>> + Send;

    /// Records that the upload was used, as what claims name, and keeps that until `keep_until`. Idempotent.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    fn mark_used(
        &self,
        user: UserId,
        upload: UploadId,
        analysis: AnalysisId,
        keep_until: Timestamp,
    ) -> impl Future<Output = Result<(), Fault>> + Send;

    /// As [`Self::mark_used`], without a claim: does nothing where somebody else claimed or used the upload.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    fn mark_pending_used(
        &self,
        user: UserId,
        upload: UploadId,
        analysis: AnalysisId,
        keep_until: Timestamp,
    ) -> impl Future<Output = Result<(), Fault>> + Send;
}

/// Remembers requests with an `Idempotency-Key`. Maps to `dynamodb:PutItem`.
pub trait RememberRequest {
    /// Remembers what a request with a key is about until `forget_at`, unless another one came first: then returns what that one
    /// was about. Of several at the same time one is first.
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

/// Reads and removes photos in quarantine. Maps to `s3:GetObject`, `s3:DeleteObject`, and `s3:ListBucket`, without which S3 does not
/// say that something is missing.
pub trait TakeUploadedPhoto {
    /// Returns the photo as it was uploaded, if it has at most `limit_bytes`.
    ///
    /// # Errors
    ///
    /// [`GetError::Missing`], [`GetError::TooLarge`].
    fn get_photo(
        &self,
        user: UserId,
        upload: UploadId,
        limit_bytes: u64,
    ) -> impl Future<Output = Result<Object, GetError>> + Send;

    /// Removes the photo. Idempotent.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the bucket failed.
    fn remove_photo(&self, user: UserId, upload: UploadId) -> impl Future<Output = Result<(), Fault>> + Send;
}
