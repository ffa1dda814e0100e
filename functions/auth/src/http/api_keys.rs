//! One's own API keys.

use std::collections::BTreeSet;

use api::{
    Problem, ProblemType, routes,
    wire::{ApiKey, ApiKeyPage, AuditEvent, CreateApiKeyRequest, CreatedApiKey, ScopeName},
};
use aws::api_keys::ApiKeyRow;
use domain::{ApiKeyId, DoorId, Scope};
use lambda_kit::{Failure, Happened, IdempotencyKey, Request, Response};

use super::Shared;
use crate::{
    api_keys::{self, ApiKeyError, Asking, Created, MAX_KEYS, Maker, Wanted},
    capabilities::Capabilities,
};

/// Longest name, in characters. From the contract of the API.
const MAX_NAME_CHARS: usize = 60;
/// Longest life of a key that has an end, in days: ten years, from the contract of the API.
const MAX_DAYS: u32 = 3650;

pub(super) async fn list<C: Capabilities>(context: Shared<C>, request: Request) -> Result<Response, Failure> {
    let asking = asking(&request)?;
    let now = context.clock.now();
    let keys = api_keys::list(
        &context.accounts,
        &context.sessions,
        &context.api_keys,
        now,
        asking,
    )
    .await?;
    Ok(Response::ok(&ApiKeyPage {
        items: keys.iter().map(wire_key).collect(),
        next_cursor: None,
    }))
}

pub(super) async fn create<C: Capabilities>(
    context: Shared<C>,
    request: Request,
) -> Result<Response, Failure> {
    let asking = asking(&request)?;
    let key = request.idempotency_key()?;
    let wanted = wanted(&request.json()?, asking, key.as_ref())?;
    let maker = Maker {
        random: &context.random,
        ids: &*context.ids,
        now: context.clock.now(),
    };
    let created = api_keys::create(
        &context.accounts,
        &context.sessions,
        &context.api_keys,
        &maker,
        asking,
        wanted,
    )
    .await?;
    let happened = Happened::done(AuditEvent::ApiKeyCreated).by(asking.0);
    context
        .record(&request, happened.to(created.row.id.as_uuid()))
        .await;
    Ok(Response::created(&wire_created(created)))
}

pub(super) async fn revoke<C: Capabilities>(
    context: Shared<C>,
    request: Request,
) -> Result<Response, Failure> {
    let asking = asking(&request)?;
    // An identifier that does not parse names nothing.
    let id = ApiKeyId::parse(request.path("id")).map_err(|_| ProblemType::ApiKeyNotFound)?;
    let now = context.clock.now();
    api_keys::revoke(
        &context.accounts,
        &context.sessions,
        &context.api_keys,
        now,
        asking,
        id,
    )
    .await?;
    let happened = Happened::done(AuditEvent::ApiKeyRevoked).by(asking.0);
    context.record(&request, happened.to(id.as_uuid())).await;
    Ok(Response::no_content())
}

fn asking(request: &Request) -> Result<Asking, Problem> {
    Ok((request.principal()?.user, request.session()?))
}

fn wanted(
    body: &CreateApiKeyRequest,
    asking: Asking,
    key: Option<&IdempotencyKey>,
) -> Result<Wanted, Problem> {
    let name = body.name.trim();
    if !(1..=MAX_NAME_CHARS).contains(&name.chars().count()) {
        return Err(Problem::invalid("name", "must have 1 to 60 characters"));
    }
    if name.chars().any(char::is_control) {
        return Err(Problem::invalid("name", "must not have control characters"));
    }
    let scopes: BTreeSet<Scope> = body.scopes.iter().map(|it| (*it).into()).collect();
    if scopes.is_empty() {
        return Err(Problem::invalid("scopes", "must not be empty"));
    }
    if scopes.len() < body.scopes.len() {
        return Err(Problem::invalid("scopes", "must not name a scope twice"));
    }
    let door = body.door_id.as_deref().map(DoorId::parse).transpose();
    let door = door.map_err(|_| Problem::invalid("doorId", "must be the identifier of a door"))?;
    if door.is_some() && !scopes.iter().eq([&Scope::Door]) {
        return Err(Problem::invalid(
            "scopes",
            "must be door alone for the device at a door",
        ));
    }
    if body
        .expires_in_days
        .is_some_and(|it| !(1..=MAX_DAYS).contains(&it))
    {
        return Err(Problem::invalid("expiresInDays", "must be from 1 to 3650"));
    }
    Ok(Wanted {
        name: name.to_owned(),
        scopes: scopes.into_iter().collect(),
        door,
        expires_in_days: body.expires_in_days,
        digest: key.map(|it| it.digest(&[routes::CREATE_API_KEY.id, &asking.0.to_string()])),
    })
}

fn wire_key(row: &ApiKeyRow) -> ApiKey {
    ApiKey {
        id: row.id.to_string(),
        name: row.name.clone(),
        scopes: scope_names(row),
        door_id: row.door.map(|it| it.to_string()),
        created_at: row.created_at.to_string(),
        expires_at: row.expires_at.map(|it| it.to_string()),
        last_used_at: row.last_used_at.map(|it| it.to_string()),
    }
}

fn wire_created(Created { row, key }: Created) -> CreatedApiKey {
    CreatedApiKey {
        id: row.id.to_string(),
        key,
        scopes: scope_names(&row),
        door_id: row.door.map(|it| it.to_string()),
        created_at: row.created_at.to_string(),
        expires_at: row.expires_at.map(|it| it.to_string()),
        name: row.name,
    }
}

fn scope_names(row: &ApiKeyRow) -> Vec<ScopeName> {
    row.scopes.iter().map(|it| (*it).into()).collect()
}

impl From<ApiKeyError> for Failure {
    fn from(error: ApiKeyError) -> Self {
        match error {
            ApiKeyError::Over => ProblemType::Unauthenticated.into(),
            ApiKeyError::NotAdministrator => ProblemType::Forbidden.into(),
            ApiKeyError::TooMany => Problem::new(ProblemType::TooManyApiKeys)
                .with("limit", MAX_KEYS)
                .into(),
            ApiKeyError::KeyReused => ProblemType::IdempotencyKeyReused.into(),
            ApiKeyError::NotFound => ProblemType::ApiKeyNotFound.into(),
            ApiKeyError::Fault(fault) => fault.into(),
        }
    }
}
