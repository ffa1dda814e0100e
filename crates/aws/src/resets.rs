//! Links for a new password: rows of the table of sessions, under keys of their own. Rows die by TTL.

use std::{collections::HashMap, fmt};

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use domain::{Fault, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    fault::{malformed, sdk_fault},
    sessions::TokenHash,
};

/// Adapter on the links in the table of sessions.
#[derive(Debug, Clone)]
pub struct ResetsTable {
    client: Client,
    table: String,
}

/// A link that was mailed.
#[derive(Clone, PartialEq, Eq)]
pub struct ResetRow {
    /// Hash of its token.
    pub token_hash: TokenHash,
    /// Whose password it sets.
    pub user: UserId,
    /// Version of the account that it was made for; at another one it is good for nothing.
    pub user_version: u32,
    /// When it is over. Whole seconds.
    pub expires_at: Timestamp,
}

/// Leaves the hash out.
impl fmt::Debug for ResetRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResetRow")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    pk: String,
    user_id: String,
    user_version: u32,
    /// Seconds: the table's TTL attribute.
    expires_at: i64,
}

impl ResetsTable {
    /// Returns the adapter for the table of that name.
    #[must_use]
    pub fn new(aws: &aws_config::SdkConfig, table: String) -> Self {
        Self {
            client: Client::new(aws),
            table,
        }
    }

    /// Stores a link. Maps to `dynamodb:PutItem`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    pub async fn put(&self, reset: &ResetRow) -> Result<(), Fault> {
        const OPERATION: &str = "PutReset";
        let item = serde_dynamo::to_item(Item::from(reset)).map_err(|it| malformed(OPERATION, it))?;
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item));
        put.send().await.map(drop).map_err(|it| sdk_fault(OPERATION, it))
    }

    /// Returns the link with this hash, over or not. Maps to `dynamodb:GetItem`, consistent.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed or the row does not parse.
    pub async fn get(&self, hash: &TokenHash) -> Result<Option<ResetRow>, Fault> {
        const OPERATION: &str = "GetReset";
        let get = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(pk(hash)))
            .consistent_read(true);
        let answer = get.send().await.map_err(|it| sdk_fault(OPERATION, it))?;
        answer.item.map(|it| row(hash, it)).transpose()
    }

    /// Removes a link. Idempotent. Maps to `dynamodb:DeleteItem`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    pub async fn delete(&self, hash: &TokenHash) -> Result<(), Fault> {
        let sent = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(pk(hash)))
            .send()
            .await;
        sent.map(drop).map_err(|it| sdk_fault("DeleteReset", it))
    }
}

fn pk(hash: &TokenHash) -> String {
    format!("reset#{}", hex::encode(hash))
}

impl From<&ResetRow> for Item {
    fn from(row: &ResetRow) -> Self {
        Self {
            pk: pk(&row.token_hash),
            user_id: row.user.to_string(),
            user_version: row.user_version,
            expires_at: row.expires_at.as_second(),
        }
    }
}

fn row(hash: &TokenHash, item: HashMap<String, AttributeValue>) -> Result<ResetRow, Fault> {
    const OPERATION: &str = "GetReset";
    let item: Item = serde_dynamo::from_item(item).map_err(|it| malformed(OPERATION, it))?;
    Ok(ResetRow {
        token_hash: *hash,
        user: UserId::parse(&item.user_id).map_err(|it| malformed(OPERATION, it))?,
        user_version: item.user_version,
        expires_at: Timestamp::from_second(item.expires_at).map_err(|it| malformed(OPERATION, it))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_reads_back_as_it_was_stored_and_a_damaged_one_does_not() {
        let reset = ResetRow {
            token_hash: [7; 32],
            user: UserId::parse("01890a5e-0000-7000-8000-000000000001").unwrap(),
            user_version: 2,
            expires_at: Timestamp::from_second(1_795_001_800).unwrap(),
        };
        let mut stored: HashMap<String, AttributeValue> = serde_dynamo::to_item(Item::from(&reset)).unwrap();
        assert_eq!(stored["expiresAt"], AttributeValue::N("1795001800".to_owned()));
        assert_eq!(row(&[7; 32], stored.clone()).unwrap(), reset);
        stored.insert("userId".to_owned(), AttributeValue::S("x".to_owned()));
        row(&[7; 32], stored).unwrap_err();
    }
}
