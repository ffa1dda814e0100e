//! The table of API keys: a row for each, by its owner and its identifier, and a row that stands for the owner.
//!
//! The owner's row says whether his keys are refused (`users` writes that, together with the account), and counts the
//! keys that were ever added, so that two that are added at once are seen.

mod rows;

use aws_sdk_dynamodb::{
    Client,
    operation::{
        delete_item::DeleteItemError, transact_write_items::TransactWriteItemsError,
        update_item::UpdateItemError,
    },
    types::{AttributeValue, KeysAndAttributes, Put, TransactWriteItem, Update},
};
use domain::{ApiKeyHash, ApiKeyId, ApiKeyLookup, ApiKeyUse, DoorId, Fault, Scope, UserId};
use jiff::Timestamp;

use crate::fault::{malformed, sdk_fault};
use rows::{OWNER, Row, key, milliseconds, parse};

/// Adapter on the table of API keys.
#[derive(Debug, Clone)]
pub struct ApiKeysTable {
    client: Client,
    table: String,
}

/// An API key.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKeyRow {
    /// Whose it is.
    pub user: UserId,
    /// Which.
    pub id: ApiKeyId,
    /// What its owner calls it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// The door whose device has it.
    pub door: Option<DoorId>,
    /// Hash of its secret.
    pub hash: ApiKeyHash,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working; DynamoDB removes the row some time later. Whole seconds.
    pub expires_at: Option<Timestamp>,
    /// When it was used last, as far as that was written down.
    pub last_used_at: Option<Timestamp>,
    /// Digest of the `Idempotency-Key` it was asked for with, see `lambda_kit::IdempotencyKey::digest`.
    pub digest: Option<String>,
}

/// All API keys of an account, expired ones too.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnedApiKeys {
    /// The keys, oldest first.
    pub keys: Vec<ApiKeyRow>,
    /// Number of keys that were ever added; `None` before the first.
    pub version: Option<u64>,
}

