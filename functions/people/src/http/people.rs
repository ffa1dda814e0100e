//! People: registered, listed, shown, changed, erased.

use api::{
    Problem, ProblemType, routes,
    wire::{AuditEvent, ChangePersonRequest, CreatePersonRequest, ListPeopleQuery, PersonPage},
};
use domain::{PageLimit, PersonId, UserId};
use http::header::LOCATION;
use jiff::Timestamp;
use lambda_kit::{Failure, IdempotencyKey, Request, Response, cursor};

use super::{Shared, asked::Asked, person_id};
use crate::{
    capabilities::Capabilities,
    erase,
    register::{Key, Order, Registered, known, register, rename},
    shown,
};

pub(super) async fn create<D: Capabilities>(
    context: Shared<D>,
    request: Request,
) -> Result<Response, Failure> {
    let (owner, now) = (request.principal()?.user, context.now());
    let key = request.idempotency_key()?;
    let order = order(owner, request.json()?, key.as_ref(), now)?;
    let proposed = PersonId::from_uuid(context.ids.next());
    let row = match register(&context.deps, order, proposed, now).await? {
        Registered::Now(row) => {
            context.done(&request, row.id, AuditEvent::PersonCreated).await?;
            row
        }
        Registered::Before(row) => row,
    };
    let faces = context.deps.faces(owner, row.id).await?;
    let response = Response::created(&shown::person(&row, &faces));
    Ok(response.with_header(LOCATION, &shown::path(&row)))
}

fn order(
    owner: UserId,
    body: CreatePersonRequest,
    key: Option<&IdempotencyKey>,
    now: Timestamp,
) -> Result<Order, Problem> {
    let mut asked = Asked::default();
    let display_name = asked.display_name(&body.display_name);
    let external_id = body.external_id.map(|it| asked.external_id(it));
    let consent = asked.consent(&body.consent, now);
    asked.accept()?;
    let key = key.map(|key| {
        let at = consent.at.to_string();
        // What another system calls the person is never empty.
        let external_id = external_id.as_deref().unwrap_or_default();
        let body = [
            "body",
            &display_name,
            external_id,
            &consent.notice_version,
            &consent.given_by,
            &at,
        ];
        Key {
            digest: key.digest(&[&owner.to_string(), routes::CREATE_PERSON.id]),
            fingerprint: key.digest(&body),
        }
    });
    Ok(Order {
        owner,
        display_name,
        external_id,
        consent,
        key,
    })
}

pub(super) async fn list<D: Capabilities>(context: Shared<D>, request: Request) -> Result<Response, Failure> {
    let owner = request.principal()?.user;
    let query: ListPeopleQuery = request.query()?;
    let limit = PageLimit::new(query.limit).map_err(|it| Problem::invalid("limit", it.to_string()))?;
    // A cursor belongs to the account it was made for.
    let scope = format!("{} {owner}", routes::LIST_PEOPLE.id);
    let after = query.cursor.as_deref().map(|it| place(&scope, it)).transpose()?;
    let (rows, after) = context
        .deps
        .list_people(owner, limit.get() as usize, after)
        .await?;
    Ok(Response::ok(&PersonPage {
        items: rows.iter().map(shown::summary).collect(),
        next_cursor: after.map(|it| cursor::encode(&scope, &it.to_string())),
    }))
}

fn place(scope: &str, text: &str) -> Result<PersonId, Problem> {
    let id: String = cursor::decode(scope, text)?;
    PersonId::parse(&id).map_err(|_| Problem::new(ProblemType::InvalidCursor))
}

pub(super) async fn show<D: Capabilities>(context: Shared<D>, request: Request) -> Result<Response, Failure> {
    let (owner, person) = (request.principal()?.user, person_id(&request)?);
    let row = known(&context.deps, owner, person).await?;
    let faces = context.deps.faces(owner, person).await?;
    Ok(Response::ok(&shown::person(&row, &faces)))
}

pub(super) async fn change<D: Capabilities>(
    context: Shared<D>,
    request: Request,
) -> Result<Response, Failure> {
    let (owner, person) = (request.principal()?.user, person_id(&request)?);
    let body: ChangePersonRequest = request.json()?;
    let mut asked = Asked::default();
    let display_name = body.display_name.map(|it| asked.display_name(&it));
    let external_id = body.external_id.map(|it| asked.external_id(it));
    asked.accept()?;
    if display_name.is_none() && external_id.is_none() {
        return Err(Problem::invalid("", "must name something to change").into());
    }
    let (display_name, external_id) = (display_name.as_deref(), external_id.as_deref());
    let row = rename(&context.deps, owner, person, display_name, external_id).await?;
    context.done(&request, person, AuditEvent::PersonChanged).await?;
    let faces = context.deps.faces(owner, person).await?;
    Ok(Response::ok(&shown::person(&row, &faces)))
}

pub(super) async fn erase<D: Capabilities>(
    context: Shared<D>,
    request: Request,
) -> Result<Response, Failure> {
    let (owner, person) = (request.principal()?.user, person_id(&request)?);
    let now = context.now();
    let erased = erase::person(&context.deps, owner, person, now).await?;
    // While it can still be repeated: whoever restores a backup goes by what is written down.
    if !erased.is_repeated {
        context.done(&request, person, AuditEvent::PersonErased).await?;
    }
    erase::forget(&context.deps, owner, person, &erased, now).await?;
    Ok(Response::ok(&shown::receipt(person, &erased)))
}
