//! What a token says, and when it is believed.

use domain::{Role, SessionId, UserId};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::{Deserialize, Serialize};

use super::{Credential, Principal};

/// `iss` of every token.
pub const ISSUER: &str = "visavis";
/// `aud` of access tokens: no token made for something else opens the API.
pub const AUDIENCE: &str = "visavis-api";
/// `typ` of access tokens (RFC 9068 section 2.1).
pub const TOKEN_TYPE: &str = "at+jwt";
/// Longest time a token works, in seconds. From the product's security rules: at most 15 minutes.
pub const LIFETIME_S: u32 = 15 * 60;

/// How far the clocks of two machines may be apart, in seconds. Chosen; instances are synchronised to far less.
const CLOCK_SKEW_S: i64 = 5;

/// Claims of an access token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Issuer, [`ISSUER`].
    pub iss: String,
    /// Audience, [`AUDIENCE`].
    pub aud: String,
    /// Account.
    pub sub: String,
    /// Role of the account.
    pub role: String,
    /// Session.
    pub sid: String,
    /// Identifier of the token.
    pub jti: String,
    /// When it was issued, in seconds since 1970.
    pub iat: i64,
    /// Since when it works; absent means since `iat`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// Until when it works, exclusive.
    pub exp: i64,
    /// Whether it only permits changing the password, reading the account and signing out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pwc: bool,
}

/// Why a token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Invalid {
    /// It was good once.
    Expired,
    /// It was never good.
    Forged,
}

/// Returns the `kid` of a token whose header could be ours; nothing is verified yet.
pub(super) fn key_id(token: &str) -> Option<String> {
    let header = decode_header(token).ok()?;
    let ours = header.alg == Algorithm::EdDSA && header.typ.as_deref() == Some(TOKEN_TYPE);
    // Extensions that a receiver must understand: we understand none.
    let plain = header.crit.is_none();
    header.kid.filter(|_| ours && plain)
}

/// Returns who a token speaks for, if `key` signed it and it is valid now.
pub(super) fn verify(token: &str, key: &DecodingKey, now: Timestamp) -> Result<Principal, Invalid> {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_audience(&[AUDIENCE]);
    validation.set_issuer(&[ISSUER]);
    validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
    // The library reads the machine's clock; the times are checked below, against ours.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    let claims = decode::<Claims>(token, key, &validation)
        .map_err(|_| Invalid::Forged)?
        .claims;

    let now_s = now.as_second();
    let starts = claims.nbf.unwrap_or(claims.iat).max(claims.iat);
    let lasts = claims.exp.checked_sub(claims.iat).ok_or(Invalid::Forged)?;
    if now_s.saturating_add(CLOCK_SKEW_S) < starts || !(1..=i64::from(LIFETIME_S)).contains(&lasts) {
        return Err(Invalid::Forged);
    }
    if claims.exp <= now_s {
        return Err(Invalid::Expired);
    }
    Ok(Principal {
        user: UserId::parse(&claims.sub).map_err(|_| Invalid::Forged)?,
        credential: Credential::Session {
            id: SessionId::parse(&claims.sid).map_err(|_| Invalid::Forged)?,
            role: Role::parse(&claims.role).ok_or(Invalid::Forged)?,
            must_change_password: claims.pwc,
        },
    })
}
