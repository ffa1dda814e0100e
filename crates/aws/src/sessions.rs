//! The table of sessions: one row for everything that descends from one sign-in.
//!
//! A row knows the hash of the one refresh token that is good; presenting it replaces it. Rows die by TTL. The index
//! `byUser` has what a list shows, and no hash.

use std::{collections::HashMap, fmt};

use aws_sdk_dynamodb::{
    Client,
    operation::{delete_item::DeleteItemError, update_item::UpdateItemError},
    types::AttributeValue,
};
use domain::{Fault, SessionId, UserId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::fault::{malformed, sdk_fault};

/// Adapter on the table of sessions.
#[derive(Debug, Clone)]
pub struct SessionsTable {
    client: Client,
    table: String,
}

/// SHA-256 of the secret part of a refresh token.
pub type TokenHash = [u8; 32];

/// Name of the index by account.
const BY_USER: &str = "byUser";

/// Rows of an index that are read for one list at most. Chosen: signing out everywhere leaves rows to their TTL, and
/// this bounds what somebody who does so all the time can cost.
const MAX_ROWS_READ: usize = 1000;

/// How long the sessions could last whose rows do not say when they began: those from before there were lists.
const LONGEST_WITHOUT_BEGINNING: SignedDuration = SignedDuration::from_hours(90 * 24);

/// A session.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Identifier.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// Version of the account it belongs to; when the account's is another, the session is over.
    pub user_version: u32,
    /// Hash of the refresh token that is good.
    pub token_hash: TokenHash,
    /// When it is over unless it is refreshed before. Whole seconds.
    pub expires_at: Timestamp,
    /// When it is over in any case. Whole seconds.
    pub ends_at: Timestamp,
    /// When somebody signed in. Whole milliseconds.
    pub created_at: Timestamp,
    /// When it was refreshed last. Whole milliseconds.
    pub last_used_at: Timestamp,
    /// What it was opened with, as far as that is known: at most 60 characters, never what a caller wrote.
    pub client: Option<String>,
}

/// Leaves the hash out.
impl fmt::Debug for SessionRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionRow")
            .field("id", &self.id)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// A session as the index has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedSession {
    /// Identifier.
    pub id: SessionId,
    /// When somebody signed in. Whole milliseconds.
    pub created_at: Timestamp,
    /// When it was refreshed last. Whole milliseconds.
    pub last_used_at: Timestamp,
    /// When it is over in any case. Whole seconds.
    pub ends_at: Timestamp,
    /// What it was opened with, as far as that is known.
    pub client: Option<String>,
}

/// Which sessions a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionFilter {
    /// Whose.
    pub user: UserId,
    /// Version of the account; sessions of another one are over.
    pub user_version: u32,
    /// The time; sessions that ended before it are over.
    pub now: Timestamp,
}

/// Why a session was not continued.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// The session is gone, or its refresh token is another one by now.
    #[error("the refresh token was used before")]
    Spent,
    /// The table failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    pk: String,
    user_id: String,
    user_version: u32,
    token_hash: String,
    /// Seconds: the table's TTL attribute.
    expires_at: i64,
    ends_at: i64,
    #[serde(default)]
    created_at_ms: Option<i64>,
    /// Range key of the index.
    #[serde(default)]
    last_used_at_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client: Option<String>,
}

/// What the index has of an [`Item`].
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListedItem {
    pk: String,
    ends_at: i64,
    created_at_ms: Option<i64>,
    last_used_at_ms: i64,
    #[serde(default)]
    client: Option<String>,
}

impl SessionsTable {
    /// Returns the adapter for the table of that name.
    #[must_use]
    pub fn new(aws: &aws_config::SdkConfig, table: String) -> Self {
        Self {
            client: Client::new(aws),
            table,
        }
    }

