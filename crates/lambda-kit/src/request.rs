//! A request, as a handler sees it.

use std::fmt;

use api::{Problem, ProblemType};
use domain::SessionId;
use http::{HeaderMap, header::CONTENT_TYPE};
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use crate::{cookie, idempotency::IdempotencyKey, json, principal::Principal};

/// A request that was routed and, where the route asks for it, authenticated.
pub struct Request {
    pub(crate) id: String,
    pub(crate) deadline: Option<Timestamp>,
    pub(crate) headers: HeaderMap,
    pub(crate) cookies: Vec<String>,
    pub(crate) query: String,
    pub(crate) path_parameters: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) principal: Option<Principal>,
    /// Whoever API Gateway talks to.
    pub(crate) source_ip: Option<String>,
}

impl Request {
    /// Id of the request.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// When the invocation is ended by force.
    #[must_use]
    pub const fn deadline(&self) -> Option<Timestamp> {
        self.deadline
    }

    /// Returns who calls.
    ///
    /// # Errors
    ///
    /// `unauthenticated` on a route that is open to anybody; never on another.
    pub fn principal(&self) -> Result<&Principal, Problem> {
        self.principal
            .as_ref()
            .ok_or_else(|| Problem::new(ProblemType::Unauthenticated))
    }

    /// Returns the session of whoever calls.
    ///
    /// # Errors
    ///
    /// `unauthenticated` on a route that is open to anybody or to API keys; never on another.
    pub fn session(&self) -> Result<SessionId, Problem> {
        self.principal()?
            .session()
            .ok_or_else(|| Problem::new(ProblemType::Unauthenticated))
    }

    /// Returns a parameter of the path, empty if the route has none of this name.
    #[must_use]
    pub fn path(&self, name: &str) -> &str {
        self.path_parameters
            .iter()
            .find(|it| it.0 == name)
            .map_or("", |it| &it.1)
    }

    /// Returns a header's value, `None` if it is absent or not text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns a cookie's value.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let lines = self
            .headers
            .get_all(http::header::COOKIE)
            .iter()
            .filter_map(|it| it.to_str().ok());
        cookie::find(self.cookies.iter().map(String::as_str).chain(lines), name)
    }

    /// Tells whether there is a body.
    #[must_use]
    pub fn has_body(&self) -> bool {
        !self.body.is_empty()
    }

    /// Reads the JSON body.
    ///
    /// # Errors
    ///
    /// `unsupported-media-type`, `invalid-json`, or `invalid-request` with place and reason.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        if !self.is_json() {
            return Err(Problem::new(ProblemType::UnsupportedMediaType));
        }
        json::parse_body(&self.body)
    }

    /// Reads the query.
    ///
    /// # Errors
    ///
    /// `invalid-request` with the parameter and a reason.
    pub fn query<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        json::parse_query(&self.query)
    }

    /// Returns the caller's name for this request, if he gave one.
    ///
    /// # Errors
    ///
    /// `invalid-request` if it is malformed.
    pub fn idempotency_key(&self) -> Result<Option<IdempotencyKey>, Problem> {
        IdempotencyKey::from_headers(&self.headers)
    }

    fn is_json(&self) -> bool {
        let Some(value) = self.headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok()) else {
            return false;
        };
        value
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .eq_ignore_ascii_case("application/json")
    }
}

/// Shows the id only: everything else is the caller's business.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
