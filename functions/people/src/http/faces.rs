//! Faces of people: added, shown, erased.

use std::time::Duration;

use api::wire::{AddFaceRequest, AuditEvent, ImageAddress};
use domain::FaceId;
use http::header::VARY;
use lambda_kit::{Failure, Happened, Request, Response};

use super::{Shared, person_id, upload_id};
use crate::{
    capabilities::Capabilities,
    erase,
    face::{self, Added, Order},
    refusal::Refusal,
    register::known,
    shown,
};

/// How long the address of a picture works. From the product's security rules: at most five minutes.
pub const LINK_LIFETIME: Duration = Duration::from_mins(5);

pub(super) async fn add<D: Capabilities>(context: Shared<D>, request: Request) -> Result<Response, Failure> {
    let body: AddFaceRequest = request.json()?;
    let order = Order {
        owner: request.principal()?.user,
        person: person_id(&request)?,
        upload: upload_id(&body.upload_id)?,
    };
    let added = face::add(&context.deps, order, context.now()).await;
    if let Some(happened) = happened(&added) {
        context.record(&request, order.person, happened).await?;
    }
    let (Added::Now(row) | Added::Before(row)) = added?;
    Ok(Response::created(&shown::face(&row)))
}

/// What is written down of an attempt to add a face: nothing where none was looked at, and nothing twice.
fn happened(added: &Result<Added, Refusal>) -> Option<Happened> {
    const EVENT: AuditEvent = AuditEvent::FaceAdded;
    match added {
        Ok(Added::Now(_)) => Some(Happened::done(EVENT)),
        Err(Refusal::FaceNotUsable(_) | Refusal::TooManyFaces) => Some(Happened::refused(EVENT)),
        Ok(Added::Before(_)) | Err(_) => None,
    }
}

pub(super) async fn erase<D: Capabilities>(
    context: Shared<D>,
    request: Request,
) -> Result<Response, Failure> {
    let (owner, person) = (request.principal()?.user, person_id(&request)?);
    let Some(face) = face_id(&request) else {
        // Whose people somebody may ask about comes first.
        known(&context.deps, owner, person).await?;
        return Err(Refusal::FaceNotFound.into());
    };
    erase::face(&context.deps, owner, person, face).await?;
    context.done(&request, person, AuditEvent::FaceErased).await?;
    Ok(Response::no_content())
}

pub(super) async fn image<D: Capabilities>(
    context: Shared<D>,
    request: Request,
) -> Result<Response, Failure> {
    let (owner, person) = (request.principal()?.user, person_id(&request)?);
    known(&context.deps, owner, person).await?;
    let faces = context.deps.faces(owner, person).await?;
    let face = face_id(&request).filter(|face| faces.iter().any(|it| it.id == *face));
    let face = face.ok_or(Refusal::FaceNotFound)?;
    let link = context
        .deps
        .link_picture(owner, person, face, context.now())
        .await?;
    // An `<img>` cannot send a token, and a redirected fetch would need the bucket's leave for more than a GET.
    let response = if accepts_json(request.header("accept")) {
        Response::ok(&ImageAddress { url: link.url })
    } else {
        Response::found(&link.url)
    };
    Ok(response.with_header(VARY, "Accept"))
}

/// Whether the caller names JSON; `*/*`, which every client sends, does not.
fn accepts_json(accept: Option<&str>) -> bool {
    let ranges = accept.unwrap_or_default().split(',');
    ranges
        .map(|it| it.split(';').next().unwrap_or_default().trim())
        .any(|it| it == "application/json")
}

/// An identifier that does not parse names nothing.
fn face_id(request: &Request) -> Option<FaceId> {
    FaceId::parse(request.path("faceId")).ok()
}
