//! What a session hands out: an access token that says who somebody is, and a refresh token that is good once.
//!
//! A refresh token is `<session>.<secret>`. The secret is 256 random bits, of which the table knows the SHA-256
//! only; a hash without salt is enough for what nobody can guess.

use std::fmt;

use api::wire::Secret;
use aws::{sessions::TokenHash, users::UserRow};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{Fault, SessionId};
use jiff::Timestamp;
use lambda_kit::{
    Ids,
    principal::{AUDIENCE, Claims, ISSUER, LIFETIME_S},
};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{
    capabilities::{ParameterStore, Random},
    signing::SigningKeys,
};

/// Bytes of the secret. Chosen: 256 bits, as the reset tokens of the product's security rules.
const SECRET_BYTES: usize = 32;

/// A refresh token that was made or presented.
pub struct RefreshToken {
    /// Session it belongs to.
    pub session: SessionId,
    /// What the table knows of it.
    pub hash: TokenHash,
}

/// Leaves the hash out.
impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshToken")
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}

/// Makes a refresh token for a session.
///
/// # Errors
///
/// [`Fault`] if there is no randomness.
pub fn make_refresh_token(session: SessionId, random: &impl Random) -> Result<(Secret, TokenHash), Fault> {
    let mut secret = Zeroizing::new([0; SECRET_BYTES]);
    random.fill(secret.as_mut())?;
    let text = format!("{session}.{}", URL_SAFE_NO_PAD.encode(secret.as_ref()));
    Ok((Secret::new(text), Sha256::digest(secret.as_ref()).into()))
}

/// Reads a refresh token as it was presented, `None` if it is none of ours.
#[must_use]
pub fn parse_refresh_token(text: &Secret) -> Option<RefreshToken> {
    let (session, secret) = text.expose().split_once('.')?;
    let secret = Zeroizing::new(URL_SAFE_NO_PAD.decode(secret).ok()?);
    let session = SessionId::parse(session).ok()?;
    (secret.len() == SECRET_BYTES).then(|| RefreshToken {
        session,
        hash: Sha256::digest(secret.as_slice()).into(),
    })
}

/// What tokens are made of.
pub struct Issuer<'a, P, R> {
    /// Keys.
    pub signing: &'a SigningKeys<P>,
    /// Randomness.
    pub random: &'a R,
    /// Identifiers.
    pub ids: &'a dyn Ids,
    /// The time.
    pub now: Timestamp,
}

impl<P: ParameterStore, R: Random> Issuer<'_, P, R> {
    /// Returns an identifier for a new session: random in full, because it is the first half of a refresh token.
    ///
    /// # Errors
    ///
    /// [`Fault`] if there is no randomness.
    pub fn new_session(&self) -> Result<SessionId, Fault> {
        let mut bytes = [0; 16];
        self.random.fill(&mut bytes)?;
        Ok(SessionId::from_uuid(
            uuid::Builder::from_random_bytes(bytes).into_uuid(),
        ))
    }

    /// Returns an access token that says what is true of an account now.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the keys cannot be read or made.
    pub async fn access_token(&self, user: &UserRow, session: SessionId) -> Result<Secret, Fault> {
        let ring = self.signing.ring(self.now, self.random).await?;
        ring.sign(&claims(user, session, self.now, self.ids))
    }
}

impl<P, R> fmt::Debug for Issuer<'_, P, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuer").finish_non_exhaustive()
    }
}

fn claims(user: &UserRow, session: SessionId, now: Timestamp, ids: &dyn Ids) -> Claims {
    let iat = now.as_second();
    Claims {
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: user.id.to_string(),
        role: user.role.as_str().to_owned(),
        sid: session.to_string(),
        jti: ids.next().to_string(),
        iat,
        nbf: None,
        exp: iat + i64::from(LIFETIME_S),
        pwc: user.must_change_password,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::SystemRandom;

    #[test]
    fn a_refresh_token_reads_back_and_only_its_hash_is_known() {
        let session = SessionId::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap();
        let (text, hash) = make_refresh_token(session, &SystemRandom).unwrap();
        let read = parse_refresh_token(&text).unwrap();
        assert_eq!((read.session, read.hash), (session, hash));
        let (other, _) = make_refresh_token(session, &SystemRandom).unwrap();
        assert_ne!(text, other);
        let secret = text.expose().split_once('.').unwrap().1;
        assert_ne!(URL_SAFE_NO_PAD.decode(secret).unwrap(), hash);
    }

    #[test]
    fn any_other_text_is_none() {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        for text in [
            String::new(),
            ".".to_owned(),
            id.to_owned(),
            format!("{id}."),
            format!("{id}.AAAA"),
            format!("{id}.%"),
            format!("x.{}", "A".repeat(43)),
            format!("{}.{}", id.to_uppercase(), "A".repeat(43)),
            format!("{id}.{}", "A".repeat(44)),
        ] {
            assert!(parse_refresh_token(&Secret::new(&*text)).is_none(), "{text}");
        }
    }
}
