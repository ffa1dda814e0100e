//! From requests to what the use cases take, and from what they return to answers.

mod asked;
mod faces;
mod people;
mod verify;

use std::sync::Arc;

use api::{Problem, ProblemType, routes, wire::AuditEvent};
use domain::{PersonId, UploadId};
use jiff::Timestamp;
use lambda_kit::{
    AccessTokens, ApiKeys, Clock, Happened, Ids, Limits, Request, Router, Trail, principal::Credential,
};

use crate::{capabilities::Capabilities, keys::Keys};

pub use faces::LINK_LIFETIME;

/// What a request needs besides itself.
pub struct Context<D> {
    /// Capabilities.
    pub deps: D,
    /// Keys of assertions.
    pub keys: Keys,
    /// Similarity from which on somebody is the person, in percent.
    pub threshold_percent: f32,
    /// Counts requests, and knows where they come from.
    pub limits: Limits,
    /// What happened.
    pub trail: Trail,
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

impl<D> Context<D> {
    /// The time, in the whole milliseconds that tables keep.
    pub(crate) fn now(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    /// Writes down what a request did to a person, and by whom; nobody's name.
    async fn record(&self, request: &Request, person: PersonId, happened: Happened) -> Result<(), Problem> {
        let principal = request.principal()?;
        let happened = happened.by(principal.user).to(person.as_uuid());
        let happened = match principal.credential {
            Credential::ApiKey { id, .. } | Credential::Device { id, .. } => happened.with_api_key(id),
            Credential::Session { .. } => happened,
        };
        let network = self.limits.network(request);
        self.trail.record(happened.from(network)).await;
        Ok(())
    }

    /// Writes down that something was done.
    async fn done(&self, request: &Request, person: PersonId, event: AuditEvent) -> Result<(), Problem> {
        self.record(request, person, Happened::done(event)).await
    }
}

type Shared<D> = Arc<Context<D>>;

/// Returns the routes of this function.
pub fn router<D: Capabilities>(
    tokens: AccessTokens,
    api_keys: ApiKeys,
    context: Arc<Context<D>>,
) -> Router<Context<D>> {
    let (limits, trail) = (context.limits.clone(), context.trail.clone());
    Router::new(tokens, context)
        .api_keys(api_keys)
        .limits(limits)
        .trail(trail)
        .route(&routes::CREATE_PERSON, people::create)
        .route(&routes::LIST_PEOPLE, people::list)
        .route(&routes::GET_PERSON, people::show)
        .route(&routes::CHANGE_PERSON, people::change)
        .route(&routes::DELETE_PERSON, people::erase)
        .route(&routes::ADD_FACE, faces::add)
        .route(&routes::DELETE_FACE, faces::erase)
        .route(&routes::GET_FACE_IMAGE, faces::image)
        .route(&routes::VERIFY_PERSON, verify::verify)
}

/// An identifier that does not parse names nothing.
fn person_id(request: &Request) -> Result<PersonId, Problem> {
    PersonId::parse(request.path("id")).map_err(|_| Problem::new(ProblemType::PersonNotFound))
}

fn upload_id(text: &str) -> Result<UploadId, Problem> {
    UploadId::parse(text).map_err(|_| Problem::invalid("uploadId", "must be the identifier of an upload"))
}
