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

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::{
        put_item::PutItemError, transact_write_items::TransactWriteItemsError, update_item::UpdateItemError,
    },
    types::{AttributeValue, Put, ReturnValue, TransactWriteItem},
};
use domain::{ChallengeId, Fault, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::fault::{malformed, sdk_fault};

/// Adapter on the table of challenges.
#[derive(Debug, Clone)]
pub struct ChallengesTable {
    client: Client,
    table: String,
}

/// A challenge. Hides what the function keeps, which says what will be asked for.
#[derive(Clone, PartialEq, Eq)]
pub struct ChallengeRow {
    /// Which.
    pub id: ChallengeId,
    /// Whose it is.
    pub owner: UserId,
    /// Number of writes before this one.
    pub version: u64,
    /// Who works on it.
    pub lease: Option<Lease>,
    /// What the function keeps, as JSON.
    pub body: String,
    /// When DynamoDB may remove it. Whole seconds.
    pub forget_at: Timestamp,
}

impl std::fmt::Debug for ChallengeRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChallengeRow")
            .field("id", &self.id)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// The right to be the only one that works on a challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// Whose: a name that was made for one request.
    pub by: Uuid,
    /// When it ends by itself. Milliseconds count.
    pub until: Timestamp,
}

/// A frame that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameRow {
    /// Its place.
    pub index: u32,
    /// SHA-256 of the file that was sent.
    pub sha256: [u8; 32],
    /// What was answered, as JSON.
    pub answer: String,
}

/// That a challenge was passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AssertionRow {
    /// Index of the frame whose face it is about.
    pub reference_frame: u32,
    /// Until when it can be used. Whole seconds.
    pub expires_at: Timestamp,
}

/// What is written together with a challenge.
#[derive(Debug, Clone, Copy)]
pub enum Part<'a> {
    /// A frame that was taken.
    Frame(&'a FrameRow),
    /// That it was passed.
    Assertion(AssertionRow),
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

const CHALLENGE: &str = "challenge";
const ASSERTION: &str = "assertion";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChallengeItem {
    challenge_id: String,
    part: String,
    owner_id: String,
    version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    leased_by: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    leased_until_ms: Option<i64>,
    body: String,
    /// Seconds: the table's TTL attribute.
    expires_at: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FrameItem {
    challenge_id: String,
    part: String,
    sha256: String,
    answer: String,
    expires_at: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssertionItem {
    challenge_id: String,
    part: String,
    reference_frame: u32,
    good_until: i64,
    expires_at: i64,
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
        Ok(AssertionRow {
            reference_frame: item.reference_frame,
            expires_at: Timestamp::from_second(item.good_until).map_err(|it| malformed(OPERATION, it))?,
        })
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

fn frame_part(index: u32) -> String {
    format!("frame#{index:04}")
}

fn to_item(operation: &'static str, item: impl Serialize) -> Result<HashMap<String, AttributeValue>, Fault> {
    serde_dynamo::to_item(item).map_err(|it| malformed(operation, it))
}

fn part_item(
    operation: &'static str,
    row: &ChallengeRow,
    part: Part<'_>,
) -> Result<HashMap<String, AttributeValue>, Fault> {
    let (challenge_id, expires_at) = (row.id.to_string(), row.forget_at.as_second());
    match part {
        Part::Frame(frame) => to_item(
            operation,
            FrameItem {
                challenge_id,
                part: frame_part(frame.index),
                sha256: hex::encode(frame.sha256),
                answer: frame.answer.clone(),
                expires_at,
            },
        ),
        Part::Assertion(assertion) => to_item(
            operation,
            AssertionItem {
                challenge_id,
                part: ASSERTION.to_owned(),
                reference_frame: assertion.reference_frame,
                good_until: assertion.expires_at.as_second(),
                expires_at,
            },
        ),
    }
}

impl From<&ChallengeRow> for ChallengeItem {
    fn from(row: &ChallengeRow) -> Self {
        Self {
            challenge_id: row.id.to_string(),
            part: CHALLENGE.to_owned(),
            owner_id: row.owner.to_string(),
            version: row.version,
            leased_by: row.lease.map(|it| it.by),
            leased_until_ms: row.lease.map(|it| it.until.as_millisecond()),
            body: row.body.clone(),
            expires_at: row.forget_at.as_second(),
        }
    }
}

fn challenge(id: ChallengeId, item: ChallengeItem) -> Result<ChallengeRow, Fault> {
    const OPERATION: &str = "GetChallenge";
    let until = item.leased_until_ms.map(Timestamp::from_millisecond).transpose();
    let until = until.map_err(|it| malformed(OPERATION, it))?;
    Ok(ChallengeRow {
        id,
        owner: UserId::parse(&item.owner_id).map_err(|it| malformed(OPERATION, it))?,
        version: item.version,
        lease: item.leased_by.zip(until).map(|(by, until)| Lease { by, until }),
        body: item.body,
        forget_at: Timestamp::from_second(item.expires_at).map_err(|it| malformed(OPERATION, it))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> ChallengeRow {
        ChallengeRow {
            id: ChallengeId::parse("01890a5e-0000-7000-8000-000000000001").unwrap(),
            owner: UserId::parse("01890a5e-0000-7000-8000-000000000002").unwrap(),
            version: 3,
            lease: Some(Lease {
                by: Uuid::from_u128(9),
                until: Timestamp::from_millisecond(1_795_001_800_123).unwrap(),
            }),
            body: r#"{"steps":["blink"]}"#.to_owned(),
            forget_at: Timestamp::from_second(1_795_001_800).unwrap(),
        }
    }

    #[test]
    fn a_row_reads_back_as_it_was_stored_and_a_damaged_one_does_not() {
        let unleased = ChallengeRow { lease: None, ..row() };
        for row in [row(), unleased] {
            let item = to_item("", ChallengeItem::from(&row)).unwrap();
            let read = serde_dynamo::from_item(item.clone()).unwrap();
            assert_eq!(challenge(row.id, read).unwrap(), row);
            let mut damaged: ChallengeItem = serde_dynamo::from_item(item).unwrap();
            damaged.owner_id = "x".to_owned();
            challenge(row.id, damaged).err().unwrap();
        }
    }

    #[test]
    fn parts_have_keys_that_sort_and_die_with_their_challenge() {
        let frame = FrameRow {
            index: 7,
            sha256: [1; 32],
            answer: "{}".to_owned(),
        };
        let frame = part_item("", &row(), Part::Frame(&frame)).unwrap();
        assert_eq!(frame["part"], AttributeValue::S("frame#0007".to_owned()));
        let assertion = Part::Assertion(AssertionRow {
            reference_frame: 2,
            expires_at: row().forget_at,
        });
        let assertion = part_item("", &row(), assertion).unwrap();
        assert_eq!(assertion["part"], AttributeValue::S("assertion".to_owned()));
        for part in [frame, assertion] {
            assert_eq!(part["expiresAt"], AttributeValue::N("1795001800".to_owned()));
            assert_eq!(part["challengeId"], AttributeValue::S(row().id.to_string()));
        }
    }

    #[test]
    fn what_will_be_asked_for_does_not_show_in_debug_output() {
        assert!(!format!("{:?}", row()).contains("blink"));
    }
}
