//! The table of accounts.
//!
//! One row per account, and one small row for each of its names, written in the same transaction: they make the
//! names unique, and one leads from a username to the account. Two more say that there has been an administrator,
//! and how many there are that may act; the last of them is kept by a condition on that number.
//!
//! | `pk` | holds |
//! |---|---|
//! | `user#<id>` | the account |
//! | `username#<key>` | `userId` |
//! | `email#<key>` | `userId` |
//! | `first-admin` | `userId` |
//! | `administrators` | `n`: administrators that are not disabled |
//! | `erased#<id>` | of an account that was deleted: its id until `expiresAt`, when it is erased once more |
//!
//! The index `directory` holds the accounts alone, by username. What an owner's API keys are refused by is a row of
//! their table, and is written here because it belongs into the same transactions.

mod create;
mod directory;
mod manage;
mod rows;
mod transaction;

use std::{collections::HashMap, fmt};

use aws_sdk_dynamodb::{Client, operation::update_item::UpdateItemError, types::AttributeValue};
use domain::{Email, Fault, Role, UserId, Username};
use jiff::Timestamp;

pub use directory::{ListedUser, ListedUsers, Place};
pub use manage::{ManageUserError, Standing};
use rows::{Item, email_key, user_key, username_key};

use crate::fault::{malformed, sdk_fault};

/// Adapter on the table of accounts.
#[derive(Debug, Clone)]
pub struct UsersTable {
    client: Client,
    table: String,
    api_keys_table: String,
}

/// An account.
#[derive(Clone, PartialEq, Eq)]
pub struct UserRow {
    /// Identifier.
    pub id: UserId,
    /// Username as it was chosen.
    pub username: Username,
    /// E-mail address as it was given.
    pub email: Email,
    /// What the account may do.
    pub role: Role,
    /// Hash of the password, as a PHC string.
    pub password_hash: String,
    /// Whether the password is a one-time password.
    pub must_change_password: bool,
    /// Number of times all sessions of the account were ended; a session of another version is over.
    pub version: u32,
    /// When the account was made.
    pub created_at: Timestamp,
    /// Digest of the `Idempotency-Key` of the request that made the account, if there was one.
    pub sign_up_digest: Option<String>,
    /// Whether nobody can sign in to it.
    pub disabled: bool,
}

/// Shows the identifier only.
impl fmt::Debug for UserRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserRow")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Why an account was not created.
#[derive(Debug, thiserror::Error)]
pub enum CreateUserError {
    /// Another account has the username.
    #[error("the username is taken")]
    UsernameTaken,
    /// Another account has the e-mail address.
    #[error("the e-mail address is taken")]
    EmailTaken,
    /// There has been an administrator before.
    #[error("there is an administrator already")]
    AdminExists,
    /// The table failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Why an account was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeUserError {
    /// The account is gone, or somebody else changed it since it was read.
    #[error("the account has changed")]
    Changed,
    /// The table failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Key that no account and no name has, read where a username leads nowhere.
const NOBODY: UserId = UserId::from_uuid(domain::id::NIL);

impl UsersTable {
    /// Returns the adapter for the table of that name, and for that of API keys.
    #[must_use]
    pub fn new(aws: &aws_config::SdkConfig, table: String, api_keys_table: String) -> Self {
        Self {
            client: Client::new(aws),
            table,
            api_keys_table,
        }
    }

    /// Returns the account with this username, in any case. Maps to `dynamodb:GetItem`, consistent.
    ///
    /// Always makes two calls, so that the time does not tell whether there is such an account.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed or the row does not parse.
    pub async fn find(&self, username: &Username) -> Result<Option<UserRow>, Fault> {
        self.find_by(username_key(username)).await
    }

    /// Returns the account with this e-mail address, in any case, as [`UsersTable::find`] does.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed or the row does not parse.
    pub async fn find_by_email(&self, email: &Email) -> Result<Option<UserRow>, Fault> {
        self.find_by(email_key(email)).await
    }

