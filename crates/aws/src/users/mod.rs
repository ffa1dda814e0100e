//! The table of accounts.
//!
//! One row per account, and one small row for each of its names, written in the same transaction: they make the
//! names unique, and one leads from a username to the account. A last one says that there has been an
//! administrator.
//!
//! | `pk` | holds |
//! |---|---|
//! | `user#<id>` | the account |
//! | `username#<key>` | `userId` |
//! | `email#<key>` | `userId` |
//! | `first-admin` | `userId` |

use std::{collections::HashMap, fmt};

use aws_sdk_dynamodb::{
    Client,
    operation::{transact_write_items::TransactWriteItemsError, update_item::UpdateItemError},
    types::{AttributeValue, Put, TransactWriteItem},
};
use domain::{Email, Fault, Role, UserId, Username};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::fault::{malformed, sdk_fault};

/// Adapter on the table of accounts.
#[derive(Debug, Clone)]
pub struct UsersTable {
    client: Client,
    table: String,
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
    /// Digest of the `Idempotency-Key` that made the account, if there was one.
    pub sign_up_digest: Option<String>,
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

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    pk: String,
    user_id: String,
    username: String,
    email: String,
    role: String,
    password_hash: String,
    must_change_password: bool,
    sessions_version: u32,
    created_at_ms: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sign_up_digest: Option<String>,
}

const FIRST_ADMIN_KEY: &str = "first-admin";

/// Key that no account and no name has, read where a username leads nowhere.
const NOBODY: UserId = UserId::from_uuid(domain::id::NIL);

impl UsersTable {
    /// Returns the adapter for the table of that name.
    #[must_use]
    pub fn new(aws: &aws_config::SdkConfig, table: String) -> Self {
        Self {
            client: Client::new(aws),
            table,
        }
    }

    /// Creates an account with its names, all or nothing. Maps to `dynamodb:PutItem`, in a transaction.
    ///
    /// # Errors
    ///
    /// [`CreateUserError::UsernameTaken`], or else [`CreateUserError::EmailTaken`], if another account has the name;
    /// nothing is changed then.
    pub async fn create(&self, user: &UserRow) -> Result<(), CreateUserError> {
        self.put_with_names("CreateUser", user, false).await
    }

    /// Creates an account with its names unless there has ever been one created by this operation. Maps to
    /// `dynamodb:PutItem`, in a transaction.
    ///
    /// # Errors
    ///
    /// [`CreateUserError::AdminExists`] before the other errors; nothing is changed then.
    pub async fn create_first_admin(&self, user: &UserRow) -> Result<(), CreateUserError> {
        self.put_with_names("CreateFirstAdmin", user, true).await
    }

    async fn put_with_names(
        &self,
        operation: &'static str,
        user: &UserRow,
        first_admin: bool,
    ) -> Result<(), CreateUserError> {
        let item = serde_dynamo::to_item(Item::from(user)).map_err(|it| malformed(operation, it))?;
        let mut puts = vec![
            self.put_new(operation, name_row(username_key(&user.username), user.id))?,
            self.put_new(operation, name_row(email_key(&user.email), user.id))?,
            self.put_new(operation, item)?,
        ];
        let mut reasons = vec![
            Some(CreateUserError::UsernameTaken),
            Some(CreateUserError::EmailTaken),
            None,
        ];
        if first_admin {
            puts.insert(
                0,
                self.put_new(operation, name_row(FIRST_ADMIN_KEY.to_owned(), user.id))?,
            );
            reasons.insert(0, Some(CreateUserError::AdminExists));
        }
        let sent = self
            .client
            .transact_write_items()
            .set_transact_items(Some(puts))
            .send()
            .await;
        sent.map(drop).map_err(|error| {
            let failed = match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => {
                    let codes = canceled.cancellation_reasons().iter().map(|it| it.code());
                    codes
                        .zip(reasons)
                        .find(|it| it.0 == Some("ConditionalCheckFailed"))
                        .and_then(|it| it.1)
                }
                _ => None,
            };
            failed.unwrap_or_else(|| transaction_fault(operation, error).into())
        })
    }

    fn put_new(
        &self,
        operation: &'static str,
        item: HashMap<String, AttributeValue>,
    ) -> Result<TransactWriteItem, Fault> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)")
            .build()
            .map_err(|it| malformed(operation, it))?;
        Ok(TransactWriteItem::builder().put(put).build())
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

    /// Changes the password and ends all sessions by the next version, which is returned. Maps to
    /// `dynamodb:UpdateItem`.
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
        let next = version.saturating_add(1);
        let sent = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(user_key(id)))
            .update_expression(
                "SET passwordHash = :hash, mustChangePassword = :false, sessionsVersion = :next",
            )
            .condition_expression("sessionsVersion = :version")
            .expression_attribute_values(":hash", AttributeValue::S(password_hash.to_owned()))
            .expression_attribute_values(":false", AttributeValue::Bool(false))
            .expression_attribute_values(":next", AttributeValue::N(next.to_string()))
            .expression_attribute_values(":version", AttributeValue::N(version.to_string()))
            .send()
            .await;
        sent.map(|_| next).map_err(|it| change_error("SetPassword", it))
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

