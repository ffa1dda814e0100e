//! API keys that are remembered in memory.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::{ApiKeyId, ApiKeyLookup, ApiKeyUse, DoorId, Scope, StoredApiKey, UserId};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{ApiKeys, Clock, principal::ApiKeyToken};

/// A table of API keys in memory, which counts what is done to it.
#[derive(Debug, Clone, Default)]
pub struct ApiKeyRows(Arc<Mutex<Rows>>);

#[derive(Debug, Default)]
struct Rows {
    keys: BTreeMap<(UserId, ApiKeyId), StoredApiKey>,
    disabled: BTreeSet<UserId>,
    n_reads: usize,
    uses: Vec<ApiKeyUse>,
}

impl ApiKeyRows {
    /// Makes a key and returns it as it is presented. Keys are numbered, so that a test always has the same.
    #[must_use]
    pub fn issue(&self, user: UserId, scopes: &[Scope], door: Option<DoorId>) -> String {
        self.issue_until(user, scopes, door, None)
    }

    /// As [`ApiKeyRows::issue`], with an end in milliseconds since 1970.
    #[must_use]
    pub fn issue_until(
        &self,
        user: UserId,
        scopes: &[Scope],
        door: Option<DoorId>,
        expires_at_ms: Option<i64>,
    ) -> String {
        let mut rows = self.rows();
        let number = u8::try_from(rows.keys.len()).unwrap_or(u8::MAX);
        let id = ApiKeyId::from_uuid(Uuid::from_bytes([number; 16]));
        let token = ApiKeyToken::new(user, id, Zeroizing::new([number; 32]));
        let key = StoredApiKey {
            scopes: scopes.to_vec(),
            door,
            hash: token.hash(),
            expires_at_ms,
            last_used_at_ms: None,
        };
        rows.keys.insert((user, id), key);
        token.expose().to_string()
    }

    /// Removes every key of an account.
    pub fn revoke_all(&self, user: UserId) {
        self.rows().keys.retain(|key, _| key.0 != user);
    }

    /// Refuses every key of an account.
    pub fn disable(&self, user: UserId) {
        self.rows().disabled.insert(user);
    }

    /// Returns how often the table was read.
    #[must_use]
    pub fn n_reads(&self) -> usize {
        self.rows().n_reads
    }

    /// Returns what was written down of uses.
    #[must_use]
    pub fn uses(&self) -> Vec<ApiKeyUse> {
        self.rows().uses.clone()
    }

    /// Returns a verifier over this table.
    #[must_use]
    pub fn verifier(&self, clock: Arc<dyn Clock>) -> ApiKeys {
        let (read, written) = (self.clone(), self.clone());
        ApiKeys::new(
            clock,
            move |user, id| {
                let found = read.find(user, id);
                async move { Ok(found) }
            },
            move |used| {
                let happened = written.mark_used(used);
                async move { Ok(happened) }
            },
        )
    }

    pub(crate) fn find(&self, user: UserId, id: ApiKeyId) -> ApiKeyLookup {
        let mut rows = self.rows();
        rows.n_reads += 1;
        ApiKeyLookup {
            key: rows.keys.get(&(user, id)).cloned(),
            owner_disabled: rows.disabled.contains(&user),
        }
    }

    fn mark_used(&self, used: ApiKeyUse) -> bool {
        let mut rows = self.rows();
        let Some(key) = rows.keys.get_mut(&(used.user, used.id)) else {
            return false;
        };
        if key.last_used_at_ms.is_some_and(|it| used.unless_after_ms < it) {
            return false;
        }
        key.last_used_at_ms = Some(used.now_ms);
        rows.uses.push(used);
        true
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
