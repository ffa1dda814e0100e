//! The table of liveness challenges. Rows die by TTL.
//!
//! | `part` | holds |
//! |---|---|
//! | `challenge` | the challenge: whose it is, what its function keeps, and who works on it |
//! | `frame#0007` | a frame that was taken: its hash, and what was answered |
//! | `assertion` | that it was passed, good for one use |
//!
//! A challenge only goes forward: each of its writes names the version it replaces, and what belongs to a write (a frame,
//! an assertion) is written with it or not at all.

mod rows;

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::{
        put_item::PutItemError, transact_write_items::TransactWriteItemsError, update_item::UpdateItemError,
    },
    types::{AttributeValue, Put, ReturnValue, TransactWriteItem},
};
use domain::{ChallengeId, Fault};
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use crate::fault::{malformed, sdk_fault};
use rows::{
    ASSERTION, AssertionItem, CHALLENGE, ChallengeItem, FrameItem, assertion, challenge, frame_part,
    part_item, to_item,
};

pub use rows::{AssertionRow, ChallengeRow, FrameRow, Lease, Part};

/// Adapter on the table of challenges.
#[derive(Debug, Clone)]
pub struct ChallengesTable {
    client: Client,
    table: String,
}

/// Why a challenge was not written.
#[derive(Debug, thiserror::Error)]
pub enum PutChallengeError {
    /// It is of another version.
    #[error("the challenge was changed by somebody else")]
    Changed,
    /// The table failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Why an assertion was not spent.
#[derive(Debug, thiserror::Error)]
pub enum SpendError {
    /// There is none, it was spent before, or its time is over.
    #[error("the assertion is not good any more")]
    NotGood,
    /// The table failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl ChallengesTable {
    /// Returns the adapter for the table of that name.
    #[must_use]
    pub fn new(aws: &aws_config::SdkConfig, table: String) -> Self {
        Self {
            client: Client::new(aws),
            table,
        }
    }

    /// Returns a challenge. Consistent. Maps to `dynamodb:GetItem`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed or the row does not parse.
    pub async fn get(&self, id: ChallengeId) -> Result<Option<ChallengeRow>, Fault> {
        let item: Option<ChallengeItem> = self.read("GetChallenge", id, CHALLENGE).await?;
        item.map(|it| challenge(id, it)).transpose()
    }

    /// Returns a frame that was taken. Consistent. Maps to `dynamodb:GetItem`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed or the row does not parse.
    pub async fn get_frame(&self, id: ChallengeId, index: u32) -> Result<Option<FrameRow>, Fault> {
        const OPERATION: &str = "GetFrame";
        let Some(item) = self.read::<FrameItem>(OPERATION, id, &frame_part(index)).await? else {
            return Ok(None);
        };
        let mut sha256 = [0; 32];
        hex::decode_to_slice(&item.sha256, &mut sha256).map_err(|it| malformed(OPERATION, it))?;
        Ok(Some(FrameRow {
            index,
            sha256,
            answer: item.answer,
        }))
    }

    /// Writes a challenge over the version before it, or as a new one where its version is 0, and with it `part`. Maps to
    /// `dynamodb:PutItem`, in a transaction where there is a part.
    ///
    /// # Errors
    ///
    /// [`PutChallengeError::Changed`] if the version before is not there; nothing is written then.
    pub async fn put(&self, row: &ChallengeRow, part: Option<Part<'_>>) -> Result<(), PutChallengeError> {
        const OPERATION: &str = "PutChallenge";
        let item = to_item(OPERATION, ChallengeItem::from(row))?;
        let before = row.version.checked_sub(1);
        let condition = before.map_or("attribute_not_exists(challengeId)", |_| "version = :before");
        let values = before.map(|it| {
            let value = AttributeValue::N(it.to_string());
            HashMap::from([(":before".to_owned(), value)])
        });
        let Some(part) = part else {
            let put = self
                .client
                .put_item()
                .table_name(&self.table)
                .set_item(Some(item))
                .condition_expression(condition)
                .set_expression_attribute_values(values);
            return put.send().await.map(drop).map_err(|error| {
                if error
                    .as_service_error()
                    .is_some_and(PutItemError::is_conditional_check_failed_exception)
                {
                    PutChallengeError::Changed
                } else {
                    sdk_fault(OPERATION, error).into()
                }
            });
        };
        let put = |item| Put::builder().table_name(&self.table).set_item(Some(item));
        let row_put = put(item)
            .condition_expression(condition)
            .set_expression_attribute_values(values);
        let part_put = put(part_item(OPERATION, row, part)?);
        let mut writes = Vec::new();
        for put in [row_put, part_put] {
            let put = put.build().map_err(|it| malformed(OPERATION, it))?;
            writes.push(TransactWriteItem::builder().put(put).build());
        }
        let sent = self
            .client
            .transact_write_items()
            .set_transact_items(Some(writes));
        sent.send().await.map(drop).map_err(canceled)
    }

