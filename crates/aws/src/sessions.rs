//! The table of sessions: one row for everything that descends from one sign-in.
//!
//! A row knows the hash of the one refresh token that is good; presenting it replaces it. Rows die by TTL.

use aws_sdk_dynamodb::{Client, operation::update_item::UpdateItemError, types::AttributeValue};
use domain::{Fault, SessionId, UserId};
use jiff::Timestamp;
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

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
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

    /// Replaces the refresh token `from` by `to`. Of several attempts at the same time one succeeds. Maps to
    /// `dynamodb:UpdateItem`.
    ///
    /// # Errors
    ///
    /// [`RotateError::Spent`] if `from` is not the good one; nothing is changed then.
    pub async fn rotate(
        &self,
        id: SessionId,
        from: &TokenHash,
        to: &TokenHash,
        expires_at: Timestamp,
    ) -> Result<(), RotateError> {
        let sent = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", key(id))
            .update_expression("SET tokenHash = :to, expiresAt = :expires")
            .condition_expression("tokenHash = :from")
            .expression_attribute_values(":from", AttributeValue::S(hex::encode(from)))
            .expression_attribute_values(":to", AttributeValue::S(hex::encode(to)))
            .expression_attribute_values(":expires", AttributeValue::N(expires_at.as_second().to_string()))
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
        Ok(Self {
            id: SessionId::parse(item.pk.strip_prefix("session#").unwrap_or_default())?,
            user: UserId::parse(&item.user_id)?,
            user_version: item.user_version,
            token_hash,
            expires_at: Timestamp::from_second(item.expires_at)?,
            ends_at: Timestamp::from_second(item.ends_at)?,
        })
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
        };
        let stored: HashMap<String, AttributeValue> = serde_dynamo::to_item(Item::from(&row)).unwrap();
        assert_eq!(stored["expiresAt"], AttributeValue::N("1795001800".to_owned()));
        let item: Item = serde_dynamo::from_item(stored).unwrap();
        assert_eq!(SessionRow::try_from(item).unwrap(), row);
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
        };
        let good = "session#01890a5d-ac96-774b-bcce-b302099a8057";
        SessionRow::try_from(item(good, &"00".repeat(32))).unwrap();
        for damaged in [item("x", &"00".repeat(32)), item(good, "00"), item(good, "no")] {
            SessionRow::try_from(damaged).unwrap_err();
        }
    }
}
