//! The HTTP contract as code: wire types, the registry of problems, the table of routes, and the OpenAPI
//! document made from the three.
//!
//! Deliberately not here: serving. `lambda-kit` routes requests by [`ROUTES`], the functions answer with the
//! types of [`wire`], and `openapi.json` in the repository's root is a snapshot of [`openapi::document`].
//!
//! Reading order: [`problem`], [`wire`], [`route`], [`routes`], [`limit`], [`openapi`].

pub mod limit;
pub mod openapi;
pub mod problem;
pub mod route;
pub mod routes;
pub mod wire;

pub use problem::{FieldError, Problem, ProblemType};
pub use route::{Access, Method, Route};
pub use routes::ROUTES;

/// Path under which the API is served: CloudFront forwards `/api/*` to it, everything else to the client.
pub const BASE_PATH: &str = "/api";
