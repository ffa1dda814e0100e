//! The table of uploads: one row for each place that was handed out for a photo.
//!
//! A row goes `pending` → `claimed` → `used`, or `refused` where its photo is none. A claim is a lease: it names the analysis that will come of the
//! upload, so that whoever takes over from a crashed attempt makes the same analysis and not a second one.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure, Select};
use domain::{AnalysisId, Fault, UploadId, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::fault::{malformed, sdk_fault};

/// Adapter on the table of uploads.
#[derive(Debug, Clone)]
pub struct UploadsTable {
    client: Client,
    table: String,
}

/// What was announced for an upload, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadRow {
    /// Whose it is.
    pub user: UserId,
    /// Its identifier.
    pub upload: UploadId,
    /// Media type that was announced.
    pub content_type: String,
    /// Size that was announced, in bytes.
    pub size_bytes: u64,
    /// SHA-256 that was announced, if one was.
    pub sha256: Option<[u8; 32]>,
    /// When it was handed out.
    pub created_at: Timestamp,
    /// When it can no longer be used; DynamoDB removes the row some time later. Whole seconds.
    pub expires_at: Timestamp,
    /// What became of it.
    pub state: UploadState,
}

/// What became of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadState {
    /// Nothing yet.
    Pending,
    /// An attempt to analyze it is under way, until it succeeds, gives up, or the lease ends.
    Claimed {
        /// The analysis that will come of it.
        analysis: AnalysisId,
    },
    /// It was analyzed.
    Used {
        /// The analysis that came of it.
        analysis: AnalysisId,
    },
    /// Its photo was refused and removed.
    Refused,
}

/// A claim on an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// The analysis to make: the one an earlier attempt chose, if there was one.
    pub analysis: AnalysisId,
    /// When the claim ends by itself.
    pub until: Timestamp,
}

/// What an `Idempotency-Key` stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// The upload that the first request with the key was about.
    pub upload: UploadId,
    /// What that request asked for, in a form that equal requests share.
    pub fingerprint: String,
}

/// Why an upload was not claimed.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// There is no such upload.
    #[error("the upload does not exist")]
    NotFound,
    /// Another attempt holds a claim, or has succeeded.
    #[error("the upload is claimed by another attempt")]
    Taken,
    /// The table failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// A row as it is stored. Times are seconds or milliseconds since 1970, because TTL and conditions need numbers.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    user_id: String,
    upload_id: String,
    content_type: String,
    size_bytes: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    created_at_ms: i64,
    /// Seconds: the table's TTL attribute.
    expires_at: i64,
    state: State,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    analysis_id: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    Pending,
    Claimed,
    Used,
    Refused,
}

impl UploadsTable {
    /// Returns the adapter for the table of that name.
    #[must_use]
    pub fn new(aws: &aws_config::SdkConfig, table: String) -> Self {
        Self {
            client: Client::new(aws),
            table,
        }
    }

    /// Stores a new upload. Maps to `dynamodb:PutItem`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed, or if the identifier is taken: it is random, so that is nobody's doing.
    pub async fn put(&self, row: &UploadRow) -> Result<(), Fault> {
        const OPERATION: &str = "PutUpload";
        let item = serde_dynamo::to_item(Item::from(row)).map_err(|it| malformed(OPERATION, it))?;
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(uploadId)")
            .send()
            .await
            .map_err(|it| sdk_fault(OPERATION, it))?;
        Ok(())
    }

