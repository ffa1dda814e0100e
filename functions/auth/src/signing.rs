//! The keys that sign access tokens: two Ed25519 pairs, the one in use and the next, made at first use.
//!
//! The private keys are one encrypted parameter, which is written once: whoever comes second takes what the first
//! one wrote. The public keys are another parameter, which follows from the first and is put right by whoever finds
//! it missing or different. So any number of instances may start at the same time, and one that dies in between
//! leaves nothing that the next does not repair. How they are replaced is in [`rotation`].

pub mod rotation;

use std::{fmt, sync::Arc, time::Duration};

use api::wire::{Jwk, JwkSet};
use aws::parameters::{CreateParameterError, Protection};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use domain::Fault;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use lambda_kit::principal::{Claims, TOKEN_TYPE};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;
use zeroize::{Zeroize, Zeroizing};

use crate::capabilities::{ParameterStore, Random};

/// How long keys are used without looking for newer ones. As long as verifiers keep theirs.
const MAX_AGE: SignedDuration = SignedDuration::from_mins(5);

/// How often and how long to wait for a parameter that was written a moment ago. Chosen: the parameter store is
/// consistent within well under a second.
const READ_ATTEMPTS: u32 = 8;
const READ_PAUSE: Duration = Duration::from_millis(100);

/// Bytes of the seed of an Ed25519 key (RFC 8032 section 5.1.5).
const SEED_BYTES: usize = 32;

/// The signing keys, kept in memory for [`MAX_AGE`]: two keys, a few hundred bytes.
pub struct SigningKeys<P> {
    store: P,
    private_name: String,
    public_name: String,
    kept: Mutex<Option<(Arc<KeyRing>, Timestamp)>>,
}

/// The keys at one time.
pub struct KeyRing {
    kid: String,
    key: EncodingKey,
    jwks: JwkSet,
}

/// The private parameter.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stored {
    /// The key in use, then the next; after a rotation the one before, until it retires.
    keys: Vec<StoredKey>,
    /// When the second key gives way to a new one, in milliseconds since 1970: after a rotation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retire_at_ms: Option<i64>,
    /// From when on keys may be rotated, where that is not at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    settled_at_ms: Option<i64>,
}

#[derive(Serialize, Deserialize)]
struct StoredKey {
    /// PKCS#8 in base64.
    pkcs8: String,
}

impl Drop for StoredKey {
    fn drop(&mut self) {
        self.pkcs8.zeroize();
    }
}

/// Why stored keys cannot be used.
#[derive(Debug, thiserror::Error)]
enum InvalidKeys {
    #[error("not JSON of ours")]
    Json,
    #[error("not an Ed25519 key in PKCS#8")]
    Key,
    #[error("no key")]
    Empty,
}

impl<P: ParameterStore> SigningKeys<P> {
    /// Returns the keys behind these two parameters.
    pub fn new(store: P, private_name: String, public_name: String) -> Self {
        Self {
            store,
            private_name,
            public_name,
            kept: Mutex::new(None),
        }
    }

    /// Returns the keys, making them if there are none.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the store failed or what it holds are no keys.
    pub async fn ring(&self, now: Timestamp, random: &impl Random) -> Result<Arc<KeyRing>, Fault> {
        let mut kept = self.kept.lock().await;
        if let Some((ring, loaded_at)) = kept.as_ref()
            && now.duration_since(*loaded_at).abs() < MAX_AGE
        {
            return Ok(ring.clone());
        }
        let (_, ring) = self.load(now, random).await?;
        *kept = Some((ring.clone(), now));
        Ok(ring)
    }

    /// Reads the keys, and does what is due: retires a key, publishes.
    async fn load(&self, now: Timestamp, random: &impl Random) -> Result<(Stored, Arc<KeyRing>), Fault> {
        let private = self.private(random).await?;
        let unusable = |it| Fault::never("ReadSigningKeys", it);
        let mut stored = Stored::read(&private).map_err(unusable)?;
        if stored.retire(now, random)? {
            self.write(&stored).await?;
        }
        let ring = KeyRing::of(&stored).map_err(unusable)?;
        self.publish(&ring.jwks).await?;
        Ok((stored, Arc::new(ring)))
    }

    async fn private(&self, random: &impl Random) -> Result<Zeroizing<String>, Fault> {
        if let Some(text) = self.store.read(&self.private_name).await? {
            return Ok(Zeroizing::new(text));
        }
        let made = Stored::make(random)?.text()?;
        match self
            .store
            .create(&self.private_name, &made, Protection::Encrypted)
            .await
        {
            Ok(()) => Ok(made),
            Err(CreateParameterError::AlreadyExists) => self.private_of_somebody_else().await,
            Err(CreateParameterError::Fault(fault)) => Err(fault),
        }
    }

    /// Reads what was written a moment ago.
    async fn private_of_somebody_else(&self) -> Result<Zeroizing<String>, Fault> {
        for _ in 0..READ_ATTEMPTS {
            if let Some(text) = self.store.read(&self.private_name).await? {
                return Ok(Zeroizing::new(text));
            }
            tokio::time::sleep(READ_PAUSE).await;
        }
        Err(Fault::later(
            "ReadSigningKeys",
            "the keys exist and cannot be read yet",
        ))
    }

