//! Accounts: signing up, oneself, and the first administrator.

use api::{
    FieldError, Problem, ProblemType,
    wire::{AuditEvent, SignUpRequest, User, UserAnswer},
};
use aws::users::UserRow;
use domain::{Email, Username};
use lambda_kit::{Failure, Happened, Request, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Context, Shared};
use crate::{
    capabilities::{Accounts, Capabilities},
    first_admin::{self, FirstAdminError},
    sign_up::{self, Applicant, NewAccountError},
};

pub(super) async fn sign_up<C: Capabilities>(
    context: Shared<C>,
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
    let happened = Happened::done(AuditEvent::SignUp).by(user.id);
    context.record(&request, happened).await;
    Ok(Response::created(&UserAnswer {
        user: wire_user(&user),
    }))
}

/// Parses both names, reporting all that is wrong with them.
pub(super) fn names(username: &str, email: &str) -> Result<(Username, Email), Problem> {
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

pub(super) async fn me<C: Capabilities>(context: Shared<C>, request: Request) -> Result<Response, Failure> {
    let user = context.accounts.get(request.principal()?.user).await?;
    let user = user
        .filter(|it| !it.disabled)
        .ok_or(ProblemType::Unauthenticated)?;
    Ok(Response::ok(&UserAnswer {
        user: wire_user(&user),
    }))
}

/// Event of the action.
#[derive(Deserialize)]
struct CreateFirstAdmin {
    username: String,
    email: String,
}

pub(super) async fn create_first_admin<C: Capabilities>(
    context: &Context<C>,
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
        Ok((user, one_time)) => {
            let happened = Happened::done(AuditEvent::FirstAdministrator).to(user.as_uuid());
            context.trail.record(happened).await;
            Ok(json!({ "created": true, "username": event.username, "oneTimePassword": one_time.expose() }))
        }
        Err(FirstAdminError::Exists) => Ok(json!({ "created": false })),
        Err(FirstAdminError::UsernameTaken) => Err(ProblemType::UsernameTaken.into()),
        Err(FirstAdminError::EmailTaken) => Err(ProblemType::EmailTaken.into()),
        Err(FirstAdminError::Fault(fault)) => Err(fault.into()),
    }
}

pub(super) fn wire_user(user: &UserRow) -> User {
    User {
        id: user.id.to_string(),
        username: user.username.as_str().to_owned(),
        email: user.email.as_str().to_owned(),
        role: user.role.into(),
        created_at: user.created_at.to_string(),
        password_change_required: user.must_change_password,
    }
}

impl From<NewAccountError> for Failure {
    fn from(error: NewAccountError) -> Self {
        match error {
            NewAccountError::Weak(weakness) => weakness.into_problem("password").into(),
            NewAccountError::UsernameTaken => ProblemType::UsernameTaken.into(),
            NewAccountError::EmailTaken => ProblemType::EmailTaken.into(),
            NewAccountError::KeyReused => ProblemType::IdempotencyKeyReused.into(),
            NewAccountError::Fault(fault) => fault.into(),
        }
    }
}
