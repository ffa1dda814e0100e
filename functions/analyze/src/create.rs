//! A photo becomes an analysis.
//!
//! Everything that is written before the record is invisible to the user and is written again by the next attempt
//! under the same names; the record comes last. So an attempt can break off anywhere and be repeated, and of
//! several at the same time one does the work: the upload is claimed first, and the claim names the analysis.

use std::time::{Duration, Instant};

use api::wire::{Analysis, Attribute, ImageVariant};
use aws::analyses::{PutAnalysisError, StoredAnalysis};
use aws::faces::{DetectFacesFailure, DetectedFace};
use aws::uploads::{Claim, ClaimError, Remembered, UploadRow, UploadState};
use domain::{AnalysisId, Fault, UploadId, UserId};
use intake::{Jpeg, Photo, TakeError, off_the_executor};
use jiff::Timestamp;
use picture::PictureError;

use crate::capabilities::{
    ClaimUpload, DetectFaces, GetAnalysis, GetUpload, KeepImages, KeepResults, PutAnalysis, RememberRequest,
    TakeUploadedPhoto,
};
use crate::found::{self, Subject};
use crate::photo;

/// How long one attempt holds an upload. Longer than the function may run (29 s), so that no two attempts overlap.
pub const CLAIM_LIFETIME: Duration = Duration::from_secs(40);

/// How long a repeated request finds the analysis that was made of its upload. Chosen: longer than any client
/// retries, and shorter than the marker of an erased analysis lasts.
pub const REPEATABLE_FOR: Duration = Duration::from_hours(1);

/// Everything an analysis needs.
pub trait Analyzes:
    GetUpload
    + ClaimUpload
    + RememberRequest
    + TakeUploadedPhoto
    + KeepImages
    + KeepResults
    + DetectFaces
    + GetAnalysis
    + PutAnalysis
    + Sync
{
}

impl<D> Analyzes for D where
    D: GetUpload
        + ClaimUpload
        + RememberRequest
        + TakeUploadedPhoto
        + KeepImages
        + KeepResults
        + DetectFaces
        + GetAnalysis
        + PutAnalysis
        + Sync
{
}

/// What somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Who asks.
    pub user: UserId,
    /// The photo.
    pub upload: UploadId,
    /// What to measure; `None` for everything.
    pub attributes: Option<Vec<Attribute>>,
    /// Digest of the `Idempotency-Key`, if there was one.
    pub key_digest: Option<String>,
}

/// An analysis, and whether it had been made before.
#[derive(Debug, Clone, PartialEq)]
pub enum Made {
    /// By this request.
    Now(Analysis),
    /// By an earlier one.
    Before(Analysis),
}

/// Why there is no analysis.
#[derive(Debug)]
pub enum AnalyzeError {
    /// The user has no such upload, or has erased what was made of it.
    UploadNotFound,
    /// The upload can no longer be used.
    UploadExpired,
    /// The photo has not arrived.
    UploadIncomplete,
    /// Its photo was refused before, and removed.
    UploadRefused,
    /// What arrived is not what was announced; it was removed.
    UploadMismatch,
    /// What arrived is not a photo that we take; it was removed.
    Picture(PictureError),
    /// Another request is analyzing the upload.
    InProgress,
    /// The `Idempotency-Key` was used for another request.
    KeyReused,
    /// Something behind us failed.
    Fault(Fault),
}

