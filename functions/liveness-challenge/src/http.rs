//! From a request to what the use cases take, and from what they return to an answer.

mod order;

use std::sync::Arc;

use api::wire::{
    ChallengeResult, CreateChallengeRequest, PutFrameRequest, Secret, StartedChallenge,
    VerifyChallengeRequest,
};
use api::{Problem, routes};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{ChallengeId, Fault};
use jiff::Timestamp;
use lambda_kit::liveness::{Claims, TOKEN_AUDIENCE, TokenKeys};
use lambda_kit::principal::ISSUER;
use lambda_kit::{AccessTokens, ApiKeys, Clock, Failure, Ids, Limits, Principal, Request, Response, Router};
use liveness::ClientMs;

use crate::answer;
use crate::capabilities::Capabilities;
use crate::course::{Kept, server_ms};
use crate::create::create as begin;
use crate::frame::{Sent, judge};
use crate::keys::Keys;
use crate::refusal::Refusal;
use crate::still::MAX_FRAME_BYTES;
use crate::verify::{assertion, expires_at, verify as decide};

/// Largest body: a frame in base64, and as much again so that a frame that is somewhat too large is told so.
const MAX_BODY_BYTES: usize = 2 * MAX_FRAME_BYTES.div_ceil(3) * 4;

/// What a request needs besides itself.
pub struct Context<D> {
    /// Capabilities.
    pub deps: D,
    /// Keys of tokens.
    pub keys: Keys,
    /// Counts failures.
    pub limits: Limits,
    /// Least similarity to a person, in percent.
    pub verify_threshold_percent: f32,
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
pub fn router<D: Capabilities>(
    tokens: AccessTokens,
    api_keys: ApiKeys,
    context: Arc<Context<D>>,
) -> Router<Context<D>> {
    Router::new(tokens, context)
        .api_keys(api_keys)
        .max_body_bytes(MAX_BODY_BYTES)
        .route(&routes::CREATE_CHALLENGE, create)
        .route(&routes::PUT_FRAME, frame)
        .route(&routes::VERIFY_CHALLENGE, verify)
}

async fn create<D: Capabilities>(context: Arc<Context<D>>, request: Request) -> Result<Response, Failure> {
    let now = context.clock.now();
    let key = request.idempotency_key()?;
    let principal = request.principal()?;
    let body: CreateChallengeRequest = request.json()?;
    let mut order = order::read(principal, body)?;
    order.key_digest = key.map(|it| it.digest(&[&order.owner.to_string(), routes::CREATE_CHALLENGE.id]));
    let keys = context.keys.get(&context.deps, now).await?;
    let proposed = ChallengeId::from_uuid(context.ids.next());
    let kept = begin(&context.deps, &context.limits, order, proposed, now).await?;
    Ok(Response::created(&started(&keys, &kept, now)?))
}

fn started(keys: &TokenKeys, kept: &Kept, now: Timestamp) -> Result<StartedChallenge, Refusal> {
    let course = &kept.course;
    let at = server_ms(now);
    let expires_at = Timestamp::from_millisecond(course.challenge.expires_at().0)
        .map_err(|it| Fault::never("ReadChallenge", it))?;
    let first = answer::instruction(course, at).ok_or(Refusal::Expired)?;
    Ok(StartedChallenge {
        challenge_id: kept.id.to_string(),
        token: Secret::new(token(keys, kept, expires_at)?),
        expires_at: format!("{expires_at:.0}"),
        kind: course.kind.into(),
        area: answer::pixels(&course.challenge.picture().area()),
        max_frames: course.kind.most_frames(),
        max_frame_bytes: MAX_FRAME_BYTES as u32,
        frame_interval_ms: course.frame_interval_ms.try_into().unwrap_or(u32::MAX),
        instruction: first,
    })
}

/// The token of a challenge: the same every time.
fn token(keys: &TokenKeys, kept: &Kept, expires_at: Timestamp) -> Result<String, Fault> {
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: TOKEN_AUDIENCE.to_owned(),
        jti: kept.id.to_string(),
        own: kept.owner.to_string(),
        sub: None,
        per: None,
        kind: None,
        avoided: Vec::new(),
        iat: expires_at.as_second() - liveness::challenge::LIFETIME_MS / 1000,
        exp: expires_at.as_second(),
    };
    keys.sign(&claims)
        .ok_or_else(|| Fault::never("SignToken", "the library cannot sign"))
}

/// Returns a challenge for whoever began it and has its token. That its time is over is for the use cases to say: a result
/// can be asked for again.
async fn open<D: Capabilities>(
    context: &Context<D>,
    principal: &Principal,
    id: &str,
    token: &Secret,
    now: Timestamp,
) -> Result<(Kept, Arc<TokenKeys>), Failure> {
    let id = ChallengeId::parse(id).map_err(|_| Refusal::NotFound)?;
    let row = context.deps.get_challenge(id).await?;
    let row = row
        .filter(|it| it.owner == principal.user)
        .ok_or(Refusal::NotFound)?;
    let kept = Kept::read(&row)?;
    if kept.course.api_key != order::api_key(principal) {
        return Err(Refusal::NotFound.into());
    }
    let keys = context.keys.get(&context.deps, now).await?;
    let claims = keys.read(TOKEN_AUDIENCE, token.expose());
    if claims.is_none_or(|it| it.jti != row.id.to_string()) {
        return Err(Refusal::Token.into());
    }
    Ok((kept, keys))
}

async fn frame<D: Capabilities>(context: Arc<Context<D>>, request: Request) -> Result<Response, Failure> {
    let received_at = context.clock.now();
    let principal = request.principal()?;
    let body: PutFrameRequest = request.json()?;
    if body.taken_at_ms < 0 {
        return Err(Problem::invalid("takenAtMs", "must be 0 or more").into());
    }
    let (kept, _) = open(&context, principal, request.path("id"), &body.token, received_at).await?;
    let file = STANDARD
        .decode(&body.jpeg_base64)
        .map_err(|_| Problem::invalid("jpegBase64", "must be base64"))?;
    let sent = Sent {
        index: body.index,
        taken_at: ClientMs(body.taken_at_ms),
        received_at,
        file,
        request: context.ids.next(),
    };
    Ok(Response::ok(&judge(&context.deps, kept, sent).await?))
}

async fn verify<D: Capabilities>(context: Arc<Context<D>>, request: Request) -> Result<Response, Failure> {
    let now = context.clock.now();
    let principal = request.principal()?;
    let body: VerifyChallengeRequest = request.json()?;
    let (kept, keys) = open(&context, principal, request.path("id"), &body.token, now).await?;
    let request = context.ids.next();
    let verdict = decide(
        &context.deps,
        &context.limits,
        context.verify_threshold_percent,
        kept.clone(),
        request,
        &*context.clock,
    )
    .await?;
    let reason = verdict.decision.reason;
    let passed = reason.is_none();
    let assertion = if passed {
        Some(Secret::new(assertion(&keys, &kept, &verdict)?))
    } else {
        None
    };
    Ok(Response::ok(&ChallengeResult {
        passed,
        reason: reason.map(answer::reason),
        hint: verdict.course.hint.filter(|_| !passed).map(answer::hint),
        assertion,
        person: verdict.decision.person.as_ref().map(answer::person),
        assertion_expires_at: passed.then(|| format!("{:.0}", expires_at(&verdict.decision))),
    }))
}