    /// Stores a new session. Maps to `dynamodb:PutItem`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed, or if the identifier is taken: it is random, so that is nobody's doing.
    pub async fn put(&self, session: &SessionRow) -> Result<(), Fault> {
        const OPERATION: &str = "PutSession";
        let item = serde_dynamo::to_item(Item::from(session)).map_err(|it| malformed(OPERATION, it))?;
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item));
        put.condition_expression("attribute_not_exists(pk)")
            .send()
            .await
            .map(drop)
            .map_err(|it| sdk_fault(OPERATION, it))
    }

    /// Returns the session, expired or not. Maps to `dynamodb:GetItem`, consistent.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed or the row does not parse.
    pub async fn get(&self, id: SessionId) -> Result<Option<SessionRow>, Fault> {
        const OPERATION: &str = "GetSession";
        let get = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", key(id))
            .consistent_read(true);
        let Some(item) = get.send().await.map_err(|it| sdk_fault(OPERATION, it))?.item else {
            return Ok(None);
        };
        let item: Item = serde_dynamo::from_item(item).map_err(|it| malformed(OPERATION, it))?;
        SessionRow::try_from(item)
            .map(Some)
            .map_err(|it| malformed(OPERATION, it))
    }

    /// Returns the sessions that pass `filter`, the one used last first, at most `limit`. Maps to `dynamodb:Query` on
    /// the index, which lags behind the table for a moment.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed or a row does not parse.
    pub async fn list(&self, filter: SessionFilter, limit: usize) -> Result<Vec<ListedSession>, Fault> {
        const OPERATION: &str = "ListSessions";
        let number = |value: i64| AttributeValue::N(value.to_string());
        let values = HashMap::from([
            (":user".to_owned(), AttributeValue::S(filter.user.to_string())),
            (":version".to_owned(), number(filter.user_version.into())),
            (":now".to_owned(), number(filter.now.as_second())),
        ]);
        let (mut sessions, mut start, mut n_read) = (Vec::new(), None, 0);
        loop {
            let query = self
                .client
                .query()
                .table_name(&self.table)
                .index_name(BY_USER)
                .key_condition_expression("userId = :user")
                .filter_expression("userVersion = :version AND expiresAt > :now AND endsAt > :now")
                .set_expression_attribute_values(Some(values.clone()))
                .scan_index_forward(false)
                .limit(i32::try_from(MAX_ROWS_READ).unwrap_or(i32::MAX))
                .set_exclusive_start_key(start);
            let answer = query.send().await.map_err(|it| sdk_fault(OPERATION, it))?;
            n_read += usize::try_from(answer.scanned_count).unwrap_or_default();
            for item in answer.items.unwrap_or_default() {
                let item: ListedItem =
                    serde_dynamo::from_item(item).map_err(|it| malformed(OPERATION, it))?;
                sessions.push(ListedSession::try_from(item).map_err(|it| malformed(OPERATION, it))?);
                if sessions.len() == limit {
                    return Ok(sessions);
                }
            }
            start = answer.last_evaluated_key;
            if start.is_none() || MAX_ROWS_READ <= n_read {
                return Ok(sessions);
            }
        }
    }

    /// Replaces the refresh token `from` by `to` at the time `now`. Of several attempts at the same time one succeeds.
    /// Maps to `dynamodb:UpdateItem`.
    ///
    /// # Errors
    ///
    /// [`RotateError::Spent`] if `from` is not the good one; nothing is changed then.
    pub async fn rotate(
        &self,
        id: SessionId,
        from: &TokenHash,
        to: &TokenHash,
        (now, expires_at): (Timestamp, Timestamp),
    ) -> Result<(), RotateError> {
        let sent = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", key(id))
            .update_expression("SET tokenHash = :to, expiresAt = :expires, lastUsedAtMs = :now")
            .condition_expression("tokenHash = :from")
            .expression_attribute_values(":from", AttributeValue::S(hex::encode(from)))
            .expression_attribute_values(":to", AttributeValue::S(hex::encode(to)))
            .expression_attribute_values(":expires", AttributeValue::N(expires_at.as_second().to_string()))
            .expression_attribute_values(":now", AttributeValue::N(now.as_millisecond().to_string()))
            .send()
            .await;
        sent.map(drop).map_err(|error| {
            if error
                .as_service_error()
                .is_some_and(UpdateItemError::is_conditional_check_failed_exception)
            {
                RotateError::Spent
            } else {
                sdk_fault("RotateSession", error).into()
            }
        })
    }

    /// Lets a session survive the change of its account's version. Does nothing where it is gone. Maps to
    /// `dynamodb:UpdateItem`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    pub async fn keep(&self, id: SessionId, user_version: u32) -> Result<(), Fault> {
        let sent = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", key(id))
            .update_expression("SET userVersion = :version")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":version", AttributeValue::N(user_version.to_string()))
            .send()
            .await;
        match sent {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Ok(())
            }
            Err(error) => Err(sdk_fault("KeepSession", error)),
        }
    }

    /// Ends a session. Idempotent. Maps to `dynamodb:DeleteItem`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    pub async fn delete(&self, id: SessionId) -> Result<(), Fault> {
        let sent = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key("pk", key(id))
            .send()
            .await;
        sent.map(drop).map_err(|it| sdk_fault("DeleteSession", it))
    }

    /// Ends a session if it is this account's, and tells whether it was there. Maps to `dynamodb:DeleteItem`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    pub async fn delete_own(&self, id: SessionId, user: UserId) -> Result<bool, Fault> {
        let sent = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key("pk", key(id))
            .condition_expression("userId = :user")
            .expression_attribute_values(":user", AttributeValue::S(user.to_string()))
            .send()
            .await;
        match sent {
            Ok(_) => Ok(true),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(DeleteItemError::is_conditional_check_failed_exception) =>
            {
                Ok(false)
            }
            Err(error) => Err(sdk_fault("DeleteOwnSession", error)),
        }
    }
}

