//! API keys: how one is written, and when it is believed.
//!
//! A key is `visavis_` and 64 bytes as base64url: its owner, its identifier, and 256 random bits, of which the table
//! knows the SHA-256 only. So it says itself where to look, and one read finds it (`docs/adr/0010-api-keys.md`).

use std::{fmt, sync::Arc};

use api::ProblemType;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{ApiKeyHash, ApiKeyId, ApiKeyLookup, ApiKeyUse, Fault, StoredApiKey, UserId};
use futures::future::BoxFuture;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{Credential, Principal};
use crate::{Clock, Failure};

/// What every key begins with: scanners for secrets find keys by it.
pub const API_KEY_PREFIX: &str = "visavis_";
/// Bytes of a key's secret. Chosen: 256 bits, as the reset tokens of the product's security rules.
pub const API_KEY_SECRET_BYTES: usize = 32;

/// Bytes of an identifier: a UUID (RFC 9562).
const ID_BYTES: usize = 16;
/// Bytes that are written as base64url.
const BYTES: usize = 2 * ID_BYTES + API_KEY_SECRET_BYTES;
/// Characters of the bytes: 6 bits each, without padding.
const CHARS: usize = BYTES.div_ceil(3) * 4 - (3 - BYTES % 3) % 3;

/// How long a key can be in use before that is written down again, in milliseconds: its owner sees the hour, and a
/// key that is used all the time costs one write in it.
const USE_INTERVAL_MS: i64 = 60 * 60 * 1000;

/// An API key in full, as only its owner has it.
pub struct ApiKeyToken {
    /// Whose it is.
    pub user: UserId,
    /// Which.
    pub id: ApiKeyId,
    secret: Zeroizing<[u8; API_KEY_SECRET_BYTES]>,
}

impl ApiKeyToken {
    /// Returns the key with this secret.
    #[must_use]
    pub const fn new(user: UserId, id: ApiKeyId, secret: Zeroizing<[u8; API_KEY_SECRET_BYTES]>) -> Self {
        Self { user, id, secret }
    }

    /// Reads a key as it was presented, `None` if it is none of ours. Of one key there is one spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix(API_KEY_PREFIX).filter(|it| it.len() == CHARS)?;
        let mut bytes = Zeroizing::new([0; BYTES]);
        let n_bytes = URL_SAFE_NO_PAD.decode_slice(text, bytes.as_mut()).ok()?;
        let (user, rest) = bytes.get(..n_bytes)?.split_first_chunk::<ID_BYTES>()?;
        let (id, secret) = rest.split_first_chunk::<ID_BYTES>()?;
        Some(Self {
            user: UserId::from_uuid(Uuid::from_bytes(*user)),
            id: ApiKeyId::from_uuid(Uuid::from_bytes(*id)),
            secret: Zeroizing::new(secret.try_into().ok()?),
        })
    }

    /// Returns the key as it is presented.
    #[must_use]
    pub fn expose(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(BYTES));
        bytes.extend_from_slice(self.user.as_uuid().as_bytes());
        bytes.extend_from_slice(self.id.as_uuid().as_bytes());
        bytes.extend_from_slice(self.secret.as_ref());
        // Full size at once: what grows leaves copies behind.
        let mut text = Zeroizing::new(String::with_capacity(API_KEY_PREFIX.len() + CHARS));
        text.push_str(API_KEY_PREFIX);
        URL_SAFE_NO_PAD.encode_string(bytes.as_slice(), &mut text);
        text
    }

    /// Returns what the table knows of the secret. Without salt: nobody can guess 256 bits.
    #[must_use]
    pub fn hash(&self) -> ApiKeyHash {
        Sha256::digest(self.secret.as_ref()).into()
    }
}

/// Shows which, not the secret.
impl fmt::Debug for ApiKeyToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKeyToken")
            .field("user", &self.user)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

