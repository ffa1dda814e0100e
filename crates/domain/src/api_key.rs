//! What is known of an API key to whoever verifies it. Times are in milliseconds since 1970.

use crate::{ApiKeyId, DoorId, Scope, UserId};

/// SHA-256 of an API key's secret.
pub type ApiKeyHash = [u8; 32];

/// A stored API key, as far as verifying it needs.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredApiKey {
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// The door whose device has it.
    pub door: Option<DoorId>,
    /// Hash of its secret.
    pub hash: ApiKeyHash,
    /// When it stops working, exclusive; `None` for never.
    pub expires_at_ms: Option<i64>,
    /// When it was used last, as far as that was written down.
    pub last_used_at_ms: Option<i64>,
}

/// What a table has under the name of an API key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApiKeyLookup {
    /// The key, if there is one.
    pub key: Option<StoredApiKey>,
    /// Whether its owner may do nothing at all: he is disabled, or gone.
    pub owner_disabled: bool,
}

/// That an API key was used, to be written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApiKeyUse {
    /// Whose it is.
    pub user: UserId,
    /// Which.
    pub id: ApiKeyId,
    /// When it was used.
    pub now_ms: i64,
    /// Nothing is written where a later use than this is written down.
    pub unless_after_ms: i64,
}

/// Hides the hash.
impl std::fmt::Debug for StoredApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredApiKey")
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}
