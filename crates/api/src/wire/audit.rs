//! Sessions and what happened to accounts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A session, as its owner sees it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// Identifier; not a secret.
    #[schemars(extend("format" = "uuid"))]
    pub id: String,
    /// When somebody signed in.
    #[schemars(extend("format" = "date-time"))]
    pub created_at: String,
    /// When it was refreshed last.
    #[schemars(extend("format" = "date-time"))]
    pub last_used_at: String,
    /// When it ends in any case.
    #[schemars(extend("format" = "date-time"))]
    pub ends_at: String,
    /// What it was opened with, as far as it says so: `Firefox on Linux`. Null if it does not.
    pub client: Option<String>,
    /// Whether it is the one that asks.
    pub current: bool,
}

opaque_debug!(Session);

/// The sessions of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionPage {
    /// The sessions.
    pub items: Vec<Session>,
    /// Always null: a hundred at most are listed.
    pub next_cursor: Option<String>,
}

/// Query of `GET /audit`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListAuditQuery {
    /// Only what this account did, or what was done to it.
    #[schemars(extend("format" = "uuid"))]
    pub user_id: Option<String>,
    /// Items of a page; 20 if left out.
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<u32>,
    /// `nextCursor` of the page before, with the same other parameters.
    pub cursor: Option<String>,
}

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AuditEvent {
    /// Somebody signed up.
    SignUp,
    /// Somebody signed in, or tried.
    SignIn,
    /// Somebody signed out, here or everywhere, or ended another session.
    SignOut,
    /// A spent refresh token was used, and the session ended.
    RefreshReused,
    /// Somebody changed his password, or tried.
    PasswordChange,
    /// Somebody asked for a link to a new password.
    PasswordForgot,
    /// Somebody set a new password by a link, or tried.
    PasswordReset,
    /// The first administrator was made.
    FirstAdministrator,
    /// An administrator made an account.
    UserCreated,
    /// An administrator changed a role.
    UserRoleChanged,
    /// An administrator disabled an account.
    UserDisabled,
    /// An administrator enabled an account.
    UserEnabled,
    /// An administrator erased an account.
    UserDeleted,
    /// Somebody made an API key.
    ApiKeyCreated,
    /// Somebody revoked an API key.
    ApiKeyRevoked,
    /// An API key was used for the first time within an hour.
    ApiKeyUsed,
    /// Somebody registered a person.
    PersonCreated,
    /// Somebody changed what a person is called.
    PersonChanged,
    /// Somebody erased a person.
    PersonErased,
    /// Somebody added a face to a person, or tried.
    FaceAdded,
    /// Somebody erased a face of a person.
    FaceErased,
    /// Somebody asked whether somebody is a person; refused where the answer was no.
    PersonVerified,
    /// An operator rotated the signing keys.
    SigningKeysRotated,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AuditOutcome {
    /// It was done.
    Done,
    /// It was refused.
    Refused,
    /// It was refused because of what came before it.
    Limited,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// Which chain it belongs to.
    pub chain: u8,
    /// Its place there, from 1.
    pub number: u64,
    /// When it happened.
    #[schemars(extend("format" = "date-time"))]
    pub at: String,
    /// What happened.
    pub event: AuditEvent,
    /// How it ended.
    pub outcome: AuditOutcome,
    /// The account that did it; null for a stranger or the operator.
    #[schemars(extend("format" = "uuid"))]
    pub user_id: Option<String>,
    /// The API key that did it, or null.
    #[schemars(extend("format" = "uuid"))]
    pub api_key_id: Option<String>,
    /// The account, session, API key or person it was done to, where that is another.
    #[schemars(extend("format" = "uuid"))]
    pub subject_id: Option<String>,
    /// Network it came from (IPv4 by /24, IPv6 by /48); null for the operator.
    pub network: Option<String>,
    /// SHA-256 of the entry and of the hash before it, base64url.
    pub hash: String,
}

/// A page of what happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditPage {
    /// The page.
    pub items: Vec<AuditEntry>,
    /// Where the next page begins; null on the last.
    pub next_cursor: Option<String>,
}
