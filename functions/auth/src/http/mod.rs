//! Requests into values, results into answers. Decisions are elsewhere.

use std::{fmt, sync::Arc, time::Duration};

use api::{
    FieldError, Problem, ProblemType,
    limit::{FORGOT, FORGOT_ADDRESS},
    routes,
    wire::{
        ChangePasswordRequest, Delivery, ForgotPasswordRequest, Health, HealthStatus, REFRESH_COOKIE,
        RefreshRequest, ResetPasswordRequest, Secret, SessionAnswer, SignInRequest, SignOutQuery,
        SignUpRequest, User, UserAnswer,
    },
};
use aws::users::{ChangeUserError, UserRow};
use domain::{Email, Fault, Username};
use http::{StatusCode, header::CACHE_CONTROL};
use lambda_kit::{
    AccessTokens, Clock, Failure, Function, Ids, Limits, Request, Response, Router, cookie,
    principal::LIFETIME_S,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    capabilities::{Accounts, ParameterStore, Random, Resets, SendMail, Sessions},
    first_admin::{self, FirstAdminError},
    password_change::{self, ChangePasswordError},
    password_reset::{self, ResetError},
    passwords::Passwords,
    refresh::{self, RefreshError},
    sign_in::{self, IDLE, SignInError, SignedIn},
    sign_up::{self, Applicant, SignUpError},
    signing::SigningKeys,
    tokens::Issuer,
};

/// The OpenAPI document; a test of the API's crate holds it to the code.
const OPENAPI: &str = include_str!("../../../openapi.json");

/// Path of the cookie: only the routes that look at it get it.
const COOKIE_PATH: &str = "/api/auth";

/// How long public keys may be kept by others. As long as our own verifiers keep them.
const JWKS_CACHE: &str = "public, max-age=300";
/// How long the document may be kept. Chosen: it changes with a deployment.
const OPENAPI_CACHE: &str = "public, max-age=300";

/// What requests are answered with.
pub struct Context<A, S, P, R, M, T> {
    /// Accounts.
    pub accounts: A,
    /// Sessions.
    pub sessions: S,
    /// Links for a new password.
    pub resets: T,
    /// Mail.
    pub mail: M,
    /// Small texts.
    pub parameters: P,
    /// Which of them is the client's origin.
    pub site_origin_parameter: String,
    /// How long asking for a link takes at least.
    pub forgot_takes: Duration,
    /// Signing keys.
    pub signing: SigningKeys<P>,
    /// Hashes.
    pub passwords: Passwords,
    /// Randomness.
    pub random: R,
    /// What slows guessing down.
    pub limits: Limits,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New identifiers.
    pub ids: Arc<dyn Ids>,
    /// Whether people may create accounts themselves.
    pub self_sign_up: bool,
}

impl<A, S, P, R, M, T> fmt::Debug for Context<A, S, P, R, M, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").finish_non_exhaustive()
    }
}

impl<A, S, P, R, M, T> Context<A, S, P, R, M, T> {
    fn issuer(&self) -> Issuer<'_, P, R> {
        Issuer {
            signing: &self.signing,
            random: &self.random,
            ids: &*self.ids,
            now: self.clock.now(),
        }
    }
}

/// Returns the function.
pub fn function<A, S, P, R, M, T>(tokens: AccessTokens, context: Arc<Context<A, S, P, R, M, T>>) -> Function
where
    A: Accounts + 'static,
    S: Sessions + 'static,
    P: ParameterStore + 'static,
    R: Random + 'static,
    M: SendMail + 'static,
    T: Resets + 'static,
{
    Function::http(router(tokens, context.clone())).direct(first_admin::ACTION, move |event| {
        let context = context.clone();
        async move { create_first_admin(&context, event).await }
    })
}

