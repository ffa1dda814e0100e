//! Requests into values, results into answers. Decisions are elsewhere.

mod accounts;
mod api_keys;
mod audit;
mod passwords;
mod rotation;
mod sessions;
mod users;

use std::{fmt, sync::Arc, time::Duration};

use api::{
    routes,
    wire::{Health, HealthStatus},
};
use http::header::CACHE_CONTROL;
use lambda_kit::{
    AccessTokens, Clock, Failure, Function, Happened, Ids, Limits, Request, Response, Router, Trail,
};

use crate::{
    capabilities::Capabilities,
    first_admin,
    passwords::Passwords,
    signing::{self, SigningKeys},
    tokens::Issuer,
};

/// The OpenAPI document; a test of the API's crate holds it to the code.
const OPENAPI: &str = include_str!("../../../../openapi.json");

/// How long public keys may be kept by others. As long as our own verifiers keep them.
const JWKS_CACHE: &str = "public, max-age=300";
/// How long the document may be kept. Chosen: it changes with a deployment.
const OPENAPI_CACHE: &str = "public, max-age=300";

/// What requests are answered with.
pub struct Context<C: Capabilities> {
    /// Accounts.
    pub accounts: C::Accounts,
    /// Sessions.
    pub sessions: C::Sessions,
    /// API keys.
    pub api_keys: C::ApiKeys,
    /// Links for a new password.
    pub resets: C::Resets,
    /// Mail.
    pub mail: C::SendMail,
    /// Small texts.
    pub parameters: C::ParameterStore,
    /// Which of them is the client's origin.
    pub site_origin_parameter: String,
    /// How long asking for a link takes at least.
    pub forgot_takes: Duration,
    /// Signing keys.
    pub signing: SigningKeys<C::ParameterStore>,
    /// Hashes.
    pub passwords: Passwords,
    /// Randomness.
    pub random: C::Random,
    /// What slows guessing down.
    pub limits: Limits,
    /// What happened.
    pub trail: Trail,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New identifiers.
    pub ids: Arc<dyn Ids>,
    /// Whether people may create accounts themselves.
    pub self_sign_up: bool,
}

impl<C: Capabilities> fmt::Debug for Context<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").finish_non_exhaustive()
    }
}

impl<C: Capabilities> Context<C> {
    /// Writes down what a request did, with the network it came from.
    async fn record(&self, request: &Request, happened: Happened) {
        let network = self.limits.network(request);
        self.trail.record(happened.from(network)).await;
    }

    fn issuer(&self) -> Issuer<'_, C::ParameterStore, C::Random> {
        Issuer {
            signing: &self.signing,
            random: &self.random,
            ids: &*self.ids,
            now: self.clock.now(),
        }
    }
}

/// Returns the function.
pub fn function<C: Capabilities>(tokens: AccessTokens, context: Arc<Context<C>>) -> Function {
    let (first, verified, rotated) = (context.clone(), context.clone(), context.clone());
    Function::http(router(tokens, context))
        .direct(first_admin::ACTION, move |event| {
            let context = first.clone();
            async move { accounts::create_first_admin(&context, event).await }
        })
        .direct(audit::VERIFY_ACTION, move |event| {
            let context = verified.clone();
            async move { audit::verify(&context, event).await }
        })
        .direct(signing::rotation::ACTION, move |event| {
            let context = rotated.clone();
            async move { rotation::rotate(&context, event).await }
        })
}

pub(crate) fn router<C: Capabilities>(tokens: AccessTokens, context: Arc<Context<C>>) -> Router<Context<C>> {
    let limits = context.limits.clone();
    Router::new(tokens, context)
        .limits(limits)
        .route(&routes::HEALTH, async |_, _| {
            Ok(Response::ok(&Health {
                status: HealthStatus::Ok,
                version: env!("CARGO_PKG_VERSION").to_owned(),
            }))
        })
        .route(&routes::OPENAPI, async |_, _| {
            Ok(Response::json_text(OPENAPI).with_header(CACHE_CONTROL, OPENAPI_CACHE))
        })
        .route(&routes::JWKS, |context, _| jwks(context))
        .route(&routes::SIGN_UP, accounts::sign_up)
        .route(&routes::SIGN_IN, sessions::sign_in)
        .route(&routes::REFRESH, sessions::refresh)
        .route(&routes::SIGN_OUT, sessions::sign_out)
        .route(&routes::LIST_SESSIONS, sessions::list_sessions)
        .route(&routes::DELETE_SESSION, sessions::delete_session)
        .route(&routes::ME, accounts::me)
        .route(&routes::CHANGE_PASSWORD, passwords::change_password)
        .route(&routes::FORGOT_PASSWORD, passwords::forgot_password)
        .route(&routes::RESET_PASSWORD, passwords::reset_password)
        .route(&routes::LIST_AUDIT, audit::list)
        .route(&routes::LIST_USERS, users::list)
        .route(&routes::CREATE_USER, users::create)
        .route(&routes::CHANGE_USER, users::change)
        .route(&routes::DELETE_USER, users::delete)
        .route(&routes::LIST_API_KEYS, api_keys::list)
        .route(&routes::CREATE_API_KEY, api_keys::create)
        .route(&routes::DELETE_API_KEY, api_keys::revoke)
}

type Shared<C> = Arc<Context<C>>;

async fn jwks<C: Capabilities>(context: Shared<C>) -> Result<Response, Failure> {
    let ring = context.signing.ring(context.clock.now(), &context.random).await?;
    Ok(Response::ok(ring.jwks()).with_header(CACHE_CONTROL, JWKS_CACHE))
}
