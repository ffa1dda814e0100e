//! Passwords: changed, forgotten, set anew.

use api::{
    Problem, ProblemType,
    limit::{FORGOT, FORGOT_ADDRESS},
    wire::{AuditEvent, ChangePasswordRequest, ForgotPasswordRequest, ResetPasswordRequest},
};
use domain::{Email, Fault};
use http::StatusCode;
use lambda_kit::{Failure, Happened, Request, Response};

use super::Shared;
use crate::{
    capabilities::{Capabilities, ParameterStore},
    password_change::{self, ChangePasswordError},
    password_reset::{self, ResetError},
};

pub(super) async fn change_password<C: Capabilities>(
    context: Shared<C>,
    request: Request,
) -> Result<Response, Failure> {
    let who = (request.principal()?.user, request.session()?);
    let body: ChangePasswordRequest = request.json()?;
    let changed = password_change::change_password(
        &context.accounts,
        &context.sessions,
        &context.passwords,
        &context.random,
        who,
        &body.current_password,
        &body.new_password,
    )
    .await;
    let event = AuditEvent::PasswordChange;
    match &changed {
        Ok(()) => context.record(&request, Happened::done(event).by(who.0)).await,
        Err(ChangePasswordError::Wrong) => {
            context.record(&request, Happened::refused(event).by(who.0)).await;
        }
        Err(_) => {}
    }
    changed?;
    Ok(Response::no_content())
}

pub(super) async fn forgot_password<C: Capabilities>(
    context: Shared<C>,
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
    let account = password_reset::forgot(
        &context.accounts,
        &context.resets,
        &context.mail,
        &context.random,
        context.clock.now(),
        (&origin, &email),
    )
    .await?;
    let happened = Happened::done(AuditEvent::PasswordForgot);
    let happened = match account {
        Some(account) => happened.to(account.as_uuid()),
        None => happened,
    };
    context.record(&request, happened).await;
    tokio::time::sleep_until(started + context.forgot_takes).await;
    Ok(Response::new(StatusCode::ACCEPTED))
}

pub(super) async fn reset_password<C: Capabilities>(
    context: Shared<C>,
    request: Request,
) -> Result<Response, Failure> {
    let body: ResetPasswordRequest = request.json()?;
    let reset = password_reset::reset(
        &context.accounts,
        &context.resets,
        &context.passwords,
        &context.random,
        &context.limits,
        context.clock.now(),
        (&body.token, &body.new_password),
    )
    .await;
    let event = AuditEvent::PasswordReset;
    match &reset {
        Ok(user) => context.record(&request, Happened::done(event).by(*user)).await,
        Err(ResetError::Invalid) => context.record(&request, Happened::refused(event)).await,
        Err(_) => {}
    }
    reset?;
    Ok(Response::no_content())
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
