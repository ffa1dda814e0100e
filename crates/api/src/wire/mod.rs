//! What travels: JSON in camelCase, times RFC 3339 in UTC, confidences in percent, boxes as ratios.
//!
//! Requests refuse members they do not know, so that a typing error is found by whoever made it.

/// Implements `Debug` without any field, for types that hold names, addresses or signed links.
macro_rules! opaque_debug {
    ($name:ident) => {
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
}

mod analyses;
mod audit;
mod auth;
mod keys;
mod liveness;
mod people;
mod uploads;
mod users;

pub use analyses::*;
pub use audit::*;
pub use auth::*;
pub use keys::*;
pub use liveness::*;
pub use people::*;
pub use uploads::*;
pub use users::*;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Answer of `GET /health`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// Always `ok`; whoever reads this reached a function that is up.
    pub status: HealthStatus,
    /// Version of the suite.
    pub version: String,
}

/// State of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HealthStatus {
    /// Up.
    Ok,
}
