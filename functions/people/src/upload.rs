//! The photo of an upload: whether it can be used, and its pixels.

use aws::uploads::{UploadRow, UploadState};
use domain::{UploadId, UserId};
use intake::{Photo, TakeError};
use jiff::Timestamp;

use crate::{capabilities::Capabilities, refusal::Refusal};

/// Returns an upload whose photo nothing was made of yet.
///
/// # Errors
///
/// [`Refusal::UploadNotFound`], [`Refusal::UploadExpired`], [`Refusal::UploadUsed`], [`Refusal::UploadRefused`].
pub async fn usable<D: Capabilities>(
    deps: &D,
    owner: UserId,
    upload: UploadId,
    now: Timestamp,
) -> Result<UploadRow, Refusal> {
    let row = deps.get_upload(owner, upload).await?;
    let row = row.ok_or(Refusal::UploadNotFound)?;
    match row.state {
        UploadState::Used { .. } => Err(Refusal::UploadUsed),
        UploadState::Refused => Err(Refusal::UploadRefused),
        UploadState::Pending | UploadState::Claimed { .. } if row.expires_at <= now => {
            Err(Refusal::UploadExpired)
        }
        UploadState::Pending | UploadState::Claimed { .. } => Ok(row),
    }
}

/// Decodes the photo, if it is what was announced, and does `then` with it.
///
/// # Errors
///
/// Every variant of [`TakeError`].
pub async fn photo<D: Capabilities, T: Send + 'static>(
    deps: &D,
    row: &UploadRow,
    then: impl FnOnce(Photo) -> T + Send + 'static,
) -> Result<T, TakeError> {
    let arrived = deps.get_photo(row.user, row.upload, row.size_bytes).await;
    intake::take(row, arrived, then).await
}
