//! The photo of an upload: whether it can be used, and its pixels.

use aws::{
    faces::{DetectFacesFailure, DetectedFace},
    uploads::{UploadRow, UploadState},
};
use domain::{AnalysisId, UploadId, UserId};
use intake::{Inline, Photo, TakeError};
use jiff::Timestamp;

use crate::{
    capabilities::Capabilities,
    refusal::Refusal,
    register::warn,
    seen::{Rule, only_face},
};

pub use crate::face::CLAIM_LIFETIME;

/// What an upload is claimed and used as. Uploads know analyses; a face or a verification is none, and goes by the upload's own name.
#[must_use]
pub const fn purpose(upload: UploadId) -> AnalysisId {
    AnalysisId::from_uuid(upload.as_uuid())
}

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
    let row = visible(deps, owner, upload, now).await?;
    match row.state {
        UploadState::Used { .. } => Err(Refusal::UploadUsed),
        _ => Ok(row),
    }
}

/// Returns an upload whose photo can be looked at if it is still there, also after something was made of it.
///
/// # Errors
///
/// [`Refusal::UploadNotFound`], [`Refusal::UploadExpired`], [`Refusal::UploadRefused`].
pub async fn visible<D: Capabilities>(
    deps: &D,
    owner: UserId,
    upload: UploadId,
    now: Timestamp,
) -> Result<UploadRow, Refusal> {
    let row = deps.get_upload(owner, upload).await?;
    let row = row.ok_or(Refusal::UploadNotFound)?;
    match row.state {
        UploadState::Refused => Err(Refusal::UploadRefused),
        _ if row.expires_at <= now => Err(Refusal::UploadExpired),
        _ => Ok(row),
    }
}

/// Returns the one face of a photo, if it can be used.
///
/// # Errors
///
/// [`Refusal::FaceNotUsable`], [`Refusal::Unsupported`].
pub async fn face<D: Capabilities>(deps: &D, photo: &Inline, rule: Rule) -> Result<DetectedFace, Refusal> {
    match deps.detect_faces(&photo.jpeg).await {
        Ok(faces) => only_face(faces, photo.size_px, rule).map_err(Refusal::FaceNotUsable),
        Err(DetectFacesFailure::Picture(_)) => Err(Refusal::Unsupported),
        Err(DetectFacesFailure::Fault(fault)) => Err(fault.into()),
    }
}

/// Records that a photo was looked at, so that it does not count among those that wait: an account may have few of these, and
/// verifies often. Whoever claimed or used it meanwhile is not disturbed. The photo stays as long as its row would have, so that the same question has the same answer.
pub async fn looked_at<D: Capabilities>(deps: &D, row: &UploadRow) {
    if row.state == UploadState::Pending {
        let marked = deps.mark_pending_used(row.user, row.upload, purpose(row.upload), row.expires_at);
        warn(marked.await, "upload is not marked as used");
    }
}

/// Removes a photo that is none, unless somebody is making something of it.
pub async fn discard<D: Capabilities>(deps: &D, row: &UploadRow, now: Timestamp) {
    let (user, upload) = (row.user, row.upload);
    let claimed = deps.claim(user, upload, purpose(upload), now, now + CLAIM_LIFETIME);
    let Ok(claim) = claimed.await else {
        return;
    };
    let removed = deps.remove_photo(user, upload).await;
    warn(removed, "uploaded photo stays until its bucket is tidied");
    let refused = deps.refuse(user, upload, claim).await;
    warn(refused, "claim stays until it ends by itself");
}

/// Decodes the photo, if it is what was announced, and encodes it anew: this is what is looked at, compared and kept.
///
/// # Errors
///
/// Every variant of [`TakeError`].
pub async fn photo<D: Capabilities>(deps: &D, row: &UploadRow) -> Result<Inline, TakeError> {
    let arrived = deps.get_photo(row.user, row.upload, row.size_bytes).await;
    intake::take(row, arrived, |it: Photo| it.inline()).await
}