    /// Remembers what a request with an `Idempotency-Key` is about, unless another request with the key came first:
    /// then returns what that one was about. Maps to `dynamodb:PutItem`.
    ///
    /// `digest` is the key's, see `lambda_kit::IdempotencyKey::digest`. What is remembered is forgotten at
    /// `forget_at`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    pub async fn remember(
        &self,
        user: UserId,
        digest: &str,
        request: &Remembered,
        now: Timestamp,
        forget_at: Timestamp,
    ) -> Result<Option<Remembered>, Fault> {
        const OPERATION: &str = "RememberRequest";
        let sent = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("userId", AttributeValue::S(user.to_string()))
            // `#` sorts before every digit, so these rows are not in the range of any count of uploads.
            .item("uploadId", AttributeValue::S(format!("#{digest}")))
            .item("requestUploadId", AttributeValue::S(request.upload.to_string()))
            .item("fingerprint", AttributeValue::S(request.fingerprint.clone()))
            .item("expiresAt", seconds(forget_at))
            .condition_expression("attribute_not_exists(uploadId) OR expiresAt <= :now")
            .expression_attribute_values(":now", seconds(now))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let Err(error) = sent else {
            return Ok(None);
        };
        let Some(PutItemError::ConditionalCheckFailedException(failure)) = error.as_service_error() else {
            return Err(sdk_fault(OPERATION, error));
        };
        let text = |name: &str| Some(failure.item.as_ref()?.get(name)?.as_s().ok()?.clone());
        let first = || {
            let upload = UploadId::parse(&text("requestUploadId")?).ok()?;
            Some(Remembered {
                upload,
                fingerprint: text("fingerprint")?,
            })
        };
        first()
            .map(Some)
            .ok_or_else(|| malformed(OPERATION, "the first request does not parse"))
    }

    /// Returns the upload if this user has it, expired or not. Maps to `dynamodb:GetItem`, consistent.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed or the row does not parse.
    pub async fn get(&self, user: UserId, upload: UploadId) -> Result<Option<UploadRow>, Fault> {
        const OPERATION: &str = "GetUpload";
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key(user, upload)))
            .consistent_read(true)
            .send()
            .await
            .map_err(|it| sdk_fault(OPERATION, it))?;
        let Some(item) = answer.item else {
            return Ok(None);
        };
        let item: Item = serde_dynamo::from_item(item).map_err(|it| malformed(OPERATION, it))?;
        UploadRow::try_from(item)
            .map(Some)
            .map_err(|it| malformed(OPERATION, it))
    }

    /// Counts the uploads of this user that can still be used and have not been, at most `enough`.
    ///
    /// `oldest` is an identifier below that of every upload that has not expired: identifiers begin with their
    /// time, so what the user has used up in the past is not read. Maps to `dynamodb:Query`, consistent.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    pub async fn count_pending(
        &self,
        user: UserId,
        oldest: UploadId,
        now: Timestamp,
        enough: usize,
    ) -> Result<usize, Fault> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("userId = :user AND uploadId >= :oldest")
            .filter_expression("#state IN (:pending, :claimed) AND expiresAt > :now")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":user", AttributeValue::S(user.to_string()))
            .expression_attribute_values(":oldest", AttributeValue::S(oldest.to_string()))
            .expression_attribute_values(":pending", AttributeValue::S("pending".to_owned()))
            .expression_attribute_values(":claimed", AttributeValue::S("claimed".to_owned()))
            .expression_attribute_values(":now", seconds(now))
            .select(Select::Count)
            .consistent_read(true)
            .into_paginator()
            .send();
        let mut n_pending = 0;
        while let Some(page) = pages.next().await {
            let page = page.map_err(|it| sdk_fault("CountPendingUploads", it))?;
            n_pending += usize::try_from(page.count).unwrap_or_default();
            if enough <= n_pending {
                break;
            }
        }
        Ok(n_pending.min(enough))
    }

    /// Claims an upload that is pending, or whose last claim has ended. Maps to `dynamodb:UpdateItem`.
    ///
    /// Of several attempts at the same time one succeeds. The claim names `proposed`, or the analysis that an
    /// earlier claim named.
    ///
    /// # Errors
    ///
    /// [`ClaimError::NotFound`] or [`ClaimError::Taken`]; nothing is changed then.
    pub async fn claim(
        &self,
        user: UserId,
        upload: UploadId,
        proposed: AnalysisId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Claim, ClaimError> {
        const OPERATION: &str = "ClaimUpload";
        let answer = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(user, upload)))
            .update_expression(
                "SET #state = :claimed, claimedUntilMs = :until, analysisId = if_not_exists(analysisId, :proposed)",
            )
            .condition_expression(
                "attribute_exists(uploadId) \
                 AND (#state = :pending OR (#state = :claimed AND claimedUntilMs <= :now))",
            )
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":claimed", AttributeValue::S("claimed".to_owned()))
            .expression_attribute_values(":pending", AttributeValue::S("pending".to_owned()))
            .expression_attribute_values(":proposed", AttributeValue::S(proposed.to_string()))
            .expression_attribute_values(":until", milliseconds(until))
            .expression_attribute_values(":now", milliseconds(now))
            .return_values(aws_sdk_dynamodb::types::ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await
            .map_err(|error| match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failure)) => {
                    if failure.item.as_ref().is_some_and(|it| !it.is_empty()) {
                        ClaimError::Taken
                    } else {
                        ClaimError::NotFound
                    }
                }
                _ => ClaimError::Fault(sdk_fault(OPERATION, error)),
            })?;
        let stored = answer
            .attributes
            .as_ref()
            .and_then(|it| it.get("analysisId")?.as_s().ok());
        let analysis = stored
            .and_then(|it| AnalysisId::parse(it).ok())
            .ok_or_else(|| malformed(OPERATION, "the claimed row names no analysis"))?;
        Ok(Claim { analysis, until })
    }

    /// Gives up a claim, so that the upload can be claimed again at once. Maps to `dynamodb:UpdateItem`.
    ///
    /// Does nothing where the claim has ended and somebody else holds one.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    pub async fn release(&self, user: UserId, upload: UploadId, claim: Claim) -> Result<(), Fault> {
        self.end_claim("ReleaseUpload", user, upload, claim, "pending")
            .await
    }

    /// Ends a claim on an upload whose photo was refused: it can never be claimed again. Maps to
    /// `dynamodb:UpdateItem`.
    ///
    /// Does nothing where the claim has ended and somebody else holds one.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    pub async fn refuse(&self, user: UserId, upload: UploadId, claim: Claim) -> Result<(), Fault> {
        self.end_claim("RefuseUpload", user, upload, claim, "refused")
            .await
    }

    async fn end_claim(
        &self,
        operation: &'static str,
        user: UserId,
        upload: UploadId,
        claim: Claim,
        state: &'static str,
    ) -> Result<(), Fault> {
        let sent = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(user, upload)))
            .update_expression("SET #state = :next REMOVE claimedUntilMs")
            .condition_expression("#state = :claimed AND claimedUntilMs = :until")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":claimed", AttributeValue::S("claimed".to_owned()))
            .expression_attribute_values(":next", AttributeValue::S(state.to_owned()))
            .expression_attribute_values(":until", milliseconds(claim.until))
            .send()
            .await;
        unless_condition_failed(operation, sent)
    }

    /// Records that the upload was analyzed, and keeps the row until `keep_until`, so that a repeated request
    /// finds its analysis. Idempotent. Maps to `dynamodb:UpdateItem`.
    ///
    /// Does nothing where the row is gone.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    pub async fn mark_used(
        &self,
        user: UserId,
        upload: UploadId,
        analysis: AnalysisId,
        keep_until: Timestamp,
    ) -> Result<(), Fault> {
        let mark = self
            .marking_used(user, upload, analysis, keep_until)
            .condition_expression("attribute_exists(uploadId)");
        unless_condition_failed("MarkUploadUsed", mark.send().await)
    }

    /// As [`Self::mark_used`], by somebody who holds no claim: does nothing where somebody else claimed or used the upload.
    ///
    /// # Errors
    ///
    /// As [`Self::mark_used`].
    pub async fn mark_pending_used(
        &self,
        user: UserId,
        upload: UploadId,
        analysis: AnalysisId,
        keep_until: Timestamp,
    ) -> Result<(), Fault> {
        let mark = self
            .marking_used(user, upload, analysis, keep_until)
            .condition_expression("#state = :pending")
            .expression_attribute_values(":pending", AttributeValue::S("pending".to_owned()));
        unless_condition_failed("MarkPendingUploadUsed", mark.send().await)
    }

    fn marking_used(
        &self,
        user: UserId,
        upload: UploadId,
        analysis: AnalysisId,
        keep_until: Timestamp,
    ) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(user, upload)))
            .update_expression(
                "SET #state = :used, expiresAt = :keep, analysisId = :analysis REMOVE claimedUntilMs",
            )
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":used", AttributeValue::S("used".to_owned()))
            .expression_attribute_values(":analysis", AttributeValue::S(analysis.to_string()))
            .expression_attribute_values(":keep", seconds(keep_until))
    }
}

