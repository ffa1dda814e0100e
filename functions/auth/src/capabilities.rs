//! What this function can do to the world.

use aws::{
    api_keys::{AddApiKeyError, ApiKeyRow, OwnedApiKeys},
    mail::Letter,
    parameters::{CreateParameterError, Protection},
    resets::ResetRow,
    sessions::{ListedSession, RotateError, SessionFilter, SessionRow, TokenHash},
    users::{ChangeUserError, CreateUserError, ListedUsers, ManageUserError, Place, Standing, UserRow},
};
use domain::{ApiKeyHash, ApiKeyId, Email, Fault, SessionId, UserId, Username};
use jiff::Timestamp;

/// Everything this function can do, as one parameter.
pub trait Capabilities: Send + Sync + 'static {
    /// Accounts.
    type Accounts: Accounts + ListAccounts + ManageAccounts + 'static;
    /// Sessions.
    type Sessions: Sessions + 'static;
    /// API keys.
    type ApiKeys: OwnApiKeys + 'static;
    /// Links for a new password.
    type Resets: Resets + 'static;
    /// Mail.
    type SendMail: SendMail + 'static;
    /// Small texts.
    type ParameterStore: ParameterStore + 'static;
    /// Randomness.
    type Random: Random + 'static;
}

/// Accounts. What was written is read.
pub trait Accounts: Send + Sync {
    /// Returns the account with this username, in any case, in a time that does not tell whether there is one.
    fn find(&self, username: &Username) -> impl Future<Output = Result<Option<UserRow>, Fault>> + Send;

    /// Returns the account with this e-mail address, in any case, in a time that does not tell whether there is one.
    fn find_by_email(&self, email: &Email) -> impl Future<Output = Result<Option<UserRow>, Fault>> + Send;

    /// Returns the account.
    fn get(&self, id: UserId) -> impl Future<Output = Result<Option<UserRow>, Fault>> + Send;

    /// Creates an account with its names, all or nothing.
    fn create(&self, user: &UserRow) -> impl Future<Output = Result<(), CreateUserError>> + Send;

    /// Creates an account with its names, unless this was done before: of all attempts ever, one succeeds.
    fn create_first_admin(&self, user: &UserRow) -> impl Future<Output = Result<(), CreateUserError>> + Send;

    /// Changes the password of an account that has this version, makes it a lasting one, and returns the next
    /// version, which ends all sessions.
    fn set_password(
        &self,
        id: UserId,
        version: u32,
        password_hash: &str,
    ) -> impl Future<Output = Result<u32, ChangeUserError>> + Send;

    /// Changes the password as [`Accounts::set_password`] does, into one that must be changed.
    fn set_one_time_password(
        &self,
        id: UserId,
        version: u32,
        password_hash: &str,
    ) -> impl Future<Output = Result<u32, ChangeUserError>> + Send;

    /// Ends all sessions of an account.
    fn end_sessions(&self, id: UserId) -> impl Future<Output = Result<(), ChangeUserError>> + Send;
}

/// Lists accounts. What was written a moment ago may be missing.
pub trait ListAccounts: Send + Sync {
    /// Returns at most `limit` accounts whose usernames begin with `prefix`, in small letters, after `after`, by
    /// username.
    fn list(
        &self,
        prefix: &str,
        limit: usize,
        after: Option<&Place>,
    ) -> impl Future<Output = Result<ListedUsers, Fault>> + Send;
}

/// Decides about accounts. Together with an account goes the row by which its API keys are refused; of
/// administrators that are not disabled the last one stays.
pub trait ManageAccounts: Send + Sync {
    /// Changes what the account may do, if it still is as `user` says, and returns the next version, which ends all
    /// sessions.
    fn change(
        &self,
        user: &UserRow,
        after: Standing,
    ) -> impl Future<Output = Result<u32, ManageUserError>> + Send;

    /// Deletes the account, if it still is as `user` says, and frees its names. Its things are erased now and once
    /// more at `erase_again_at`.
    fn delete(
        &self,
        user: &UserRow,
        erase_again_at: Timestamp,
    ) -> impl Future<Output = Result<(), ManageUserError>> + Send;
}

