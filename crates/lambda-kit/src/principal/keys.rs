//! The public keys, kept for a while.

use std::{collections::BTreeMap, sync::Arc};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::Fault;
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::DecodingKey;
use tokio::sync::Mutex;

/// How long keys are used without looking for newer ones: how long a withdrawn key can live on.
pub(super) const MAX_AGE: SignedDuration = SignedDuration::from_mins(5);
/// How often an unknown `kid` makes us look: forged tokens must not make every request a call to SSM, whose
/// throughput is 40 calls per second and account.
pub(super) const MIN_INTERVAL: SignedDuration = SignedDuration::from_secs(2);

/// Bytes of an Ed25519 public key (RFC 8032 section 5.1.5).
const PUBLIC_KEY_BYTES: usize = 32;

type Source = Box<dyn Fn() -> BoxFuture<'static, Result<Option<String>, Fault>> + Send + Sync>;

pub(super) struct Keys {
    source: Source,
    kept: Mutex<Option<Kept>>,
}

struct Kept {
    keys: BTreeMap<String, Arc<DecodingKey>>,
    loaded_at: Timestamp,
}

impl Keys {
    pub(super) fn new<S, F>(source: S) -> Self
    where
        S: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = Result<Option<String>, Fault>> + Send + 'static,
    {
        Self {
            source: Box::new(move || Box::pin(source())),
            kept: Mutex::new(None),
        }
    }

    /// Returns the key with this `kid`, if it is published.
    pub(super) async fn find(&self, kid: &str, now: Timestamp) -> Result<Option<Arc<DecodingKey>>, Fault> {
        // One request loads while the others wait for what it finds.
        let mut kept = self.kept.lock().await;
        if let Some(kept) = kept.as_ref() {
            // A clock that went back makes keys old, not young for ever.
            let age = now.duration_since(kept.loaded_at).abs();
            let found = kept.keys.get(kid);
            if age < if found.is_some() { MAX_AGE } else { MIN_INTERVAL } {
                return Ok(found.cloned());
            }
        }
        let keys = match (self.source)().await? {
            Some(text) => parse(&text)?,
            None => BTreeMap::new(),
        };
        let found = keys.get(kid).cloned();
        *kept = Some(Kept { keys, loaded_at: now });
        Ok(found)
    }
}

/// Reads a key set. Keys of another kind are left out; a text that is not a key set is a fault.
fn parse(text: &str) -> Result<BTreeMap<String, Arc<DecodingKey>>, Fault> {
    let set: api::wire::JwkSet = serde_json::from_str(text).map_err(|it| Fault::never("GetJwks", it))?;
    let usable = set.keys.into_iter().filter(|it| {
        it.kty == "OKP" && it.crv == "Ed25519" && it.alg == "EdDSA" && it.use_ == "sig" && !it.kid.is_empty()
    });
    Ok(usable
        .filter_map(|it| {
            let bytes = URL_SAFE_NO_PAD
                .decode(&it.x)
                .ok()
                .filter(|it| it.len() == PUBLIC_KEY_BYTES)?;
            Some((it.kid, Arc::new(DecodingKey::from_ed_der(&bytes))))
        })
        .collect())
}