fn unless_condition_failed<T>(
    operation: &'static str,
    sent: Result<T, aws_sdk_dynamodb::error::SdkError<UpdateItemError>>,
) -> Result<(), Fault> {
    match sent {
        Ok(_) => Ok(()),
        Err(error)
            if error
                .as_service_error()
                .is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
        {
            Ok(())
        }
        Err(error) => Err(sdk_fault(operation, error)),
    }
}

fn key(user: UserId, upload: UploadId) -> std::collections::HashMap<String, AttributeValue> {
    [
        ("userId".to_owned(), AttributeValue::S(user.to_string())),
        ("uploadId".to_owned(), AttributeValue::S(upload.to_string())),
    ]
    .into()
}

fn seconds(time: Timestamp) -> AttributeValue {
    AttributeValue::N(time.as_second().to_string())
}

fn milliseconds(time: Timestamp) -> AttributeValue {
    AttributeValue::N(time.as_millisecond().to_string())
}

impl From<&UploadRow> for Item {
    fn from(row: &UploadRow) -> Self {
        let (state, analysis) = match row.state {
            UploadState::Pending => (State::Pending, None),
            UploadState::Claimed { analysis } => (State::Claimed, Some(analysis)),
            UploadState::Used { analysis } => (State::Used, Some(analysis)),
            UploadState::Refused => (State::Refused, None),
        };
        Self {
            user_id: row.user.to_string(),
            upload_id: row.upload.to_string(),
            content_type: row.content_type.clone(),
            size_bytes: row.size_bytes,
            sha256: row.sha256.map(hex::encode),
            created_at_ms: row.created_at.as_millisecond(),
            expires_at: row.expires_at.as_second(),
            state,
            analysis_id: analysis.map(|it| it.to_string()),
        }
    }
}