/// Sessions of an account. What was written a moment ago may be missing.
pub trait ListSessions: Send + Sync {
    /// Returns the sessions that pass a filter, the one used last first, at most `limit`.
    fn list_sessions(
        &self,
        filter: SessionFilter,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<ListedSession>, Fault>> + Send;
}

/// Sessions. What was written is read, but for lists.
pub trait Sessions: ListSessions {
    /// Stores a new session.
    fn put(&self, session: &SessionRow) -> impl Future<Output = Result<(), Fault>> + Send;

    /// Returns the session, over or not.
    fn get(&self, id: SessionId) -> impl Future<Output = Result<Option<SessionRow>, Fault>> + Send;

    /// Replaces the good refresh token at `now`: of several attempts with the same `from`, one succeeds.
    fn rotate(
        &self,
        id: SessionId,
        from: &TokenHash,
        to: &TokenHash,
        now_and_expiry: (Timestamp, Timestamp),
    ) -> impl Future<Output = Result<(), RotateError>> + Send;

    /// Lets a session survive a change of its account's version.
    fn keep(&self, id: SessionId, user_version: u32) -> impl Future<Output = Result<(), Fault>> + Send;

    /// Ends a session. Idempotent.
    fn delete(&self, id: SessionId) -> impl Future<Output = Result<(), Fault>> + Send;

    /// Ends a session if it is this account's, and tells whether it was there.
    fn delete_own(&self, id: SessionId, user: UserId) -> impl Future<Output = Result<bool, Fault>> + Send;
}

/// API keys, by their owner. What was written is read.
pub trait OwnApiKeys: Send + Sync {
    /// Returns all keys of an account, over or not.
    fn list(&self, user: UserId) -> impl Future<Output = Result<OwnedApiKeys, Fault>> + Send;

    /// Adds a key, if none was added since the keys were listed as `version` and the account is not disabled: of
    /// several at the same time, one succeeds.
    fn add(
        &self,
        row: &ApiKeyRow,
        version: Option<u64>,
    ) -> impl Future<Output = Result<(), AddApiKeyError>> + Send;

    /// Gives a key another secret, as if it had never been used, and tells whether it was there.
    fn replace_secret(
        &self,
        user: UserId,
        id: ApiKeyId,
        hash: &ApiKeyHash,
    ) -> impl Future<Output = Result<bool, Fault>> + Send;

    /// Removes a key of this account, and tells whether it was there.
    fn delete(&self, user: UserId, id: ApiKeyId) -> impl Future<Output = Result<bool, Fault>> + Send;
}

/// Links for a new password. What was written is read.
pub trait Resets: Send + Sync {
    /// Stores a link.
    fn put_reset(&self, reset: &ResetRow) -> impl Future<Output = Result<(), Fault>> + Send;

    /// Returns the link whose token has this hash, over or not.
    fn get_reset(&self, hash: &TokenHash) -> impl Future<Output = Result<Option<ResetRow>, Fault>> + Send;

    /// Removes a link. Idempotent.
    fn delete_reset(&self, hash: &TokenHash) -> impl Future<Output = Result<(), Fault>> + Send;
}

/// Sends mail. Maps to `ses:SendEmail`.
pub trait SendMail: Send + Sync {
    /// Sends a mail. A call that is repeated is a second mail.
    fn send_mail(&self, letter: &Letter) -> impl Future<Output = Result<(), Fault>> + Send;
}

/// Small texts by name. What was written may be missing for a moment.
pub trait ParameterStore: Send + Sync {
    /// Returns a text, decrypted.
    fn read(&self, name: &str) -> impl Future<Output = Result<Option<String>, Fault>> + Send;

    /// Stores a text unless there is one: of all attempts ever, one succeeds.
    fn create(
        &self,
        name: &str,
        value: &str,
        protection: Protection,
    ) -> impl Future<Output = Result<(), CreateParameterError>> + Send;

    /// Stores a text, replacing one that is there.
    fn replace(
        &self,
        name: &str,
        value: &str,
        protection: Protection,
    ) -> impl Future<Output = Result<(), Fault>> + Send;
}

/// Random bytes that nobody can guess.
pub trait Random: Send + Sync {
    /// Fills a buffer.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the system has no randomness to give.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Fault>;
}
