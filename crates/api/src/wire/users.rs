//! Accounts, as administrators manage them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Secret, UserRole};

/// Query of `GET /users`.
#[derive(Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListUsersQuery {
    /// Only usernames that begin so, in any case.
    #[schemars(length(min = 1, max = 32), regex(pattern = r"^[A-Za-z0-9._-]+$"))]
    pub prefix: Option<String>,
    /// Items of a page; 20 if left out.
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<u32>,
    /// `nextCursor` of the page before, with the same other parameters.
    pub cursor: Option<String>,
}

opaque_debug!(ListUsersQuery);

/// Body of `POST /users`.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateUserRequest {
    /// As in signing up.
    #[schemars(
        length(min = 3, max = 32),
        regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9._-]{2,31}$")
    )]
    pub username: String,
    /// E-mail address; one account per address.
    #[schemars(length(max = 254), extend("format" = "email"))]
    pub email: String,
    /// What the account may do.
    pub role: UserRole,
    /// First password, as in signing up; left out for a one-time password in the answer.
    #[serde(default)]
    #[schemars(extend("minLength" = 10, "maxLength" = 128, "format" = "password"))]
    pub password: Option<Secret>,
}

opaque_debug!(CreateUserRequest);

/// Body of `PATCH /users/{id}`: what shall change, at least one thing.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub struct ChangeUserRequest {
    /// What the account may do from now on.
    #[serde(default)]
    pub role: Option<UserRole>,
    /// Whether it may do nothing at all from now on.
    #[serde(default)]
    pub disabled: Option<bool>,
}

/// An account, as an administrator sees it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManagedUser {
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
    /// `true` while the account has a one-time password.
    pub password_change_required: bool,
    /// `true` while nobody can sign in to it.
    pub disabled: bool,
}

opaque_debug!(ManagedUser);

/// Answer of `POST /users`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreatedUser {
    /// The account.
    pub user: ManagedUser,
    /// Its one-time password, shown this once; null where the request had a password, and where it is repeated after
    /// its owner has chosen his own.
    #[schemars(extend("format" = "password"))]
    pub one_time_password: Option<Secret>,
}

/// A page of accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserPage {
    /// The page.
    pub items: Vec<ManagedUser>,
    /// Where the next page begins; null on the last.
    pub next_cursor: Option<String>,
}