/// Why a stored row is not an upload.
#[derive(Debug, thiserror::Error)]
enum InvalidItem {
    #[error(transparent)]
    Id(#[from] domain::InvalidId),
    #[error(transparent)]
    Time(#[from] jiff::Error),
    #[error("not a SHA-256")]
    Sha256,
    #[error("the state needs an analysis")]
    NoAnalysis,
}

impl TryFrom<Item> for UploadRow {
    type Error = InvalidItem;

    fn try_from(item: Item) -> Result<Self, InvalidItem> {
        let analysis = item.analysis_id.as_deref().map(AnalysisId::parse).transpose()?;
        let state = match item.state {
            // A released claim leaves its analysis behind for the next one.
            State::Pending => UploadState::Pending,
            State::Refused => UploadState::Refused,
            State::Claimed => UploadState::Claimed {
                analysis: analysis.ok_or(InvalidItem::NoAnalysis)?,
            },
            State::Used => UploadState::Used {
                analysis: analysis.ok_or(InvalidItem::NoAnalysis)?,
            },
        };
        let sha256 = item.sha256.map(|it| {
            let mut digest = [0; 32];
            hex::decode_to_slice(it, &mut digest)
                .map(|()| digest)
                .map_err(|_| InvalidItem::Sha256)
        });
        Ok(Self {
            user: UserId::parse(&item.user_id)?,
            upload: UploadId::parse(&item.upload_id)?,
            content_type: item.content_type,
            size_bytes: item.size_bytes,
            sha256: sha256.transpose()?,
            created_at: Timestamp::from_millisecond(item.created_at_ms)?,
            expires_at: Timestamp::from_second(item.expires_at)?,
            state,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(state: UploadState) -> UploadRow {
        UploadRow {
            user: UserId::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap(),
            upload: UploadId::parse("01890a5e-0000-7000-8000-000000000001").unwrap(),
            content_type: "image/jpeg".to_owned(),
            size_bytes: 15 * 1024 * 1024,
            sha256: Some([7; 32]),
            created_at: Timestamp::from_millisecond(1_795_000_000_123).unwrap(),
            expires_at: Timestamp::from_second(1_795_001_800).unwrap(),
            state,
        }
    }

    #[test]
    fn a_row_reads_back_as_it_was_stored() {
        let analysis = AnalysisId::parse("01890a5f-0000-7000-8000-000000000002").unwrap();
        for state in [
            UploadState::Pending,
            UploadState::Claimed { analysis },
            UploadState::Used { analysis },
            UploadState::Refused,
        ] {
            let stored: std::collections::HashMap<String, AttributeValue> =
                serde_dynamo::to_item(Item::from(&row(state))).unwrap();
            assert_eq!(stored["expiresAt"], AttributeValue::N("1795001800".to_owned()));
            let item: Item = serde_dynamo::from_item(stored).unwrap();
            assert_eq!(UploadRow::try_from(item).unwrap(), row(state));
        }
    }

    #[test]
    fn a_damaged_row_is_an_error_and_not_a_guess() {
        let item = || Item::from(&row(UploadState::Pending));
        for damaged in [
            Item {
                user_id: "x".to_owned(),
                ..item()
            },
            Item {
                sha256: Some("00".to_owned()),
                ..item()
            },
            Item {
                created_at_ms: i64::MAX,
                ..item()
            },
            Item {
                state: State::Used,
                ..item()
            },
        ] {
            UploadRow::try_from(damaged).unwrap_err();
        }
    }
}