pub(crate) fn router<A, S, P, R, M, T>(
    tokens: AccessTokens,
    context: Arc<Context<A, S, P, R, M, T>>,
) -> Router<Context<A, S, P, R, M, T>>
where
    A: Accounts + 'static,
    S: Sessions + 'static,
    P: ParameterStore + 'static,
    R: Random + 'static,
    M: SendMail + 'static,
    T: Resets + 'static,
{
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
        .route(&routes::SIGN_UP, sign_up)
        .route(&routes::SIGN_IN, sign_in)
        .route(&routes::REFRESH, refresh)
        .route(&routes::SIGN_OUT, sign_out)
        .route(&routes::ME, me)
        .route(&routes::CHANGE_PASSWORD, change_password)
        .route(&routes::FORGOT_PASSWORD, forgot_password)
        .route(&routes::RESET_PASSWORD, reset_password)
}

type Shared<A, S, P, R, M, T> = Arc<Context<A, S, P, R, M, T>>;

async fn jwks<A, S, P: ParameterStore, R: Random, M, T>(
    context: Shared<A, S, P, R, M, T>,
) -> Result<Response, Failure> {
    let ring = context.signing.ring(context.clock.now(), &context.random).await?;
    Ok(Response::ok(ring.jwks()).with_header(CACHE_CONTROL, JWKS_CACHE))
}

async fn sign_up<A: Accounts, S, P, R: Random, M, T>(
    context: Shared<A, S, P, R, M, T>,
    request: Request,
) -> Result<Response, Failure> {
    if !context.self_sign_up {
        return Err(ProblemType::SignUpClosed.into());
    }
    let body: SignUpRequest = request.json()?;
    let (username, email) = names(&body.username, &body.email)?;
    let digest = request
        .idempotency_key()?
        .map(|it| it.digest(&["sign-up", &username.key()]));
    let applicant = Applicant {
        username,
        email,
        password: body.password,
        digest,
    };
    let now = context.clock.now();
    let user = sign_up::sign_up(
        &context.accounts,
        &context.passwords,
        &context.random,
        &*context.ids,
        now,
        applicant,
    )
    .await?;
    Ok(Response::created(&UserAnswer {
        user: wire_user(&user),
    }))
}

/// Parses both names, reporting all that is wrong with them.
fn names(username: &str, email: &str) -> Result<(Username, Email), Problem> {
    let reason = |field: &str, reason: String| FieldError {
        field: field.to_owned(),
        reason,
    };
    match (Username::parse(username), Email::parse(email)) {
        (Ok(username), Ok(email)) => Ok((username, email)),
        (username, email) => {
            let username = username.err().map(|it| reason("username", it.to_string()));
            let email = email.err().map(|it| reason("email", it.to_string()));
            Err(Problem::invalid_fields(
                username.into_iter().chain(email).collect(),
            ))
        }
    }
}

async fn sign_in<A: Accounts, S: Sessions, P: ParameterStore, R: Random, M, T>(
    context: Shared<A, S, P, R, M, T>,
    request: Request,
) -> Result<Response, Failure> {
    let body: SignInRequest = request.json()?;
    let address = context.limits.address(&request);
    let signed_in = sign_in::sign_in(
        &context.accounts,
        &context.sessions,
        &context.passwords,
        (&context.limits, &address),
        &context.issuer(),
        &body.username,
        &body.password,
    )
    .await?;
    Ok(session_answer(signed_in, body.delivery))
}

async fn refresh<A: Accounts, S: Sessions, P: ParameterStore, R: Random, M, T>(
    context: Shared<A, S, P, R, M, T>,
    request: Request,
) -> Result<Response, Failure> {
    let in_body = if request.has_body() {
        request.json::<RefreshRequest>()?.refresh_token
    } else {
        None
    };
    let (token, delivery) = match (in_body, request.cookie(REFRESH_COOKIE)) {
        (Some(token), _) => (token, Delivery::Body),
        (None, Some(cookie)) => {
            refuse_other_sites(&request)?;
            (Secret::new(cookie), Delivery::Cookie)
        }
        (None, None) => return Err(ProblemType::SessionEnded.into()),
    };
    match refresh::refresh(&context.accounts, &context.sessions, &context.issuer(), &token).await {
        Ok(signed_in) => Ok(session_answer(signed_in, delivery)),
        Err(RefreshError::Ended) => {
            let failure = Failure::from(ProblemType::SessionEnded);
            // A cookie that is good for nothing should not be sent again.
            Err(match delivery {
                Delivery::Cookie => failure.with_cookie(cookie::removed(REFRESH_COOKIE, COOKIE_PATH)),
                Delivery::Body => failure,
            })
        }
        Err(RefreshError::Fault(fault)) => Err(fault.into()),
    }
}

