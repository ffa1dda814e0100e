//! For the tests of functions: a clock that stands still, and tokens that anybody can sign.
//!
//! Behind the feature `testing`, so that no function carries the key.

mod api_keys;

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::{Arc, Mutex},
};

use domain::{
    Mark, Role, SessionId, Swapped, UserId,
    audit::{Appended, AuditFrom, AuditRange, AuditRow},
};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use uuid::Uuid;

pub use api_keys::ApiKeyRows;

use crate::principal::{AUDIENCE, Claims, ISSUER, LIFETIME_S, TOKEN_TYPE};
use crate::{AccessTokens, Clock, Limits, RandomIds, audit::Trail};

/// A clock that always shows the same time.
#[derive(Debug, Clone, Copy)]
pub struct StoppedClock(pub Timestamp);

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// Private key of RFC 8037, appendix A.1, in the frame of PKCS #8 (RFC 8410, section 7).
#[rustfmt::skip]
const PRIVATE_KEY: [u8; 48] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
    0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
];

/// Thumbprint of that key (RFC 8037, appendix A.3).
const KEY_ID: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";

/// Public half of that key (RFC 8037, appendix A.2), as [`AccessTokens`] reads it.
pub const PUBLIC_KEYS: &str = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k","alg":"EdDSA","use":"sig"}]}"#;

/// Returns a verifier that believes [`token`] at `now`.
#[must_use]
pub fn access_tokens(now: Timestamp) -> AccessTokens {
    AccessTokens::new(Arc::new(StoppedClock(now)), || async {
        Ok(Some(PUBLIC_KEYS.to_owned()))
    })
}

/// Returns limits that are remembered in memory.
#[must_use]
pub fn limits_at(clock: Arc<dyn Clock>) -> Limits {
    let rows: Mutex<BTreeMap<String, Mark>> = Mutex::default();
    Limits::new(clock, move |swap| {
        let mut rows = rows.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let found = rows.get(&swap.key).copied();
        let agrees = match swap.before {
            None => found.is_none_or(|it| it.over_ms <= swap.now_ms),
            before => found == before,
        };
        let swapped = if agrees {
            rows.insert(swap.key, swap.after);
            Swapped::Done
        } else {
            Swapped::Differs(found)
        };
        async move { Ok(swapped) }
    })
}

/// Entries of the audit table in memory, by chain and number.
pub type AuditRows = Arc<Mutex<BTreeMap<(u8, u64), AuditRow>>>;

/// Returns a trail over these entries.
#[must_use]
pub fn trail_over(clock: Arc<dyn Clock>, rows: AuditRows) -> Trail {
    let written = rows.clone();
    Trail::new(
        (clock, Arc::new(RandomIds)),
        move |row: AuditRow| {
            let written = written.clone();
            async move {
                // Lets others run between reading and writing, as a network does.
                tokio::task::yield_now().await;
                let mut rows = written.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                match rows.entry((row.chain, row.number)) {
                    Entry::Occupied(_) => Ok(Appended::Taken),
                    Entry::Vacant(place) => {
                        place.insert(row);
                        Ok(Appended::Done)
                    }
                }
            }
        },
        move |range| {
            let found = read_audit(&rows, range);
            async { Ok(found) }
        },
    )
}

/// Returns the entries of a range.
#[must_use]
pub fn read_audit(rows: &AuditRows, range: AuditRange) -> Vec<AuditRow> {
    let rows = rows.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let chain = rows.values().filter(|it| it.chain == range.chain).cloned();
    let found: Vec<_> = match range.from {
        AuditFrom::Oldest => chain.collect(),
        AuditFrom::Newest => chain.rev().collect(),
        AuditFrom::Below(number) => chain.rev().filter(|it| it.number < number).collect(),
        AuditFrom::Above(number) => chain.filter(|it| number < it.number).collect(),
    };
    found.into_iter().take(range.limit).collect()
}

/// Returns an access token of `user`, issued at `now`.
///
/// # Panics
///
/// If it cannot be signed.
#[must_use]
pub fn token(user: UserId, now: Timestamp) -> String {
    token_of(user, Role::User, false, now)
}

/// Returns an access token of `user`, who has this role and perhaps a one-time password, issued at `now`.
///
/// # Panics
///
/// If it cannot be signed.
#[must_use]
pub fn token_of(user: UserId, role: Role, must_change_password: bool, now: Timestamp) -> String {
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: user.to_string(),
        role: role.as_str().to_owned(),
        sid: SessionId::from_uuid(Uuid::nil()).to_string(),
        jti: Uuid::nil().to_string(),
        iat: now.as_second(),
        nbf: None,
        exp: now.as_second() + i64::from(LIFETIME_S),
        pwc: must_change_password,
    };
    let header = Header {
        kid: Some(KEY_ID.to_owned()),
        typ: Some(TOKEN_TYPE.to_owned()),
        ..Header::new(Algorithm::EdDSA)
    };
    encode(&header, &claims, &EncodingKey::from_ed_der(&PRIVATE_KEY)).expect("the key signs")
}
