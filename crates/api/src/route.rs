//! What a row of the route table says.

use domain::Scope;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::problem::ProblemType;

/// One operation of the API. There is no default for any field: a route that does not say who may call it does
/// not compile.
#[derive(Debug)]
pub struct Route {
    /// Method.
    pub method: Method,
    /// Path below [`crate::BASE_PATH`], with parameters in braces.
    pub path: &'static str,
    /// Name of the operation in generated clients, in camelCase.
    pub id: &'static str,
    /// Logical id of the function that serves it.
    pub function: &'static str,
    /// Who may call it.
    pub access: Access,
    /// What it does, in one sentence.
    pub summary: &'static str,
    /// What a caller must know beyond the summary; may be empty.
    pub description: &'static str,
    /// Query parameters, as the properties of an object.
    pub query: Option<SchemaOf>,
    /// JSON body.
    pub body: Option<Body>,
    /// Whether an `Idempotency-Key` is honoured.
    pub idempotent_by_key: bool,
    /// Answers that are not problems.
    pub answers: &'static [Answer],
    /// Problems of this operation; those that follow from `access`, `body`, `query` and `idempotent_by_key`,
    /// and those every operation can have, are added by [`Route::problems`].
    pub own_problems: &'static [ProblemType],
}

/// Makes the schema of a wire type.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// Returns the schema of `T`, registering it as a component.
pub fn schema_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// A JSON body.
#[derive(Debug)]
pub struct Body {
    /// Its schema.
    pub schema: SchemaOf,
    /// Whether it may be left out.
    pub optional: bool,
    /// An example, as JSON text.
    pub example: &'static str,
}

/// An answer that is not a problem.
#[derive(Debug)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// What it means.
    pub description: &'static str,
    /// Its JSON body, if it has one.
    pub schema: Option<SchemaOf>,
    /// An example of the body, as JSON text.
    pub example: Option<&'static str>,
    /// Headers that matter to the caller, with a description.
    pub headers: &'static [(&'static str, &'static str)],
}

/// HTTP methods in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates or acts.
    Post,
    /// Replaces.
    Put,
    /// Changes a part.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// Name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Returns the method with this name on the wire.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete]
            .into_iter()
            .find(|it| it.as_str() == text)
    }
}

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody; a token is not looked at.
    Public,
    /// Whoever is signed in. An account that must change its one-time password first is refused.
    User,
    /// Whoever is signed in, also an account that must change its one-time password first.
    RestrictedUser,
    /// A signed-in administrator; also refused while he must change his password.
    Admin,
    /// Whoever is signed in, as with [`Access::User`], and API keys that have one of these scopes.
    Scoped(&'static [Scope]),
    /// The device at a door.
    Device,
}

/// Problems every operation can have.
const ALWAYS: &[ProblemType] = &[ProblemType::Internal, ProblemType::Busy];

/// Problems that belong to no operation, because none was found for the request.
pub const OUTSIDE_OF_ROUTES: &[ProblemType] = &[ProblemType::NotFound, ProblemType::MethodNotAllowed];

impl Route {
    /// Returns every problem that this operation can answer with, by registry order.
    #[must_use]
    pub fn problems(&self) -> Vec<ProblemType> {
        let mut problems = ALWAYS.to_vec();
        problems.extend_from_slice(self.own_problems);
        problems.extend_from_slice(match self.access {
            Access::Public => &[],
            Access::RestrictedUser => &[ProblemType::Unauthenticated, ProblemType::TokenExpired],
            Access::User => &[
                ProblemType::Unauthenticated,
                ProblemType::TokenExpired,
                ProblemType::PasswordChangeRequired,
            ],
            Access::Admin => &[
                ProblemType::Unauthenticated,
                ProblemType::TokenExpired,
                ProblemType::PasswordChangeRequired,
                ProblemType::Forbidden,
            ],
            Access::Scoped(_) => &[
                ProblemType::Unauthenticated,
                ProblemType::TokenExpired,
                ProblemType::InvalidApiKey,
                ProblemType::PasswordChangeRequired,
                ProblemType::InsufficientScope,
            ],
            Access::Device => &[
                ProblemType::Unauthenticated,
                ProblemType::InvalidApiKey,
                ProblemType::InsufficientScope,
            ],
        });
        if self.body.is_some() {
            problems.extend_from_slice(&[
                ProblemType::InvalidJson,
                ProblemType::InvalidRequest,
                ProblemType::UnsupportedMediaType,
                ProblemType::PayloadTooLarge,
            ]);
        }
        if self.rate().is_some() {
            problems.push(ProblemType::RateLimited);
        }
        if self.query.is_some() || self.idempotent_by_key {
            problems.push(ProblemType::InvalidRequest);
        }
        problems.sort_unstable();
        problems.dedup();
        problems
    }

    /// Names of the parameters in the path, in order.
    pub fn path_parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path
            .split('/')
            .filter_map(|it| it.strip_prefix('{')?.strip_suffix('}'))
    }
}