/// The cookie is `SameSite=Strict`; browsers that say where a request comes from let us see that it held.
fn refuse_other_sites(request: &Request) -> Result<(), Problem> {
    match request.header("sec-fetch-site") {
        None | Some("same-origin" | "none") => Ok(()),
        Some(_) => Err(ProblemType::Forbidden.into()),
    }
}

async fn sign_out<A: Accounts, S: Sessions, P, R, M, T>(
    context: Shared<A, S, P, R, M, T>,
    request: Request,
) -> Result<Response, Failure> {
    let query: SignOutQuery = request.query()?;
    let principal = *request.principal()?;
    if query.everywhere {
        match context.accounts.end_sessions(principal.user).await {
            // An account that is gone has no sessions.
            Ok(()) | Err(ChangeUserError::Changed) => {}
            Err(ChangeUserError::Fault(fault)) => return Err(fault.into()),
        }
    }
    context.sessions.delete(principal.session).await?;
    Ok(Response::no_content().with_cookie(cookie::removed(REFRESH_COOKIE, COOKIE_PATH)))
}

async fn me<A: Accounts, S, P, R, M, T>(
    context: Shared<A, S, P, R, M, T>,
    request: Request,
) -> Result<Response, Failure> {
    let user = context.accounts.get(request.principal()?.user).await?;
    let user = user.ok_or(ProblemType::Unauthenticated)?;
    Ok(Response::ok(&UserAnswer {
        user: wire_user(&user),
    }))
}

async fn change_password<A: Accounts, S: Sessions, P, R: Random, M, T>(
    context: Shared<A, S, P, R, M, T>,
    request: Request,
) -> Result<Response, Failure> {
    let principal = *request.principal()?;
    let body: ChangePasswordRequest = request.json()?;
    password_change::change_password(
        &context.accounts,
        &context.sessions,
        &context.passwords,
        &context.random,
        (principal.user, principal.session),
        &body.current_password,
        &body.new_password,
    )
    .await?;
    Ok(Response::no_content())
}

async fn forgot_password<A: Accounts, S, P: ParameterStore, R: Random, M: SendMail, T: Resets>(
    context: Shared<A, S, P, R, M, T>,
    request: Request,
) -> Result<Response, Failure> {
    let started = tokio::time::Instant::now();
    let body: ForgotPasswordRequest = request.json()?;
    let email = Email::parse(&body.email).map_err(|it| Problem::invalid("email", it.to_string()))?;
    let address = context.limits.address(&request);
    context.limits.take_counted(FORGOT_ADDRESS, &address).await?;
    context.limits.take_counted(FORGOT, &email.key()).await?;
    let origin = context.parameters.read(&context.site_origin_parameter).await?;
    let origin = origin.ok_or_else(|| Fault::never("ReadSiteOrigin", "the parameter is missing"))?;
    password_reset::forgot(
        &context.accounts,
        &context.resets,
        &context.mail,
        &context.random,
        context.clock.now(),
        (&origin, &email),
    )
    .await?;
    tokio::time::sleep_until(started + context.forgot_takes).await;
    Ok(Response::new(StatusCode::ACCEPTED))
}

async fn reset_password<A: Accounts, S, P, R: Random, M, T: Resets>(
    context: Shared<A, S, P, R, M, T>,
    request: Request,
) -> Result<Response, Failure> {
    let body: ResetPasswordRequest = request.json()?;
    password_reset::reset(
        &context.accounts,
        &context.resets,
        &context.passwords,
        &context.random,
        &context.limits,
        context.clock.now(),
        (&body.token, &body.new_password),
    )
    .await?;
    Ok(Response::no_content())
}

