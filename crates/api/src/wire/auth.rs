//! Accounts and sessions.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

/// Name of the cookie that carries the refresh token.
pub const REFRESH_COOKIE: &str = "visavis_refresh";

/// A text that must not reach a log: a password or a token. Shows nothing in debug output and is overwritten
/// when it is dropped.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(description = "A password or a token: never shown, never logged.")]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the text.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret").finish_non_exhaustive()
    }
}

/// Body of `POST /auth/sign-up`.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignUpRequest {
    /// 3 to 32 ASCII letters, digits, `.`, `_` and `-`, beginning with a letter or digit. Case is kept and does
    /// not distinguish accounts.
    #[schemars(
        length(min = 3, max = 32),
        regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9._-]{2,31}$")
    )]
    pub username: String,
    /// E-mail address; one account per address.
    #[schemars(length(max = 254), extend("format" = "email"))]
    pub email: String,
    /// 10 to 128 characters of any kind; very common passwords are refused.
    #[schemars(extend("minLength" = 10, "maxLength" = 128, "format" = "password"))]
    pub password: Secret,
}

opaque_debug!(SignUpRequest);

/// Body of `POST /auth/sign-in`.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignInRequest {
    /// Username in any case.
    pub username: String,
    /// Password.
    #[schemars(extend("format" = "password"))]
    pub password: Secret,
    /// Where the refresh token goes. Browsers take `cookie`, which no script can read.
    pub delivery: Delivery,
}

opaque_debug!(SignInRequest);

/// Where a refresh token goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Delivery {
    /// Into an HttpOnly, Secure, SameSite=Strict cookie for `/api/auth`.
    Cookie,
    /// Into the body, for clients without cookies.
    Body,
}

/// Body of `POST /auth/refresh`; left out where the cookie is sent.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RefreshRequest {
    /// The refresh token of the last answer; left out where the cookie is sent. Each works once.
    #[serde(default)]
    #[schemars(extend("format" = "password"))]
    pub refresh_token: Option<Secret>,
}

/// Query of `POST /auth/sign-out`.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignOutQuery {
    /// `true` ends all sessions of the account, not only this one.
    #[serde(default)]
    pub everywhere: bool,
}

/// Body of `POST /auth/password/forgot`.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ForgotPasswordRequest {
    /// E-mail address of the account.
    #[schemars(length(max = 254), extend("format" = "email"))]
    pub email: String,
}

opaque_debug!(ForgotPasswordRequest);

/// Body of `POST /auth/password/reset`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResetPasswordRequest {
    /// What stands behind `#token=` in the link.
    #[schemars(extend("format" = "password"))]
    pub token: Secret,
    /// The password from now on; the rules are those of signing up.
    #[schemars(extend("minLength" = 10, "maxLength" = 128, "format" = "password"))]
    pub new_password: Secret,
}

/// Body of `PUT /auth/password`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangePasswordRequest {
    /// The password until now.
    #[schemars(extend("format" = "password"))]
    pub current_password: Secret,
    /// The password from now on; the rules are those of signing up.
    #[schemars(extend("minLength" = 10, "maxLength" = 128, "format" = "password"))]
    pub new_password: Secret,
}

/// An account, as its owner sees it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Identifier.
    #[schemars(extend("format" = "uuid"))]
    pub id: String,
    /// Username as it was chosen.
    pub username: String,
    /// E-mail address.
    #[schemars(extend("format" = "email"))]
    pub email: String,
    /// What the account may do.
    pub role: UserRole,
    /// When the account was made.
    #[schemars(extend("format" = "date-time"))]
    pub created_at: String,
    /// `true` while the account has a one-time password: then it may only change the password, read itself and
    /// sign out.
    pub password_change_required: bool,
}

opaque_debug!(User);

/// What an account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UserRole {
    /// Uses the suite for himself.
    User,
    /// Also manages accounts.
    Admin,
}

impl From<domain::Role> for UserRole {
    fn from(role: domain::Role) -> Self {
        match role {
            domain::Role::User => Self::User,
            domain::Role::Admin => Self::Admin,
        }
    }
}

impl From<UserRole> for domain::Role {
    fn from(role: UserRole) -> Self {
        match role {
            UserRole::User => Self::User,
            UserRole::Admin => Self::Admin,
        }
    }
}

/// Answer that holds an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserAnswer {
    /// The account.
    pub user: User,
}

/// Answer of signing in and refreshing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionAnswer {
    /// Bearer token for the other routes.
    #[schemars(extend("format" = "password"))]
    pub access_token: Secret,
    /// Seconds for which the access token works.
    pub expires_in_seconds: u32,
    /// Who is signed in.
    pub user: User,
    /// Token for `POST /auth/refresh`; only with delivery `body`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "password"))]
    pub refresh_token: Option<Secret>,
    /// `true` while the account must change its one-time password before anything else.
    pub password_change_required: bool,
}

/// Public keys that verify access tokens (RFC 7517): the one in use and the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct JwkSet {
    /// The keys.
    pub keys: Vec<Jwk>,
}

/// An Ed25519 public key (RFC 8037).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Jwk {
    /// Key type, always `OKP`.
    pub kty: String,
    /// Curve, always `Ed25519`.
    pub crv: String,
    /// Public key, base64url.
    pub x: String,
    /// Identifier: the key's thumbprint (RFC 7638).
    pub kid: String,
    /// Algorithm, always `EdDSA`.
    pub alg: String,
    /// Use, always `sig`.
    #[serde(rename = "use")]
    pub use_: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_nothing() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret { .. }");
    }
}
