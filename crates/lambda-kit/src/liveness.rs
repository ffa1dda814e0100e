//! Tokens about liveness challenges, under a key of their own: one to go on with a challenge, and one that says that it was
//! passed.
//!
//! The function that judges makes both; whoever lets somebody in for a passed challenge reads the second with
//! [`TokenKeys::assertion`], and then uses it up in the table of challenges, where it is good once.

use std::fmt;

use api::wire::{ChallengeGesture, ChallengeKind};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{ChallengeId, PersonId, UserId};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};

use crate::principal::ISSUER;

/// `aud` of the token to go on with a challenge.
pub const TOKEN_AUDIENCE: &str = "visavis-liveness";

/// `aud` of the token that says that a challenge was passed.
pub const ASSERTION_AUDIENCE: &str = "visavis-liveness-assertion";

/// Bytes of a key: as many as the hash has (RFC 7518 section 3.2).
pub const KEY_BYTES: usize = 32;

/// Claims of both tokens.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Issuer.
    pub iss: String,
    /// Audience, [`TOKEN_AUDIENCE`] or [`ASSERTION_AUDIENCE`].
    pub aud: String,
    /// The challenge.
    pub jti: String,
    /// Account that began it.
    pub own: String,
    /// Whom it is about, where an API key said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// The registered person whose face it was, where that was asked for; only in assertions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<String>,
    /// What was passed; only in assertions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<ChallengeKind>,
    /// What was spared; only in assertions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub avoided: Vec<ChallengeGesture>,
    /// When it was issued, in seconds since 1970.
    pub iat: i64,
    /// Until when it works, exclusive.
    pub exp: i64,
}

/// A passed challenge, as an assertion says it.
#[derive(Clone, PartialEq, Eq)]
pub struct Assertion {
    /// The challenge.
    pub challenge: ChallengeId,
    /// Account that began it.
    pub owner: UserId,
    /// Whom it is about, where an API key said so; else the owner.
    pub subject: Option<String>,
    /// The registered person whose face it was, where that was asked for. An assertion of one person is none of another:
    /// whoever lets a person in refuses it where this is somebody else.
    pub person: Option<PersonId>,
    /// What it is worth: the challenge that was passed, or a weaker one where nothing of what makes it strong was asked for.
    pub kind: ChallengeKind,
    /// What was not asked for, because whoever began did not want it.
    pub avoided: Vec<ChallengeGesture>,
}

/// The keys: the one in use, and those that are still believed. Shows nothing.
pub struct TokenKeys(Vec<(EncodingKey, DecodingKey)>);

/// A text that holds no keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the keys of liveness tokens")]
pub struct InvalidKeys;

/// Keys as they are stored.
#[derive(Serialize, Deserialize)]
struct Stored {
    /// Base64; the first one signs.
    keys: Vec<String>,
}

impl TokenKeys {
    /// Reads stored keys.
    ///
    /// # Errors
    ///
    /// [`InvalidKeys`] if there is none or one does not have [`KEY_BYTES`].
    pub fn parse(text: &str) -> Result<Self, InvalidKeys> {
        let stored: Stored = serde_json::from_str(text).map_err(|_| InvalidKeys)?;
        let keys = stored.keys.iter().map(|key| {
            let bytes = STANDARD.decode(key).ok().filter(|it| it.len() == KEY_BYTES)?;
            Some((EncodingKey::from_secret(&bytes), DecodingKey::from_secret(&bytes)))
        });
        let keys: Option<Vec<_>> = keys.collect();
        keys.filter(|it| !it.is_empty()).map(Self).ok_or(InvalidKeys)
    }

    /// Returns one key as it is stored.
    #[must_use]
    pub fn text_of(key: &[u8; KEY_BYTES]) -> String {
        serde_json::json!({ "keys": [STANDARD.encode(key)] }).to_string()
    }

    /// Returns a token that says `claims`; the same for the same claims and key. `None` if the library cannot sign, which
    /// does not happen with a key that was read.
    #[must_use]
    pub fn sign(&self, claims: &Claims) -> Option<String> {
        let (key, _) = self.0.first()?;
        encode(&Header::new(Algorithm::HS256), claims, key).ok()
    }

    /// Returns what a token says, if one of the keys signed it for `audience`. Its times are not looked at.
    #[must_use]
    pub fn read(&self, audience: &str, token: &str) -> Option<Claims> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[audience]);
        validation.set_issuer(&[ISSUER]);
        validation.set_required_spec_claims(&["exp", "aud", "iss"]);
        // The library reads the machine's clock.
        validation.validate_exp = false;
        let read = |key: &DecodingKey| decode::<Claims>(token, key, &validation).ok();
        self.0.iter().find_map(|(_, key)| read(key)).map(|it| it.claims)
    }

    /// Returns what an assertion says, if it is one of ours, works at the time `now`, and is worth a challenge of the kind
    /// `at_least` or a stronger one. It is good once: use it up in the table of challenges before acting on it.
    ///
    /// Whoever lets somebody in asks for [`ChallengeKind::Sequence`]: a recording passes one `nose` in thirteen.
    #[must_use]
    pub fn assertion(&self, token: &str, at_least: ChallengeKind, now: Timestamp) -> Option<Assertion> {
        let claims = self.read(ASSERTION_AUDIENCE, token)?;
        let kind = worth(claims.kind?, &claims.avoided);
        if kind < at_least {
            return None;
        }
        if claims.exp <= now.as_second() {
            return None;
        }
        Some(Assertion {
            challenge: ChallengeId::parse(&claims.jti).ok()?,
            owner: UserId::parse(&claims.own).ok()?,
            subject: claims.sub,
            // Whoever was named and cannot be read is not nobody.
            person: claims.per.map(|it| PersonId::parse(&it)).transpose().ok()?,
            kind,
            avoided: claims.avoided,
        })
    }
}

/// Without blinking, smiling and opening the mouth there is nothing in a sequence that a picture which is bent and moved about
/// could not do: it is worth no more than the other kind.
fn worth(kind: ChallengeKind, avoided: &[ChallengeGesture]) -> ChallengeKind {
    use ChallengeGesture::{Blink, MouthOpen, Smile};
    if [Blink, Smile, MouthOpen].iter().all(|it| avoided.contains(it)) {
        ChallengeKind::Nose
    } else {
        kind
    }
}

impl fmt::Debug for TokenKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenKeys").finish_non_exhaustive()
    }
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claims")
            .field("aud", &self.aud)
            .field("jti", &self.jti)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Assertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Assertion")
            .field("challenge", &self.challenge)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