/// Event of the action.
#[derive(Deserialize)]
struct CreateFirstAdmin {
    username: String,
    email: String,
}

async fn create_first_admin<A: Accounts, S, P, R: Random, M, T>(
    context: &Context<A, S, P, R, M, T>,
    event: Value,
) -> Result<Value, Failure> {
    let event: CreateFirstAdmin = serde_json::from_value(event)
        .map_err(|_| Problem::invalid("", "must have a username and an email, both strings"))?;
    let names = names(&event.username, &event.email)?;
    let now = context.clock.now();
    let made = first_admin::create_first_admin(
        &context.accounts,
        &context.passwords,
        &context.random,
        &*context.ids,
        now,
        names,
    )
    .await;
    match made {
        Ok(one_time) => {
            Ok(json!({ "created": true, "username": event.username, "oneTimePassword": one_time.expose() }))
        }
        Err(FirstAdminError::Exists) => Ok(json!({ "created": false })),
        Err(FirstAdminError::UsernameTaken) => Err(ProblemType::UsernameTaken.into()),
        Err(FirstAdminError::EmailTaken) => Err(ProblemType::EmailTaken.into()),
        Err(FirstAdminError::Fault(fault)) => Err(fault.into()),
    }
}

fn session_answer(signed_in: SignedIn, delivery: Delivery) -> Response {
    let SignedIn {
        user,
        access_token,
        refresh_token,
    } = signed_in;
    let max_age = Duration::from_secs(IDLE.as_secs().unsigned_abs());
    let (in_body, in_cookie) = match delivery {
        Delivery::Body => (Some(refresh_token), None),
        Delivery::Cookie => (
            None,
            Some(cookie::private(
                REFRESH_COOKIE,
                refresh_token.expose(),
                COOKIE_PATH,
                max_age,
            )),
        ),
    };
    let response = Response::ok(&SessionAnswer {
        access_token,
        expires_in_seconds: LIFETIME_S,
        user: wire_user(&user),
        refresh_token: in_body,
        password_change_required: user.must_change_password,
    });
    in_cookie.into_iter().fold(response, Response::with_cookie)
}

fn wire_user(user: &UserRow) -> User {
    User {
        id: user.id.to_string(),
        username: user.username.as_str().to_owned(),
        email: user.email.as_str().to_owned(),
        role: user.role.into(),
        created_at: user.created_at.to_string(),
        password_change_required: user.must_change_password,
    }
}

impl From<SignUpError> for Failure {
    fn from(error: SignUpError) -> Self {
        match error {
            SignUpError::Weak(weakness) => weakness.into_problem("password").into(),
            SignUpError::UsernameTaken => ProblemType::UsernameTaken.into(),
            SignUpError::EmailTaken => ProblemType::EmailTaken.into(),
            SignUpError::KeyReused => ProblemType::IdempotencyKeyReused.into(),
            SignUpError::Fault(fault) => fault.into(),
        }
    }
}

impl From<SignInError> for Failure {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Wrong => ProblemType::InvalidCredentials.into(),
            SignInError::Limited(failure) => failure,
            SignInError::Fault(fault) => fault.into(),
        }
    }
}

impl From<ResetError> for Failure {
    fn from(error: ResetError) -> Self {
        match error {
            ResetError::Invalid => ProblemType::ResetLinkInvalid.into(),
            ResetError::Weak(weakness) => weakness.into_problem("newPassword").into(),
            ResetError::Fault(fault) => fault.into(),
        }
    }
}

impl From<ChangePasswordError> for Failure {
    fn from(error: ChangePasswordError) -> Self {
        match error {
            ChangePasswordError::Wrong => ProblemType::InvalidCredentials.into(),
            ChangePasswordError::Weak(weakness) => weakness.into_problem("newPassword").into(),
            ChangePasswordError::Same => Problem::new(ProblemType::PasswordTooWeak)
                .with("reason", "same-as-before")
                .detail("It is the password you have.")
                .into(),
            ChangePasswordError::Gone => ProblemType::Unauthenticated.into(),
            ChangePasswordError::Fault(fault) => fault.into(),
        }
    }
}