/// Why a key was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddApiKeyError {
    /// Another key was added since the keys were read, or the owner may do nothing any more.
    #[error("the owner's keys have changed")]
    Changed,
    /// The table failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl ApiKeysTable {
    /// Returns the adapter for the table of that name.
    #[must_use]
    pub fn new(aws: &aws_config::SdkConfig, table: String) -> Self {
        Self {
            client: Client::new(aws),
            table,
        }
    }

    /// Returns what there is under the name of a key, and whether its owner may do anything. Maps to one
    /// `dynamodb:BatchGetItem`, consistent.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed, answered in part, or a row does not parse.
    pub async fn find(&self, user: UserId, id: ApiKeyId) -> Result<ApiKeyLookup, Fault> {
        const OPERATION: &str = "FindApiKey";
        let wanted = KeysAndAttributes::builder()
            .keys(key(user, &id.to_string()))
            .keys(key(user, OWNER))
            .consistent_read(true)
            .build()
            .map_err(|it| malformed(OPERATION, it))?;
        let answer = self
            .client
            .batch_get_item()
            .request_items(&self.table, wanted)
            .send()
            .await
            .map_err(|it| sdk_fault(OPERATION, it))?;
        // A key without the row of its owner must not pass for one whose owner has none.
        if answer.unprocessed_keys().is_some_and(|it| !it.is_empty()) {
            return Err(Fault::later(OPERATION, "the table answered in part"));
        }
        let mut lookup = ApiKeyLookup::default();
        for item in answer.responses.unwrap_or_default().into_values().flatten() {
            match parse(item).map_err(|it| malformed(OPERATION, it))? {
                Row::Key(row) => lookup.key = Some(row.stored()),
                Row::Owner { disabled, .. } => lookup.owner_disabled = disabled,
            }
        }
        Ok(lookup)
    }

    /// Writes down that a key was used, unless a later use than `used.unless_after_ms` is written down, and tells
    /// whether it did. A key that is gone stays gone. Maps to `dynamodb:UpdateItem`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    pub async fn mark_used(&self, used: ApiKeyUse) -> Result<bool, Fault> {
        let sent = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(used.user, &used.id.to_string())))
            .update_expression("SET lastUsedAtMs = :now")
            .condition_expression(
                "attribute_exists(keyId) AND (attribute_not_exists(lastUsedAtMs) OR lastUsedAtMs <= :before)",
            )
            .expression_attribute_values(":now", milliseconds(used.now_ms))
            .expression_attribute_values(":before", milliseconds(used.unless_after_ms))
            .send()
            .await;
        happened("MarkApiKeyUsed", sent)
    }

    /// Returns all keys of an account. Maps to `dynamodb:Query`, consistent.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed or a row does not parse.
    pub async fn list(&self, user: UserId) -> Result<OwnedApiKeys, Fault> {
        const OPERATION: &str = "ListApiKeys";
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("userId = :user")
            .expression_attribute_values(":user", AttributeValue::S(user.to_string()))
            .consistent_read(true)
            .into_paginator()
            .send();
        let mut owned = OwnedApiKeys::default();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|it| sdk_fault(OPERATION, it))?;
            for item in page.items.unwrap_or_default() {
                match parse(item).map_err(|it| malformed(OPERATION, it))? {
                    Row::Key(row) => owned.keys.push(*row),
                    Row::Owner { version, .. } => owned.version = version,
                }
            }
        }
        Ok(owned)
    }

    /// Adds a key, if none was added since the keys were [listed](Self::list) as `version` and the owner may do
    /// anything. Of several at the same time one succeeds. Maps to `dynamodb:PutItem` and `dynamodb:UpdateItem`, in one
    /// transaction.
    ///
    /// # Errors
    ///
    /// [`AddApiKeyError::Changed`] if not; nothing is added then.
    pub async fn add(&self, row: &ApiKeyRow, version: Option<u64>) -> Result<(), AddApiKeyError> {
        const OPERATION: &str = "AddApiKey";
        let item = rows::item(row).map_err(|it| malformed(OPERATION, it))?;
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(keyId)")
            .build()
            .map_err(|it| malformed(OPERATION, it))?;
        let next = version.unwrap_or_default().saturating_add(1);
        let counted = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key(row.user, OWNER)))
            .update_expression("SET version = :next")
            .expression_attribute_values(":next", AttributeValue::N(next.to_string()));
        let counted = match version {
            None => counted
                .condition_expression("attribute_not_exists(version) AND attribute_not_exists(disabled)"),
            Some(version) => counted
                .condition_expression("version = :version AND attribute_not_exists(disabled)")
                .expression_attribute_values(":version", AttributeValue::N(version.to_string())),
        };
        let counted = counted.build().map_err(|it| malformed(OPERATION, it))?;
        let sent = self
            .client
            .transact_write_items()
            .transact_items(TransactWriteItem::builder().put(put).build())
            .transact_items(TransactWriteItem::builder().update(counted).build())
            .send()
            .await;
        let Err(error) = sent else {
            return Ok(());
        };
        let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) = error.as_service_error()
        else {
            return Err(sdk_fault(OPERATION, error).into());
        };
        if canceled
            .cancellation_reasons()
            .iter()
            .any(|it| others_came_first(it.code()))
        {
            return Err(AddApiKeyError::Changed);
        }
        // What is left is throttling, which passes.
        let fault = sdk_fault(OPERATION, error);
        Err(Fault::later(OPERATION, fault.source).into())
    }

    /// Gives a key another secret, as if it had never been used, and tells whether it was there. Maps to
    /// `dynamodb:UpdateItem`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    pub async fn replace_secret(&self, user: UserId, id: ApiKeyId, hash: &ApiKeyHash) -> Result<bool, Fault> {
        let sent = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(user, &id.to_string())))
            .update_expression("SET tokenHash = :hash REMOVE lastUsedAtMs")
            .condition_expression("attribute_exists(keyId)")
            .expression_attribute_values(":hash", rows::hash_value(hash))
            .send()
            .await;
        happened("ReplaceApiKeySecret", sent)
    }

    /// Removes a key and tells whether it was there. Maps to `dynamodb:DeleteItem`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    pub async fn delete(&self, user: UserId, id: ApiKeyId) -> Result<bool, Fault> {
        let sent = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key(user, &id.to_string())))
            .condition_expression("attribute_exists(keyId)")
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
            Err(error) => Err(sdk_fault("DeleteApiKey", error)),
        }
    }
}

/// Tells whether an update happened or its condition did not hold.
fn happened<T>(
    operation: &'static str,
    sent: Result<T, aws_sdk_dynamodb::error::SdkError<UpdateItemError>>,
) -> Result<bool, Fault> {
    match sent {
        Ok(_) => Ok(true),
        Err(error)
            if error
                .as_service_error()
                .is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
        {
            Ok(false)
        }
        Err(error) => Err(sdk_fault(operation, error)),
    }
}

/// Tells whether this is why a transaction was canceled: another one has changed a row, or is about to.
fn others_came_first(code: Option<&str>) -> bool {
    matches!(code, Some("ConditionalCheckFailed" | "TransactionConflict"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_race_is_told_from_throttling() {
        // Codes of a canceled transaction, from the documentation of TransactWriteItems.
        for code in ["ConditionalCheckFailed", "TransactionConflict"] {
            assert!(others_came_first(Some(code)), "{code}");
        }
        for code in [
            "None",
            "ThrottlingError",
            "ProvisionedThroughputExceeded",
            "ValidationError",
        ] {
            assert!(!others_came_first(Some(code)), "{code}");
        }
        assert!(!others_came_first(None));
    }
}
