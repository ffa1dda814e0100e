//! Accounts as administrators manage them.

use api::{
    Problem, ProblemType, routes,
    wire::{
        AuditEvent, ChangeUserRequest, CreateUserRequest, CreatedUser, ListUsersQuery, ManagedUser, UserPage,
    },
};
use aws::users::{ListedUser, Place};
use domain::{PageLimit, UserId};
use lambda_kit::{Failure, Happened, Request, Response, cursor};

use super::{Shared, accounts::names};
use crate::{
    capabilities::Capabilities,
    user_creation::{self, Digests, Wanted},
    users::{self, ActingError, ManageError, Wish},
};

pub(super) async fn list<C: Capabilities>(context: Shared<C>, request: Request) -> Result<Response, Failure> {
    let query: ListUsersQuery = request.query()?;
    let limit = PageLimit::new(query.limit).map_err(|it| Problem::invalid("limit", it.to_string()))?;
    let prefix = match &query.prefix {
        Some(text) => users::prefix(text)
            .ok_or_else(|| Problem::invalid("prefix", "must be the beginning of a username"))?,
        None => String::new(),
    };
    users::acting(&context.accounts, request.principal()?.user).await?;
    // A cursor belongs to the prefix it was made for.
    let scope = format!("{} {prefix}", routes::LIST_USERS.id);
    let after = query.cursor.as_deref().map(|it| place(&scope, it)).transpose()?;
    let page = users::list(&context.accounts, &prefix, limit, after.as_ref()).await?;
    Ok(Response::ok(&UserPage {
        items: page.rows.iter().map(managed_user).collect(),
        next_cursor: page
            .after
            .map(|it| cursor::encode(&scope, &(it.username_key, it.id.to_string()))),
    }))
}

fn place(scope: &str, text: &str) -> Result<Place, Problem> {
    let (username_key, id): (String, String) = cursor::decode(scope, text)?;
    let id = UserId::parse(&id).map_err(|_| Problem::new(ProblemType::InvalidCursor))?;
    Ok(Place { username_key, id })
}

pub(super) async fn create<C: Capabilities>(
    context: Shared<C>,
    request: Request,
) -> Result<Response, Failure> {
    let body: CreateUserRequest = request.json()?;
    let (username, email) = names(&body.username, &body.email)?;
    let key = request.idempotency_key()?;
    let actor = users::acting(&context.accounts, request.principal()?.user).await?;
    let digest = |kind: &str| {
        let scope = [routes::CREATE_USER.id, &actor.to_string(), &username.key(), kind];
        key.as_ref().map(|it| it.digest(&scope))
    };
    let (chosen, one_time) = (digest("chosen"), digest("one-time"));
    let (this, other) = if body.password.is_some() {
        (chosen, one_time)
    } else {
        (one_time, chosen)
    };
    let wanted = Wanted {
        username,
        email,
        role: body.role.into(),
        password: body.password,
        digests: this.zip(other).map(|(this, other)| Digests { this, other }),
    };
    let created = user_creation::create(
        &context.accounts,
        &context.passwords,
        &context.random,
        &*context.ids,
        context.clock.now(),
        actor,
        &wanted,
    )
    .await?;
    let happened = Happened::done(AuditEvent::UserCreated).by(actor);
    context
        .record(&request, happened.to(created.user.id.as_uuid()))
        .await;
    Ok(Response::created(&CreatedUser {
        user: managed_user(&(&created.user).into()),
        one_time_password: created.one_time_password,
    }))
}

pub(super) async fn change<C: Capabilities>(
    context: Shared<C>,
    request: Request,
) -> Result<Response, Failure> {
    let body: ChangeUserRequest = request.json()?;
    if body.role.is_none() && body.disabled.is_none() {
        return Err(Problem::invalid("", "must have a role or disabled, or both").into());
    }
    let actor = users::acting(&context.accounts, request.principal()?.user).await?;
    let wish = Wish {
        role: body.role.map(Into::into),
        disabled: body.disabled,
    };
    let id = user_id(&request)?;
    let user = users::change(&context.accounts, &context.random, actor, id, wish).await?;
    let events = [
        wish.role.map(|_| AuditEvent::UserRoleChanged),
        wish.disabled.map(|it| {
            if it {
                AuditEvent::UserDisabled
            } else {
                AuditEvent::UserEnabled
            }
        }),
    ];
    for event in events.into_iter().flatten() {
        let happened = Happened::done(event).by(actor).to(id.as_uuid());
        context.record(&request, happened).await;
    }
    Ok(Response::ok(&managed_user(&(&user).into())))
}

pub(super) async fn delete<C: Capabilities>(
    context: Shared<C>,
    request: Request,
) -> Result<Response, Failure> {
    let actor = users::acting(&context.accounts, request.principal()?.user).await?;
    let (id, now) = (user_id(&request)?, context.clock.now());
    users::delete(&context.accounts, &context.random, actor, id, now).await?;
    let happened = Happened::done(AuditEvent::UserDeleted).by(actor);
    context.record(&request, happened.to(id.as_uuid())).await;
    Ok(Response::no_content())
}

/// An identifier that does not parse names nobody.
fn user_id(request: &Request) -> Result<UserId, Problem> {
    UserId::parse(request.path("id")).map_err(|_| Problem::new(ProblemType::UserNotFound))
}

fn managed_user(user: &ListedUser) -> ManagedUser {
    ManagedUser {
        id: user.id.to_string(),
        username: user.username.as_str().to_owned(),
        email: user.email.as_str().to_owned(),
        role: user.role.into(),
        created_at: user.created_at.to_string(),
        password_change_required: user.must_change_password,
        disabled: user.disabled,
    }
}

impl From<ActingError> for Failure {
    fn from(error: ActingError) -> Self {
        match error {
            ActingError::Out => ProblemType::Unauthenticated.into(),
            ActingError::NotAdministrator => ProblemType::Forbidden.into(),
            ActingError::Fault(fault) => fault.into(),
        }
    }
}

impl From<ManageError> for Failure {
    fn from(error: ManageError) -> Self {
        match error {
            ManageError::NotFound => ProblemType::UserNotFound.into(),
            ManageError::LastAdministrator => ProblemType::LastAdministrator.into(),
            ManageError::Fault(fault) => fault.into(),
        }
    }
}