    /// Returns the assertion of a challenge if it could be used up at the time `now`; it stays good. Consistent. Maps to
    /// `dynamodb:GetItem`.
    ///
    /// For whoever has to look at the frame it is about before deciding to use it up. What was seen here proves nothing:
    /// only [`Self::spend_assertion`] tells who was first.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed or the row does not parse.
    pub async fn usable_assertion(
        &self,
        id: ChallengeId,
        now: Timestamp,
    ) -> Result<Option<AssertionRow>, Fault> {
        const OPERATION: &str = "GetAssertion";
        let item: Option<AssertionItem> = self.read(OPERATION, id, ASSERTION).await?;
        let usable = item.filter(|it| it.is_usable(now));
        usable.map(|it| assertion(OPERATION, &it)).transpose()
    }

    /// Uses up the assertion of a challenge at the time `now`: of several attempts one succeeds. Returns what it says.
    /// Maps to `dynamodb:UpdateItem`.
    ///
    /// For whoever was shown the token that goes with it, and has checked its signature.
    ///
    /// # Errors
    ///
    /// [`SpendError::NotGood`] if there is nothing to use up.
    pub async fn spend_assertion(&self, id: ChallengeId, now: Timestamp) -> Result<AssertionRow, SpendError> {
        const OPERATION: &str = "SpendAssertion";
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("challengeId", AttributeValue::S(id.to_string()))
            .key("part", AttributeValue::S(ASSERTION.to_owned()))
            .update_expression("SET spentAt = :now")
            .condition_expression("attribute_not_exists(spentAt) AND :now < goodUntil")
            .expression_attribute_values(":now", AttributeValue::N(now.as_second().to_string()))
            .return_values(ReturnValue::AllNew);
        let answer = update.send().await.map_err(|error| {
            if error
                .as_service_error()
                .is_some_and(UpdateItemError::is_conditional_check_failed_exception)
            {
                SpendError::NotGood
            } else {
                sdk_fault(OPERATION, error).into()
            }
        })?;
        let item: AssertionItem = serde_dynamo::from_item(answer.attributes.unwrap_or_default())
            .map_err(|it| malformed(OPERATION, it))?;
        Ok(assertion(OPERATION, &item)?)
    }

    async fn read<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        id: ChallengeId,
        part: &str,
    ) -> Result<Option<T>, Fault> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("challengeId", AttributeValue::S(id.to_string()))
            .key("part", AttributeValue::S(part.to_owned()))
            .consistent_read(true)
            .send()
            .await
            .map_err(|it| sdk_fault(operation, it))?;
        let item = answer.item.map(serde_dynamo::from_item).transpose();
        item.map_err(|it| malformed(operation, it))
    }
}

/// A condition that failed is that of the challenge: the part has none. A transaction that was canceled for another reason
/// met another one, or throttling: both pass.
fn canceled(error: SdkError<TransactWriteItemsError>) -> PutChallengeError {
    const OPERATION: &str = "PutChallenge";
    let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) = error.as_service_error()
    else {
        return sdk_fault(OPERATION, error).into();
    };
    let mut reasons = canceled.cancellation_reasons().iter();
    if reasons.any(|it| it.code() == Some("ConditionalCheckFailed")) {
        PutChallengeError::Changed
    } else {
        Fault::later(OPERATION, sdk_fault(OPERATION, error).source).into()
    }
}