    async fn find_by(&self, key: String) -> Result<Option<UserRow>, Fault> {
        const OPERATION: &str = "FindUser";
        let name = self.get_item(OPERATION, key).await?;
        let id = match name.as_ref().and_then(|it| it.get("userId")?.as_s().ok()) {
            Some(text) => UserId::parse(text).map_err(|it| malformed(OPERATION, it))?,
            None => NOBODY,
        };
        self.get(id).await
    }

    /// Returns the account. Maps to `dynamodb:GetItem`, consistent.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed or the row does not parse.
    pub async fn get(&self, id: UserId) -> Result<Option<UserRow>, Fault> {
        const OPERATION: &str = "GetUser";
        let Some(item) = self.get_item(OPERATION, user_key(id)).await? else {
            return Ok(None);
        };
        let item: Item = serde_dynamo::from_item(item).map_err(|it| malformed(OPERATION, it))?;
        UserRow::try_from(item)
            .map(Some)
            .map_err(|it| malformed(OPERATION, it))
    }

    /// Changes the password into a lasting one, and ends all sessions by the next version, which is returned. Maps
    /// to `dynamodb:UpdateItem`.
    ///
    /// # Errors
    ///
    /// [`ChangeUserError::Changed`] if the account does not have the version `version`; nothing is changed then.
    pub async fn set_password(
        &self,
        id: UserId,
        version: u32,
        password_hash: &str,
    ) -> Result<u32, ChangeUserError> {
        self.put_password("SetPassword", id, version, password_hash, false)
            .await
    }

    /// Changes the password into another one-time password, as [`UsersTable::set_password`] does.
    ///
    /// # Errors
    ///
    /// [`ChangeUserError::Changed`] if the account does not have the version `version`; nothing is changed then.
    pub async fn set_one_time_password(
        &self,
        id: UserId,
        version: u32,
        password_hash: &str,
    ) -> Result<u32, ChangeUserError> {
        self.put_password("SetOneTimePassword", id, version, password_hash, true)
            .await
    }

    async fn put_password(
        &self,
        operation: &'static str,
        id: UserId,
        version: u32,
        password_hash: &str,
        must_change: bool,
    ) -> Result<u32, ChangeUserError> {
        let next = version.saturating_add(1);
        let sent = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(user_key(id)))
            .update_expression(
                "SET passwordHash = :hash, mustChangePassword = :must, sessionsVersion = :next",
            )
            .condition_expression("sessionsVersion = :version")
            .expression_attribute_values(":hash", AttributeValue::S(password_hash.to_owned()))
            .expression_attribute_values(":must", AttributeValue::Bool(must_change))
            .expression_attribute_values(":next", AttributeValue::N(next.to_string()))
            .expression_attribute_values(":version", AttributeValue::N(version.to_string()))
            .send()
            .await;
        sent.map(|_| next).map_err(|it| change_error(operation, it))
    }

    /// Ends all sessions by the next version. Maps to `dynamodb:UpdateItem`.
    ///
    /// # Errors
    ///
    /// [`ChangeUserError::Changed`] if the account is gone.
    pub async fn end_sessions(&self, id: UserId) -> Result<(), ChangeUserError> {
        let sent = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(user_key(id)))
            .update_expression("SET sessionsVersion = sessionsVersion + :one")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .send()
            .await;
        sent.map(drop).map_err(|it| change_error("EndSessions", it))
    }

    async fn get_item(
        &self,
        operation: &'static str,
        pk: String,
    ) -> Result<Option<HashMap<String, AttributeValue>>, Fault> {
        let get = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(pk));
        let answer = get
            .consistent_read(true)
            .send()
            .await
            .map_err(|it| sdk_fault(operation, it))?;
        Ok(answer.item)
    }
}

fn change_error(
    operation: &'static str,
    error: aws_sdk_dynamodb::error::SdkError<UpdateItemError>,
) -> ChangeUserError {
    if error
        .as_service_error()
        .is_some_and(UpdateItemError::is_conditional_check_failed_exception)
    {
        ChangeUserError::Changed
    } else {
        sdk_fault(operation, error).into()
    }
}