fn key(id: SessionId) -> AttributeValue {
    AttributeValue::S(pk(id))
}

fn pk(id: SessionId) -> String {
    format!("session#{id}")
}

impl From<&SessionRow> for Item {
    fn from(row: &SessionRow) -> Self {
        Self {
            pk: pk(row.id),
            user_id: row.user.to_string(),
            user_version: row.user_version,
            token_hash: hex::encode(row.token_hash),
            expires_at: row.expires_at.as_second(),
            ends_at: row.ends_at.as_second(),
            created_at_ms: Some(row.created_at.as_millisecond()),
            last_used_at_ms: Some(row.last_used_at.as_millisecond()),
            client: row.client.clone(),
        }
    }
}

/// Why a stored row is not a session.
#[derive(Debug, thiserror::Error)]
enum InvalidItem {
    #[error(transparent)]
    Id(#[from] domain::InvalidId),
    #[error("not a hash")]
    Hash(#[from] hex::FromHexError),
    #[error(transparent)]
    Time(#[from] jiff::Error),
}

impl TryFrom<Item> for SessionRow {
    type Error = InvalidItem;

    fn try_from(item: Item) -> Result<Self, InvalidItem> {
        let mut token_hash = TokenHash::default();
        hex::decode_to_slice(&item.token_hash, &mut token_hash)?;
        let ends_at = Timestamp::from_second(item.ends_at)?;
        let created_at = beginning(item.created_at_ms, ends_at)?;
        let last_used_at = item
            .last_used_at_ms
            .map(Timestamp::from_millisecond)
            .transpose()?;
        Ok(Self {
            id: session_id(&item.pk)?,
            user: UserId::parse(&item.user_id)?,
            user_version: item.user_version,
            token_hash,
            expires_at: Timestamp::from_second(item.expires_at)?,
            ends_at,
            created_at,
            last_used_at: last_used_at.unwrap_or(created_at),
            client: item.client,
        })
    }
}

impl TryFrom<ListedItem> for ListedSession {
    type Error = InvalidItem;

    fn try_from(item: ListedItem) -> Result<Self, InvalidItem> {
        let ends_at = Timestamp::from_second(item.ends_at)?;
        Ok(Self {
            id: session_id(&item.pk)?,
            created_at: beginning(item.created_at_ms, ends_at)?,
            last_used_at: Timestamp::from_millisecond(item.last_used_at_ms)?,
            ends_at,
            client: item.client,
        })
    }
}

fn session_id(pk: &str) -> Result<SessionId, domain::InvalidId> {
    SessionId::parse(pk.strip_prefix("session#").unwrap_or_default())
}

fn beginning(created_at_ms: Option<i64>, ends_at: Timestamp) -> Result<Timestamp, jiff::Error> {
    match created_at_ms {
        Some(ms) => Timestamp::from_millisecond(ms),
        None => ends_at.checked_sub(LONGEST_WITHOUT_BEGINNING),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn a_row_reads_back_as_it_was_stored() {
        let row = SessionRow {
            id: SessionId::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap(),
            user: UserId::parse("01890a5e-0000-7000-8000-000000000001").unwrap(),
            user_version: 2,
            token_hash: [9; 32],
            expires_at: Timestamp::from_second(1_795_001_800).unwrap(),
            ends_at: Timestamp::from_second(1_799_001_800).unwrap(),
            created_at: Timestamp::from_millisecond(1_795_000_000_123).unwrap(),
            last_used_at: Timestamp::from_millisecond(1_795_000_900_123).unwrap(),
            client: Some("Firefox on Linux".to_owned()),
        };
        let mut stored: HashMap<String, AttributeValue> = serde_dynamo::to_item(Item::from(&row)).unwrap();
        assert_eq!(stored["expiresAt"], AttributeValue::N("1795001800".to_owned()));
        let item: Item = serde_dynamo::from_item(stored.clone()).unwrap();
        assert_eq!(SessionRow::try_from(item).unwrap(), row);
        // What the index has of it.
        let listed: ListedItem = serde_dynamo::from_item(stored.clone()).unwrap();
        let listed = ListedSession::try_from(listed).unwrap();
        assert_eq!(
            (listed.id, listed.created_at, listed.last_used_at, listed.ends_at),
            (row.id, row.created_at, row.last_used_at, row.ends_at)
        );
        assert_eq!(listed.client, row.client);

        // A row from before there were lists goes on.
        for name in ["createdAtMs", "lastUsedAtMs", "client"] {
            stored.remove(name);
        }
        let item: Item = serde_dynamo::from_item(stored).unwrap();
        let old = SessionRow::try_from(item).unwrap();
        assert_eq!(old.created_at, row.ends_at - SignedDuration::from_hours(90 * 24));
        assert_eq!((old.last_used_at, old.client), (old.created_at, None));
    }

    #[test]
    fn the_hash_does_not_show_in_debug_output() {
        let row = SessionRow {
            id: SessionId::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap(),
            user: UserId::parse("01890a5e-0000-7000-8000-000000000001").unwrap(),
            user_version: 2,
            token_hash: [219; 32],
            expires_at: Timestamp::UNIX_EPOCH,
            ends_at: Timestamp::UNIX_EPOCH,
            created_at: Timestamp::UNIX_EPOCH,
            last_used_at: Timestamp::UNIX_EPOCH,
            client: None,
        };
        assert!(!format!("{row:?}").contains("219"), "{row:?}");
    }

    #[test]
    fn a_damaged_row_is_an_error_and_not_a_guess() {
        let item = |pk: &str, token_hash: &str| Item {
            pk: pk.to_owned(),
            user_id: "01890a5e-0000-7000-8000-000000000001".to_owned(),
            user_version: 0,
            token_hash: token_hash.to_owned(),
            expires_at: 0,
            ends_at: 0,
            created_at_ms: None,
            last_used_at_ms: None,
            client: None,
        };
        let good = "session#01890a5d-ac96-774b-bcce-b302099a8057";
        SessionRow::try_from(item(good, &"00".repeat(32))).unwrap();
        for damaged in [item("x", &"00".repeat(32)), item(good, "00"), item(good, "no")] {
            SessionRow::try_from(damaged).unwrap_err();
        }
    }
}