type Find = Box<dyn Fn(UserId, ApiKeyId) -> BoxFuture<'static, Result<ApiKeyLookup, Fault>> + Send + Sync>;
type MarkUsed = Box<dyn Fn(ApiKeyUse) -> BoxFuture<'static, Result<bool, Fault>> + Send + Sync>;

/// Verifies API keys. Nothing is kept in memory: a key that was revoked is dead at once.
#[derive(Clone)]
pub struct ApiKeys {
    find: Arc<Find>,
    mark_used: Arc<MarkUsed>,
    clock: Arc<dyn Clock>,
}

/// A key that is believed.
#[derive(Debug)]
pub(crate) struct Verified {
    pub(super) principal: Principal,
    id: ApiKeyId,
    last_used_at_ms: Option<i64>,
}

impl ApiKeys {
    /// Returns a verifier over a table.
    ///
    /// `find` reads what the table has of a key, consistently. `mark_used` writes down that it was used, if the key is
    /// still there and no later use is written down, and tells whether it did.
    pub fn new<R, FR, W, FW>(clock: Arc<dyn Clock>, find: R, mark_used: W) -> Self
    where
        R: Fn(UserId, ApiKeyId) -> FR + Send + Sync + 'static,
        FR: Future<Output = Result<ApiKeyLookup, Fault>> + Send + 'static,
        W: Fn(ApiKeyUse) -> FW + Send + Sync + 'static,
        FW: Future<Output = Result<bool, Fault>> + Send + 'static,
    {
        Self {
            find: Arc::new(Box::new(move |user, id| Box::pin(find(user, id)))),
            mark_used: Arc::new(Box::new(move |it| Box::pin(mark_used(it)))),
            clock,
        }
    }

    /// Returns who sent this `X-API-Key` header.
    ///
    /// # Errors
    ///
    /// `invalid-api-key` for everything that is not a key that works now, whatever the reason; `busy` or `internal`
    /// where the table cannot be read.
    pub(super) async fn verify(&self, text: &str) -> Result<Verified, Failure> {
        let invalid = || Failure::from(ProblemType::InvalidApiKey);
        let token = ApiKeyToken::parse(text).ok_or_else(invalid)?;
        let ApiKeyLookup { key, owner_disabled } = (self.find)(token.user, token.id).await?;
        let now_ms = self.clock.now().as_millisecond();
        let key = key
            .filter(|it| verify_slices_are_equal(&it.hash, &token.hash()).is_ok())
            .filter(|it| !owner_disabled && it.expires_at_ms.is_none_or(|it| now_ms < it))
            .ok_or_else(invalid)?;
        let StoredApiKey {
            scopes,
            door,
            last_used_at_ms,
            ..
        } = key;
        let id = token.id;
        let credential = match door {
            Some(door) => Credential::Device { id, door },
            None => Credential::ApiKey { id, scopes },
        };
        let principal = Principal {
            user: token.user,
            credential,
        };
        Ok(Verified {
            principal,
            id,
            last_used_at_ms,
        })
    }

    /// Writes down that a key was used, unless that was done within the hour, and returns what was written. What
    /// cannot be written is logged: the key works all the same.
    pub(super) async fn mark_used(&self, verified: &Verified) -> Option<ApiKeyUse> {
        let now_ms = self.clock.now().as_millisecond();
        let unless_after_ms = now_ms.saturating_sub(USE_INTERVAL_MS);
        if verified.last_used_at_ms.is_some_and(|it| unless_after_ms < it) {
            return None;
        }
        let used = ApiKeyUse {
            user: verified.principal.user,
            id: verified.id,
            now_ms,
            unless_after_ms,
        };
        match (self.mark_used)(used).await {
            Ok(written) => written.then_some(used),
            Err(fault) => {
                tracing::warn!(
                    operation = fault.operation,
                    "the use of an API key is not written down"
                );
                None
            }
        }
    }
}

impl fmt::Debug for ApiKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKeys").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
