//! Sessions: signing in, refreshing, signing out, seeing and ending one's own.

use std::time::Duration;

use api::{
    Problem, ProblemType,
    wire::{
        AuditEvent, AuditOutcome, Delivery, REFRESH_COOKIE, RefreshRequest, Secret, Session, SessionAnswer,
        SessionPage, SignInRequest, SignOutQuery,
    },
};
use aws::users::ChangeUserError;
use domain::SessionId;
use lambda_kit::{Failure, Happened, Request, Response, cookie, principal::LIFETIME_S};

use super::{Shared, accounts::wire_user};
use crate::{
    capabilities::{Accounts, Capabilities, Sessions},
    own_sessions::{self, OwnSessionsError},
    refresh::{self, RefreshError},
    sign_in::{self, IDLE, Origin, SignInError, SignedIn},
};

/// Path of the cookie: only the routes that look at it get it.
const COOKIE_PATH: &str = "/api/auth";

pub(super) async fn sign_in<C: Capabilities>(
    context: Shared<C>,
    request: Request,
) -> Result<Response, Failure> {
    let body: SignInRequest = request.json()?;
    let address = context.limits.address(&request);
    let origin = Origin {
        address: &address,
        user_agent: request.header("user-agent"),
    };
    let signed_in = sign_in::sign_in(
        &context.accounts,
        &context.sessions,
        &context.passwords,
        (&context.limits, origin),
        &context.issuer(),
        &body.username,
        &body.password,
    )
    .await;
    if let Some(happened) = happened(&signed_in) {
        context.record(&request, happened).await;
    }
    Ok(session_answer(signed_in?, body.delivery))
}

/// What is written down of an attempt to sign in; nothing of a fault of ours.
fn happened(signed_in: &Result<SignedIn, SignInError>) -> Option<Happened> {
    const EVENT: AuditEvent = AuditEvent::SignIn;
    Some(match signed_in {
        Ok(it) => Happened::done(EVENT).by(it.user.id).to(it.session.as_uuid()),
        Err(SignInError::Wrong {
            account: Some(account),
        }) => Happened::refused(EVENT).to(account.as_uuid()),
        Err(SignInError::Wrong { account: None }) => Happened::refused(EVENT),
        Err(SignInError::Disabled(user)) => Happened::refused(EVENT).by(*user),
        Err(SignInError::Limited(failure)) if failure.problem().kind() == ProblemType::RateLimited => {
            Happened::new(EVENT, AuditOutcome::Limited)
        }
        Err(SignInError::Limited(_) | SignInError::Fault(_)) => return None,
    })
}

pub(super) async fn refresh<C: Capabilities>(
    context: Shared<C>,
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
    let refreshed = refresh::refresh(&context.accounts, &context.sessions, &context.issuer(), &token).await;
    if let Err(RefreshError::Reused(user, session)) = &refreshed {
        let happened = Happened::refused(AuditEvent::RefreshReused);
        let happened = happened.by(*user).to(session.as_uuid());
        context.record(&request, happened).await;
    }
    match refreshed {
        Ok(signed_in) => Ok(session_answer(signed_in, delivery)),
        Err(RefreshError::Ended | RefreshError::Reused(..)) => {
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

pub(super) async fn sign_out<C: Capabilities>(
    context: Shared<C>,
    request: Request,
) -> Result<Response, Failure> {
    let query: SignOutQuery = request.query()?;
    let (user, session) = (request.principal()?.user, request.session()?);
    if query.everywhere {
        match context.accounts.end_sessions(user).await {
            // An account that is gone has no sessions.
            Ok(()) | Err(ChangeUserError::Changed) => {}
            Err(ChangeUserError::Fault(fault)) => return Err(fault.into()),
        }
    }
    context.sessions.delete(session).await?;
    let happened = Happened::done(AuditEvent::SignOut).by(user);
    // All of them have no identifier.
    let happened = if query.everywhere {
        happened
    } else {
        happened.to(session.as_uuid())
    };
    context.record(&request, happened).await;
    Ok(Response::no_content().with_cookie(cookie::removed(REFRESH_COOKIE, COOKIE_PATH)))
}

pub(super) async fn list_sessions<C: Capabilities>(
    context: Shared<C>,
    request: Request,
) -> Result<Response, Failure> {
    let who = (request.principal()?.user, request.session()?);
    let now = context.clock.now();
    let sessions = own_sessions::list(&context.accounts, &context.sessions, now, who).await?;
    let items = sessions.into_iter().map(|it| Session {
        id: it.id.to_string(),
        created_at: it.created_at.to_string(),
        last_used_at: it.last_used_at.to_string(),
        ends_at: it.ends_at.to_string(),
        client: it.client,
        current: it.id == who.1,
    });
    Ok(Response::ok(&SessionPage {
        items: items.collect(),
        next_cursor: None,
    }))
}

pub(super) async fn delete_session<C: Capabilities>(
    context: Shared<C>,
    request: Request,
) -> Result<Response, Failure> {
    let who = (request.principal()?.user, request.session()?);
    let session = SessionId::parse(request.path("id")).map_err(|_| ProblemType::SessionNotFound)?;
    let now = context.clock.now();
    own_sessions::end(&context.accounts, &context.sessions, now, who, session).await?;
    let happened = Happened::done(AuditEvent::SignOut).by(who.0);
    context.record(&request, happened.to(session.as_uuid())).await;
    let response = Response::no_content();
    Ok(if session == who.1 {
        response.with_cookie(cookie::removed(REFRESH_COOKIE, COOKIE_PATH))
    } else {
        response
    })
}

pub(super) fn session_answer(signed_in: SignedIn, delivery: Delivery) -> Response {
    let SignedIn {
        user,
        session: _,
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

impl From<SignInError> for Failure {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Wrong { .. } => ProblemType::InvalidCredentials.into(),
            SignInError::Disabled(_) => ProblemType::AccountDisabled.into(),
            SignInError::Limited(failure) => failure,
            SignInError::Fault(fault) => fault.into(),
        }
    }
}

impl From<OwnSessionsError> for Failure {
    fn from(error: OwnSessionsError) -> Self {
        match error {
            OwnSessionsError::Over => ProblemType::Unauthenticated.into(),
            OwnSessionsError::NotFound => ProblemType::SessionNotFound.into(),
            OwnSessionsError::Fault(fault) => fault.into(),
        }
    }
}