impl From<Fault> for AnalyzeError {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<TakeError> for AnalyzeError {
    fn from(error: TakeError) -> Self {
        match error {
            TakeError::Incomplete => Self::UploadIncomplete,
            TakeError::Mismatch => Self::UploadMismatch,
            TakeError::Picture(error) => Self::Picture(error),
            TakeError::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl AnalyzeError {
    /// Whether the photo is to blame, so that keeping it is no use.
    const fn spoils_photo(&self) -> bool {
        matches!(self, Self::UploadMismatch | Self::Picture(_))
    }
}

/// Analyzes the photo of an upload, or returns the analysis that was made of it before.
///
/// # Errors
///
/// Every variant of [`AnalyzeError`]; nothing that the user could see was written then.
pub async fn analyze<D: Analyzes>(
    deps: &D,
    order: &Order,
    proposed: AnalysisId,
    now: Timestamp,
) -> Result<Made, AnalyzeError> {
    let row = deps
        .get_upload(order.user, order.upload)
        .await?
        .ok_or(AnalyzeError::UploadNotFound)?;
    remember(deps, order, now).await?;
    match row.state {
        UploadState::Used { analysis } => return made_before(deps, order, analysis).await,
        UploadState::Refused => return Err(AnalyzeError::UploadRefused),
        UploadState::Pending | UploadState::Claimed { .. } => {}
    }
    if row.expires_at <= now {
        return Err(AnalyzeError::UploadExpired);
    }
    let started = Instant::now();
    let claim = match deps
        .claim(order.user, order.upload, proposed, now, now + CLAIM_LIFETIME)
        .await
    {
        Ok(claim) => claim,
        Err(ClaimError::NotFound) => return Err(AnalyzeError::UploadNotFound),
        Err(ClaimError::Taken) => return Err(AnalyzeError::InProgress),
        Err(ClaimError::Fault(fault)) => return Err(fault.into()),
    };
    let result = attempt(deps, order, &row, claim, proposed, now).await;
    match &result {
        Ok(made) => finish(deps, order, claim.analysis, made, now).await,
        // After that the upload may be somebody else's, and what is there his.
        Err(error) if started.elapsed() < CLAIM_LIFETIME => give_up(deps, order, claim, error).await,
        Err(_) => tracing::warn!(analysis.id = %claim.analysis, "attempt outlived its claim"),
    }
    result
}

/// Refuses a key that stands for another request. The request itself needs no key: an upload is analyzed once.
async fn remember<D: RememberRequest>(deps: &D, order: &Order, now: Timestamp) -> Result<(), AnalyzeError> {
    let Some(digest) = &order.key_digest else {
        return Ok(());
    };
    let attributes = order
        .attributes
        .as_deref()
        .map(|it| it.iter().map(|it| it.as_str()).collect::<Vec<_>>());
    let request = Remembered {
        upload: order.upload,
        fingerprint: format!("faces {}", attributes.map_or("*".to_owned(), |it| it.join(" "))),
    };
    match deps
        .remember(order.user, digest, &request, now, now + REPEATABLE_FOR)
        .await?
    {
        Some(first) if first != request => Err(AnalyzeError::KeyReused),
        _ => Ok(()),
    }
}

async fn made_before<D: GetAnalysis + KeepResults + Sync>(
    deps: &D,
    order: &Order,
    analysis: AnalysisId,
) -> Result<Made, AnalyzeError> {
    match deps.get_analysis(order.user, analysis).await? {
        Some(StoredAnalysis::Kept(_)) => Ok(Made::Before(deps.get_result(order.user, analysis).await?)),
        Some(StoredAnalysis::Erased) | None => Err(AnalyzeError::UploadNotFound),
    }
}

/// Does the work, under a claim.
async fn attempt<D: Analyzes>(
    deps: &D,
    order: &Order,
    row: &UploadRow,
    claim: Claim,
    proposed: AnalysisId,
    now: Timestamp,
) -> Result<Made, AnalyzeError> {
    let Order { user, upload, .. } = *order;
    if claim.analysis != proposed {
        // An earlier attempt got somewhere; perhaps to its end, but not to marking the upload as used.
        match deps.get_analysis(user, claim.analysis).await? {
            Some(StoredAnalysis::Kept(_)) => return made_before(deps, order, claim.analysis).await,
            Some(StoredAnalysis::Erased) => return Err(AnalyzeError::UploadNotFound),
            None => {}
        }
    }
    let created_at = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
    let subject = Subject {
        user,
        analysis: claim.analysis,
        upload,
        created_at,
    };

    let (photo, original, thumbnail) = take(deps, row).await?;
    deps.put_image(user, subject.analysis, ImageVariant::Original, original)
        .await?;
    let wanted = found::wanted(order.attributes.as_deref());
    let faces = match deps.detect_faces(user, subject.analysis, &wanted).await {
        Ok(faces) => faces,
        // We encoded the picture ourselves, within Rekognition's limits.
        Err(DetectFacesFailure::Picture(source)) => return Err(Fault::never("DetectFaces", source).into()),
        Err(DetectFacesFailure::Fault(fault)) => return Err(fault.into()),
    };
    let analysis = found::analysis(&subject, &photo, &faces);
    let annotated = annotate(photo, faces).await?;
    futures::try_join!(
        deps.put_image(user, subject.analysis, ImageVariant::Annotated, annotated),
        deps.put_image(user, subject.analysis, ImageVariant::Thumbnail, thumbnail),
        deps.put_result(user, subject.analysis, &analysis),
    )?;
    match deps.put_analysis(&found::row(&subject, &analysis, &wanted)).await {
        Ok(()) => Ok(Made::Now(analysis)),
        // Another attempt was first, although we held a claim: this one took longer than claims last.
        Err(PutAnalysisError::Exists) => made_before(deps, order, subject.analysis).await,
        Err(PutAnalysisError::Fault(fault)) => Err(fault.into()),
    }
}

/// Returns the uploaded photo, if it is what was announced, with the pictures made of it.
async fn take<D: TakeUploadedPhoto>(deps: &D, row: &UploadRow) -> Result<(Photo, Jpeg, Jpeg), AnalyzeError> {
    let arrived = deps.get_photo(row.user, row.upload, row.size_bytes).await;
    let pictures = |it: Photo| {
        let (original, thumbnail) = (it.original(), photo::thumbnail(&it));
        (it, original, thumbnail)
    };
    Ok(intake::take(row, arrived, pictures).await?)
}

async fn annotate(photo: Photo, faces: Vec<DetectedFace>) -> Result<Jpeg, Fault> {
    off_the_executor(move || photo::annotated(&photo, &found::marks(&faces))).await
}

/// Marks the upload as used and removes its photo. The analysis stands whatever comes of it: what fails here is
/// made good by a repeated request, or by the bucket's lifecycle.
async fn finish<D: Analyzes>(deps: &D, order: &Order, analysis: AnalysisId, made: &Made, now: Timestamp) {
    let n_faces = match made {
        Made::Now(it) | Made::Before(it) => it.face_count,
    };
    tracing::info!(analysis.id = %analysis, faces.count = n_faces, "analysis stands");
    let Order { user, upload, .. } = *order;
    let marked = deps.mark_used(user, upload, analysis, now + REPEATABLE_FOR).await;
    warn(marked, "upload is not marked as used");
    warn(
        deps.remove_photo(user, upload).await,
        "uploaded photo stays until its bucket is tidied",
    );
}

/// Undoes what a failed attempt has done, as far as possible, and lets the next one begin at once.
async fn give_up<D: Analyzes>(deps: &D, order: &Order, claim: Claim, error: &AnalyzeError) {
    let Order { user, upload, .. } = *order;
    // Where storing the record failed it may be there all the same, and these are its pictures.
    let recorded = deps.get_analysis(user, claim.analysis).await;
    if matches!(recorded, Ok(None | Some(StoredAnalysis::Erased))) {
        warn(
            deps.remove_images(user, claim.analysis).await,
            "pictures of a failed attempt stay",
        );
        warn(
            deps.remove_result(user, claim.analysis).await,
            "result of a failed attempt stays",
        );
    }
    let ended = if error.spoils_photo() {
        let removed = deps.remove_photo(user, upload).await;
        warn(removed, "uploaded photo stays until its bucket is tidied");
        deps.refuse(user, upload, claim).await
    } else {
        deps.release(user, upload, claim).await
    };
    warn(ended, "claim stays until it ends by itself");
}

fn warn(result: Result<(), Fault>, consequence: &'static str) {
    if let Err(fault) = result {
        tracing::warn!(operation = fault.operation, cause = %fault.source, "{consequence}");
    }
}

#[cfg(test)]
mod tests;