    async fn publish(&self, jwks: &JwkSet) -> Result<(), Fault> {
        let published = self.store.read(&self.public_name).await?;
        if published.is_some_and(|it| serde_json::from_str::<JwkSet>(&it).is_ok_and(|it| it == *jwks)) {
            return Ok(());
        }
        let text = serde_json::to_string(jwks).map_err(|it| Fault::never("PublishKeys", it))?;
        self.store
            .replace(&self.public_name, &text, Protection::Plain)
            .await
    }
}

impl KeyRing {
    fn of(stored: &Stored) -> Result<Self, InvalidKeys> {
        let mut pairs = Vec::new();
        for key in &stored.keys {
            let pkcs8 = Zeroizing::new(STANDARD.decode(&key.pkcs8).map_err(|_| InvalidKeys::Key)?);
            let pair = Ed25519KeyPair::from_pkcs8(&pkcs8).map_err(|_| InvalidKeys::Key)?;
            pairs.push((EncodingKey::from_ed_der(&pkcs8), public(&pair)));
        }
        let jwks = JwkSet {
            keys: pairs.iter().map(|it| it.1.clone()).collect(),
        };
        let (key, public) = pairs.into_iter().next().ok_or(InvalidKeys::Empty)?;
        Ok(Self {
            kid: public.kid,
            key,
            jwks,
        })
    }

    /// Returns the public keys: the one in use, then the next.
    #[must_use]
    pub const fn jwks(&self) -> &JwkSet {
        &self.jwks
    }

    /// Returns a token that says `claims`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the library cannot sign, which does not happen with a key that was read.
    pub fn sign(&self, claims: &Claims) -> Result<api::wire::Secret, Fault> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TOKEN_TYPE.to_owned());
        header.kid = Some(self.kid.clone());
        let token =
            jsonwebtoken::encode(&header, claims, &self.key).map_err(|it| Fault::never("SignToken", it))?;
        Ok(api::wire::Secret::new(token))
    }
}

impl Stored {
    fn read(text: &str) -> Result<Self, InvalidKeys> {
        serde_json::from_str(text).map_err(|_| InvalidKeys::Json)
    }

    fn text(&self) -> Result<Zeroizing<String>, Fault> {
        serde_json::to_string(self)
            .map(Zeroizing::new)
            .map_err(|it| Fault::never("MakeSigningKeys", it))
    }

    /// Two new keys.
    fn make(random: &impl Random) -> Result<Self, Fault> {
        Ok(Self {
            keys: vec![StoredKey::make(random)?, StoredKey::make(random)?],
            retire_at_ms: None,
            settled_at_ms: None,
        })
    }
}

impl StoredKey {
    fn make(random: &impl Random) -> Result<Self, Fault> {
        const OPERATION: &str = "MakeSigningKeys";
        let mut seed = Zeroizing::new([0; SEED_BYTES]);
        random.fill(seed.as_mut())?;
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.as_ref())
            .map_err(|_| Fault::never(OPERATION, "not a seed"))?;
        let pkcs8 = pair
            .to_pkcs8()
            .map_err(|_| Fault::never(OPERATION, "not a key"))?;
        Ok(Self {
            pkcs8: STANDARD.encode(pkcs8),
        })
    }
}

fn public(pair: &Ed25519KeyPair) -> Jwk {
    let x = URL_SAFE_NO_PAD.encode(pair.public_key());
    Jwk {
        kid: thumbprint(&x),
        x,
        kty: "OKP".to_owned(),
        crv: "Ed25519".to_owned(),
        alg: "EdDSA".to_owned(),
        use_: "sig".to_owned(),
    }
}

/// Returns the thumbprint of a public key (RFC 7638, RFC 8037 section 2).
fn thumbprint(x: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!(
        r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#
    )))
}

