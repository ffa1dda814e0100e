//! Who calls: access tokens and the public keys that verify them, API keys, and who may call what.
//!
//! A token is a JWT (RFC 9068) signed with Ed25519. The algorithm is ours to say, never the token's; the key is
//! chosen by `kid` among the published ones; the clock is given.

mod admission;
mod api_key;
mod claims;
mod keys;

use std::{fmt, sync::Arc};

use api::ProblemType;
use domain::{ApiKeyId, DoorId, Fault, Role, Scope, SessionId, UserId};

pub(crate) use admission::{Admission, Admitted};
pub use api_key::{API_KEY_PREFIX, API_KEY_SECRET_BYTES, ApiKeyToken, ApiKeys};
pub use claims::{AUDIENCE, Claims, ISSUER, LIFETIME_S, TOKEN_TYPE};

use crate::{Clock, Failure};
use keys::Keys;

/// Longest `Authorization` header that is looked at, in bytes. Ours have about 500.
const MAX_HEADER_BYTES: usize = 4096;

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Account whose things are meant.
    pub user: UserId,
    /// What was shown to prove it.
    pub credential: Credential,
}

/// What a caller shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// The access token of a session.
    Session {
        /// Session the token belongs to.
        id: SessionId,
        /// What the account may do.
        role: Role,
        /// Whether the account has a one-time password, which it must change before anything else.
        must_change_password: bool,
    },
    /// An API key.
    ApiKey {
        /// Which.
        id: ApiKeyId,
        /// What it may do.
        scopes: Vec<Scope>,
    },
    /// The API key of the device at a door.
    Device {
        /// Which.
        id: ApiKeyId,
        /// The door.
        door: DoorId,
    },
}

impl Principal {
    /// Returns the session, where that is what was shown.
    #[must_use]
    pub const fn session(&self) -> Option<SessionId> {
        match &self.credential {
            Credential::Session { id, .. } => Some(*id),
            Credential::ApiKey { .. } | Credential::Device { .. } => None,
        }
    }

    /// Tells whether an administrator is signed in. No API key is one, whoever made it.
    #[must_use]
    pub const fn is_admin(&self) -> bool {
        matches!(
            self.credential,
            Credential::Session {
                role: Role::Admin,
                ..
            }
        )
    }
}

/// Verifies access tokens.
///
/// Keeps the public keys in memory: at most [`keys::MAX_AGE`] old, loaded again at once for an unknown `kid`, but
/// not more often than every [`keys::MIN_INTERVAL`]. Two keys are a few hundred bytes.
#[derive(Clone)]
pub struct AccessTokens {
    keys: Arc<Keys>,
    clock: Arc<dyn Clock>,
}

impl AccessTokens {
    /// Returns a verifier. `source` reads the JSON Web Key Set, `None` where there is none yet.
    pub fn new<S, F>(clock: Arc<dyn Clock>, source: S) -> Self
    where
        S: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = Result<Option<String>, Fault>> + Send + 'static,
    {
        Self {
            keys: Arc::new(Keys::new(source)),
            clock,
        }
    }

    /// Returns who sent this `Authorization` header.
    ///
    /// # Errors
    ///
    /// `token-expired` for a token of ours whose time is over, `unauthenticated` for everything else that is not
    /// a valid token, `busy` or `internal` where the keys cannot be read.
    pub async fn verify(&self, authorization: Option<&str>) -> Result<Principal, Failure> {
        let unauthenticated = || Failure::from(ProblemType::Unauthenticated);
        let header = authorization
            .filter(|it| it.len() <= MAX_HEADER_BYTES)
            .ok_or_else(unauthenticated)?;
        let (scheme, token) = header.split_once(' ').ok_or_else(unauthenticated)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(unauthenticated());
        }
        let token = token.trim();
        let now = self.clock.now();
        let kid = claims::key_id(token).ok_or_else(unauthenticated)?;
        let key = self.keys.find(&kid, now).await?.ok_or_else(unauthenticated)?;
        claims::verify(token, &key, now).map_err(|invalid| match invalid {
            claims::Invalid::Expired => ProblemType::TokenExpired.into(),
            claims::Invalid::Forged => unauthenticated(),
        })
    }
}

impl fmt::Debug for AccessTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessTokens").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
