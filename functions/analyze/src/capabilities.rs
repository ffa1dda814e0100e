//! What this function can do to the world. Each trait is a statement of the template, by the same name.

use api::wire::{Analysis, ImageVariant};
use aws::analyses::{AnalysisFilter, AnalysisRow, AnalysisRows, PutAnalysisError, StoredAnalysis};
use aws::faces::{DetectFacesFailure, DetectedFace, FaceAttribute};
use aws::photos::{GetError, Object, Presigned};
use aws::uploads::{Claim, ClaimError, Remembered, UploadRow};
use domain::{AnalysisId, Fault, UploadId, UserId};
use intake::Jpeg;
use jiff::Timestamp;

/// Reads what was announced for an upload. Maps to `dynamodb:GetItem`.
pub trait GetUpload {
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
}

/// Sees to it that an upload is analyzed once. Maps to `dynamodb:UpdateItem`.
pub trait ClaimUpload {
    /// Claims the upload until `until`. Of several attempts at the same time one succeeds. The claim names
    /// `proposed`, or the analysis that an earlier claim named.
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

    /// Records that the upload was analyzed, and keeps that until `keep_until`. Idempotent.
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
}

/// Remembers requests with an `Idempotency-Key`. Maps to `dynamodb:PutItem`.
pub trait RememberRequest {
    /// Remembers what a request with a key is about until `forget_at`, unless another one came first: then returns
    /// what that one was about. Of several at the same time one is first.
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

/// Reads and removes photos in quarantine. Maps to `s3:GetObject`, `s3:DeleteObject`, and `s3:ListBucket`, without
/// which S3 does not say that something is missing.
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

/// Keeps pictures. Maps to `s3:PutObject`, `s3:GetObject` (for whom a link is signed, and for Rekognition, which
/// reads with our rights) and `s3:DeleteObject`.
pub trait KeepImages {
    /// Stores a picture, replacing the one of an earlier attempt.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the bucket failed.
    fn put_image(
        &self,
        user: UserId,
        analysis: AnalysisId,
        variant: ImageVariant,
        picture: Jpeg,
    ) -> impl Future<Output = Result<(), Fault>> + Send;

    /// Signs a short-lived address of a picture, whether it is there or not.
    ///
    /// # Errors
    ///
    /// [`Fault`] if there is nothing to sign with.
    fn link_image(
        &self,
        user: UserId,
        analysis: AnalysisId,
        variant: ImageVariant,
        now: Timestamp,
    ) -> impl Future<Output = Result<Presigned, Fault>> + Send;

    /// Removes all pictures of an analysis. Idempotent.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the bucket failed; some may be gone.
    fn remove_images(
        &self,
        user: UserId,
        analysis: AnalysisId,
    ) -> impl Future<Output = Result<(), Fault>> + Send;
}

/// Keeps result files. Maps to `s3:PutObject`, `s3:GetObject`, `s3:DeleteObject`.
pub trait KeepResults {
    /// Stores a result, replacing the one of an earlier attempt.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the bucket failed.
    fn put_result(
        &self,
        user: UserId,
        analysis: AnalysisId,
        result: &Analysis,
    ) -> impl Future<Output = Result<(), Fault>> + Send;

    /// Returns a result.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the bucket failed, or if the result is missing or does not parse: it is written before the
    /// record that leads here.
    fn get_result(
        &self,
        user: UserId,
        analysis: AnalysisId,
    ) -> impl Future<Output = Result<Analysis, Fault>> + Send;

    /// Removes a result. Idempotent.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the bucket failed.
    fn remove_result(
        &self,
        user: UserId,
        analysis: AnalysisId,
    ) -> impl Future<Output = Result<(), Fault>> + Send;
}

/// Looks at photos. Maps to `rekognition:DetectFaces`.
pub trait DetectFaces {
    /// Returns the faces of the picture that [`KeepImages::put_image`] stored as the original, largest first.
    ///
    /// # Errors
    ///
    /// [`DetectFacesFailure`].
    fn detect_faces(
        &self,
        user: UserId,
        analysis: AnalysisId,
        attributes: &[FaceAttribute],
    ) -> impl Future<Output = Result<Vec<DetectedFace>, DetectFacesFailure>> + Send;
}

/// Reads a record. Maps to `dynamodb:GetItem`.
pub trait GetAnalysis {
    /// Returns what `user` has under the identifier. Consistent.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    fn get_analysis(
        &self,
        user: UserId,
        analysis: AnalysisId,
    ) -> impl Future<Output = Result<Option<StoredAnalysis>, Fault>> + Send;
}

/// Writes records. Maps to `dynamodb:PutItem`.
pub trait PutAnalysis {
    /// Stores a record unless its identifier is taken, by a record or by the marker of an erased one.
    ///
    /// # Errors
    ///
    /// [`PutAnalysisError::Exists`] if it is. After a fault the record may be there.
    fn put_analysis(&self, row: &AnalysisRow) -> impl Future<Output = Result<(), PutAnalysisError>> + Send;

    /// Replaces a record by a marker that lasts until `marker_until`. Does nothing where there is none.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    fn erase_analysis(
        &self,
        user: UserId,
        analysis: AnalysisId,
        marker_until: Timestamp,
    ) -> impl Future<Output = Result<(), Fault>> + Send;
}

/// Lists records. Maps to `dynamodb:Query`.
pub trait ListAnalyses {
    /// Returns a page of the records of `user` that pass `filter`, newest first, beginning after `after`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    fn list_analyses(
        &self,
        user: UserId,
        filter: AnalysisFilter,
        limit: usize,
        after: Option<AnalysisId>,
    ) -> impl Future<Output = Result<AnalysisRows, Fault>> + Send;
}

#[cfg(test)]
pub(crate) mod fakes;