/// A transaction that was canceled for another reason than a condition met another one, or throttling: both pass.
fn transaction_fault(
    operation: &'static str,
    error: aws_sdk_dynamodb::error::SdkError<TransactWriteItemsError>,
) -> Fault {
    let canceled = error
        .as_service_error()
        .is_some_and(TransactWriteItemsError::is_transaction_canceled_exception);
    let fault = sdk_fault(operation, error);
    if canceled {
        Fault::later(operation, fault.source)
    } else {
        fault
    }
}

fn user_key(id: UserId) -> String {
    format!("user#{id}")
}

fn username_key(username: &Username) -> String {
    format!("username#{}", username.key())
}

fn email_key(email: &Email) -> String {
    format!("email#{}", email.key())
}

fn name_row(pk: String, user: UserId) -> HashMap<String, AttributeValue> {
    [
        ("pk".to_owned(), AttributeValue::S(pk)),
        ("userId".to_owned(), AttributeValue::S(user.to_string())),
    ]
    .into()
}

impl From<&UserRow> for Item {
    fn from(row: &UserRow) -> Self {
        Self {
            pk: user_key(row.id),
            user_id: row.id.to_string(),
            username: row.username.as_str().to_owned(),
            email: row.email.as_str().to_owned(),
            role: row.role.as_str().to_owned(),
            password_hash: row.password_hash.clone(),
            must_change_password: row.must_change_password,
            sessions_version: row.version,
            created_at_ms: row.created_at.as_millisecond(),
            sign_up_digest: row.sign_up_digest.clone(),
        }
    }
}

/// Why a stored row is not an account.
#[derive(Debug, thiserror::Error)]
enum InvalidItem {
    #[error(transparent)]
    Id(#[from] domain::InvalidId),
    #[error("not a username")]
    Username(#[from] domain::InvalidUsername),
    #[error("not an e-mail address")]
    Email(#[from] domain::InvalidEmail),
    #[error("not a role")]
    Role,
    #[error(transparent)]
    Time(#[from] jiff::Error),
}

impl TryFrom<Item> for UserRow {
    type Error = InvalidItem;

    fn try_from(item: Item) -> Result<Self, InvalidItem> {
        Ok(Self {
            id: UserId::parse(&item.user_id)?,
            username: Username::parse(&item.username)?,
            email: Email::parse(&item.email)?,
            role: Role::parse(&item.role).ok_or(InvalidItem::Role)?,
            password_hash: item.password_hash,
            must_change_password: item.must_change_password,
            version: item.sessions_version,
            created_at: Timestamp::from_millisecond(item.created_at_ms)?,
            sign_up_digest: item.sign_up_digest,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> UserRow {
        UserRow {
            id: UserId::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap(),
            username: Username::parse("Ada").unwrap(),
            email: Email::parse("Ada@example.org").unwrap(),
            role: Role::Admin,
            password_hash: "$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA".to_owned(),
            must_change_password: true,
            version: 3,
            created_at: Timestamp::from_millisecond(1_795_000_000_123).unwrap(),
            sign_up_digest: None,
        }
    }

    #[test]
    fn a_row_reads_back_as_it_was_stored() {
        let stored: HashMap<String, AttributeValue> = serde_dynamo::to_item(Item::from(&row())).unwrap();
        assert_eq!(
            stored["pk"],
            AttributeValue::S("user#01890a5d-ac96-774b-bcce-b302099a8057".to_owned())
        );
        assert!(!stored.contains_key("signUpDigest"));
        let item: Item = serde_dynamo::from_item(stored).unwrap();
        assert_eq!(UserRow::try_from(item).unwrap(), row());
    }

    #[test]
    fn names_that_differ_in_case_have_one_key() {
        assert_eq!(username_key(&row().username), "username#ada");
        assert_eq!(email_key(&row().email), "email#ada@example.org");
    }

    #[test]
    fn a_damaged_row_is_an_error_and_not_a_guess() {
        let item = || Item::from(&row());
        for damaged in [
            Item {
                user_id: "x".to_owned(),
                ..item()
            },
            Item {
                role: "root".to_owned(),
                ..item()
            },
            Item {
                username: String::new(),
                ..item()
            },
            Item {
                created_at_ms: i64::MAX,
                ..item()
            },
        ] {
            UserRow::try_from(damaged).unwrap_err();
        }
    }

    #[test]
    fn names_and_hashes_do_not_show_in_debug_output() {
        let shown = format!("{:?}", row());
        assert!(!shown.contains("da") && !shown.contains("argon"), "{shown}");
    }
}
