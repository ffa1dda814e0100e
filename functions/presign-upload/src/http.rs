//! From a request to what the handler takes, and from what it returns to an answer.

use std::sync::Arc;

use api::wire::{CreateUploadRequest, Upload, UploadMethod};
use api::{Problem, ProblemType};
use domain::UploadId;
use lambda_kit::{AccessTokens, ApiKeys, Clock, Failure, Ids, Limits, Request, Response, Router};

use crate::capabilities::{CountPendingUploads, GetUpload, PresignUpload, PutUpload};
use crate::handler::{Announced, HandOutError, MAX_PENDING_UPLOADS, MAX_UPLOAD_BYTES, Place, hand_out};

/// Seconds after which a caller with too many uploads should try again. Chosen: analyzing one takes seconds.
const RETRY_AFTER_S: u32 = 30;

/// What a request needs besides itself.
#[derive(Clone)]
pub struct Context<D> {
    /// Capabilities.
    pub deps: D,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New identifiers.
    pub ids: Arc<dyn Ids>,
}

impl<D> std::fmt::Debug for Context<D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").finish_non_exhaustive()
    }
}

/// Returns the routes of this function.
pub fn router<D>(
    tokens: AccessTokens,
    api_keys: ApiKeys,
    limits: Limits,
    context: Arc<Context<D>>,
) -> Router<Context<D>>
where
    D: CountPendingUploads + GetUpload + PutUpload + PresignUpload + Send + Sync + 'static,
{
    Router::new(tokens, context)
        .api_keys(api_keys)
        .limits(limits)
        .route(&api::routes::CREATE_UPLOAD, create)
}

async fn create<D>(context: Arc<Context<D>>, request: Request) -> Result<Response, Failure>
where
    D: CountPendingUploads + GetUpload + PutUpload + PresignUpload,
{
    let user = request.principal()?.user;
    let key = request.idempotency_key()?;
    let photo = announced(&request.json()?)?;
    let digest = key.map(|it| it.digest(&[&user.to_string(), api::routes::CREATE_UPLOAD.id]));
    let proposed = UploadId::from_uuid(context.ids.next());
    let place = hand_out(
        &context.deps,
        user,
        photo,
        digest.as_deref(),
        proposed,
        context.clock.now(),
    )
    .await?;
    Ok(Response::created(&upload(place)))
}

fn announced(request: &CreateUploadRequest) -> Result<Announced, Problem> {
    if request.size_bytes == 0 {
        return Err(Problem::invalid("sizeBytes", "must be at least 1"));
    }
    if MAX_UPLOAD_BYTES < request.size_bytes {
        return Err(Problem::new(ProblemType::UploadTooLarge).with("limitBytes", MAX_UPLOAD_BYTES));
    }
    let sha256 = request.sha256.as_deref().map(|it| {
        parse_sha256(it).ok_or_else(|| Problem::invalid("sha256", "must be 64 lower-case hexadecimal digits"))
    });
    Ok(Announced {
        content_type: request.content_type.as_str(),
        size_bytes: request.size_bytes,
        sha256: sha256.transpose()?,
    })
}

fn parse_sha256(text: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    // `hex` reads upper case as well; one thing has one spelling here.
    let lower = !text.bytes().any(|it| it.is_ascii_uppercase());
    (lower && hex::decode_to_slice(text, &mut digest).is_ok()).then_some(digest)
}

fn upload(place: Place) -> Upload {
    Upload {
        upload_id: place.upload.to_string(),
        url: place.request.url,
        method: UploadMethod::Put,
        headers: place.request.headers,
        expires_at: format!("{:.0}", place.expires_at),
    }
}

impl From<HandOutError> for Failure {
    fn from(error: HandOutError) -> Self {
        match error {
            HandOutError::TooManyPending => Problem::new(ProblemType::TooManyUploads)
                .with("limit", MAX_PENDING_UPLOADS)
                .retry_after(RETRY_AFTER_S)
                .into(),
            HandOutError::KeyReused => ProblemType::IdempotencyKeyReused.into(),
            HandOutError::Expired => ProblemType::UploadExpired.into(),
            HandOutError::Fault(fault) => fault.into(),
        }
    }
}

#[cfg(test)]
mod tests;
