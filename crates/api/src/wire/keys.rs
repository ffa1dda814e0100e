//! API keys.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Secret;

/// What an API key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum ScopeName {
    /// Uploads and analyses.
    #[serde(rename = "analyze")]
    Analyze,
    /// Reading registered people.
    #[serde(rename = "people:read")]
    PeopleRead,
    /// Registering, changing and erasing people.
    #[serde(rename = "people:write")]
    PeopleWrite,
    /// Verifying and identifying people.
    #[serde(rename = "identify")]
    Identify,
    /// Liveness challenges.
    #[serde(rename = "liveness")]
    Liveness,
    /// Attempts at a door.
    #[serde(rename = "door")]
    Door,
}

impl From<domain::Scope> for ScopeName {
    fn from(scope: domain::Scope) -> Self {
        match scope {
            domain::Scope::Analyze => Self::Analyze,
            domain::Scope::PeopleRead => Self::PeopleRead,
            domain::Scope::PeopleWrite => Self::PeopleWrite,
            domain::Scope::Identify => Self::Identify,
            domain::Scope::Liveness => Self::Liveness,
            domain::Scope::Door => Self::Door,
        }
    }
}

impl From<ScopeName> for domain::Scope {
    fn from(name: ScopeName) -> Self {
        match name {
            ScopeName::Analyze => Self::Analyze,
            ScopeName::PeopleRead => Self::PeopleRead,
            ScopeName::PeopleWrite => Self::PeopleWrite,
            ScopeName::Identify => Self::Identify,
            ScopeName::Liveness => Self::Liveness,
            ScopeName::Door => Self::Door,
        }
    }
}

/// Body of `POST /api-keys`.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateApiKeyRequest {
    /// What its owner calls it, 1 to 60 characters.
    #[schemars(length(min = 1, max = 60))]
    pub name: String,
    /// What it may do, at least one, none twice.
    #[schemars(length(min = 1, max = 6), extend("uniqueItems" = true))]
    pub scopes: Vec<ScopeName>,
    /// The door whose device has the key; then `scopes` is `["door"]`.
    #[serde(default)]
    #[schemars(extend("format" = "uuid"))]
    pub door_id: Option<String>,
    /// Days until it stops working; left out for a key that works until it is revoked.
    #[serde(default)]
    #[schemars(range(min = 1, max = 3650))]
    pub expires_in_days: Option<u32>,
}

opaque_debug!(CreateApiKeyRequest);

/// An API key, without the key itself.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiKey {
    /// Identifier.
    #[schemars(extend("format" = "uuid"))]
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<ScopeName>,
    /// The door whose device has it, or null.
    #[schemars(extend("format" = "uuid"))]
    pub door_id: Option<String>,
    /// When it was made.
    #[schemars(extend("format" = "date-time"))]
    pub created_at: String,
    /// When it stops working; null for never.
    #[schemars(extend("format" = "date-time"))]
    pub expires_at: Option<String>,
    /// When it was used last, to the hour; null for never.
    #[schemars(extend("format" = "date-time"))]
    pub last_used_at: Option<String>,
}

opaque_debug!(ApiKey);

/// Answer of `POST /api-keys`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreatedApiKey {
    /// Identifier.
    #[schemars(extend("format" = "uuid"))]
    pub id: String,
    /// The key, shown this once: the table knows its hash only.
    #[schemars(extend("format" = "password"))]
    pub key: Secret,
    /// What its owner calls it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<ScopeName>,
    /// The door whose device has it, or null.
    #[schemars(extend("format" = "uuid"))]
    pub door_id: Option<String>,
    /// When it was made.
    #[schemars(extend("format" = "date-time"))]
    pub created_at: String,
    /// When it stops working; null for never.
    #[schemars(extend("format" = "date-time"))]
    pub expires_at: Option<String>,
}

opaque_debug!(CreatedApiKey);

/// All API keys of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiKeyPage {
    /// The keys.
    pub items: Vec<ApiKey>,
    /// Always null: there are twenty at most.
    pub next_cursor: Option<String>,
}