impl<P> fmt::Debug for SigningKeys<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKeys").finish_non_exhaustive()
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Mutex as SyncMutex};

    use super::*;
    use crate::{adapters::SystemRandom, tests::memory::Texts};

    fn keys(store: &Texts) -> SigningKeys<Texts> {
        SigningKeys::new(store.clone(), "/private".to_owned(), "/public".to_owned())
    }

    fn now() -> Timestamp {
        Timestamp::from_second(1_795_172_400).unwrap()
    }

    #[test]
    fn the_thumbprint_is_that_of_the_standard() {
        // RFC 8037 appendix A.3.
        assert_eq!(
            thumbprint("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
    }

    #[test]
    fn the_public_key_is_that_of_the_standard() {
        // RFC 8037 appendix A.1: the seed `d`, and `x`.
        let seed = URL_SAFE_NO_PAD
            .decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
            .unwrap();
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
        assert_eq!(public(&pair).x, "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    }

    #[tokio::test]
    async fn keys_are_made_once_and_published() {
        let store = Texts::default();
        let ring = keys(&store).ring(now(), &SystemRandom).await.unwrap();
        assert_eq!(ring.jwks().keys.len(), 2);
        assert_ne!(ring.jwks().keys[0].kid, ring.jwks().keys[1].kid);
        let published: JwkSet = serde_json::from_str(&store.get("/public").unwrap()).unwrap();
        assert_eq!(published, *ring.jwks());
        assert_eq!(store.protection("/private"), Some(Protection::Encrypted));
        assert!(!store.get("/public").unwrap().contains("pkcs8"));

        let again = keys(&store).ring(now(), &SystemRandom).await.unwrap();
        assert_eq!(again.jwks(), ring.jwks());
    }

    #[tokio::test]
    async fn instances_that_start_at_the_same_time_have_the_same_keys() {
        let store = Texts::default();
        let rings = (0..8).map(|_| {
            let keys = keys(&store);
            tokio::spawn(async move { keys.ring(now(), &SystemRandom).await.unwrap() })
        });
        let mut sets = Vec::new();
        for ring in rings.collect::<Vec<_>>() {
            sets.push(ring.await.unwrap().jwks().clone());
        }
        assert!(sets.windows(2).all(|it| it[0] == it[1]));
        let published: JwkSet = serde_json::from_str(&store.get("/public").unwrap()).unwrap();
        assert_eq!(published, sets[0]);
    }

    #[tokio::test]
    async fn whoever_loses_the_race_waits_for_the_winners_keys() {
        let winner = Texts::default();
        let expected = keys(&winner).ring(now(), &SystemRandom).await.unwrap();
        // Reads lag behind: the first three find nothing.
        let store = Texts::lagging(&winner, 3);
        let ring = keys(&store).ring(now(), &SystemRandom).await.unwrap();
        assert_eq!(ring.jwks(), expected.jwks());
    }

    #[tokio::test]
    async fn a_key_set_that_was_lost_or_spoilt_is_published_again() {
        let store = Texts::default();
        let ring = keys(&store).ring(now(), &SystemRandom).await.unwrap();
        for spoilt in ["", "{}", r#"{"keys":[]}"#] {
            store.set("/public", spoilt);
            keys(&store).ring(now(), &SystemRandom).await.unwrap();
            let published: JwkSet = serde_json::from_str(&store.get("/public").unwrap()).unwrap();
            assert_eq!(published, *ring.jwks());
        }
    }

    #[tokio::test]
    async fn keys_are_read_again_after_five_minutes() {
        let store = Texts::default();
        let keys = keys(&store);
        let first = keys.ring(now(), &SystemRandom).await.unwrap();
        store.set("/private", &Stored::make(&SystemRandom).unwrap().text().unwrap());
        let kept = keys
            .ring(now() + SignedDuration::from_secs(299), &SystemRandom)
            .await
            .unwrap();
        assert_eq!(kept.jwks(), first.jwks());
        let rotated = keys
            .ring(now() + SignedDuration::from_mins(5), &SystemRandom)
            .await
            .unwrap();
        assert_ne!(rotated.jwks(), first.jwks());
    }

    #[tokio::test]
    async fn what_is_no_key_is_our_fault_and_is_not_replaced() {
        for damaged in [
            "",
            "{}",
            r#"{"keys":[]}"#,
            r#"{"keys":[{"pkcs8":"AAAA"}]}"#,
            r#"{"keys":[{"pkcs8":"%"}]}"#,
        ] {
            let store = Texts::default();
            store.set("/private", damaged);
            let fault = keys(&store).ring(now(), &SystemRandom).await.unwrap_err();
            assert_eq!(fault.retry, domain::Retry::Never);
            assert_eq!(store.get("/private").unwrap(), damaged);
        }
    }

    #[tokio::test]
    async fn keys_do_not_show_in_debug_output() {
        let store = Texts::default();
        let keys = keys(&store);
        let ring = keys.ring(now(), &SystemRandom).await.unwrap();
        assert_eq!(format!("{keys:?}"), "SigningKeys { .. }");
        assert!(!format!("{ring:?}").contains("key:"), "{ring:?}");
    }

    /// A generator that counts, for keys that are the same in every run.
    struct Counting(SyncMutex<u8>);

    impl Random for Counting {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), Fault> {
            let mut next = self.0.lock().unwrap();
            bytes.fill(*next);
            *next += 1;
            Ok(())
        }
    }

    #[test]
    fn keys_follow_from_the_random_numbers_alone() {
        let (one, two) = (
            Stored::make(&Counting(SyncMutex::new(1))).unwrap(),
            Stored::make(&Counting(SyncMutex::new(1))).unwrap(),
        );
        assert_eq!(one.text().unwrap(), two.text().unwrap());
        let kids: BTreeMap<_, _> = KeyRing::of(&one)
            .unwrap()
            .jwks
            .keys
            .into_iter()
            .map(|it| (it.kid, it.x))
            .collect();
        assert_eq!(kids.len(), 2);
    }
}
