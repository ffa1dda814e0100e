//! The table of analyses: one row for each, with what lists show and filter by. Faces and landmarks are in the
//! result file, because a row may have 400 kB at most and a list reads many of them.
//!
//! Its stream drives the alerts, so a row is written once, last, and as a whole. An erased analysis leaves a
//! marker for a day: it lets a repeated erasure succeed and keeps a late attempt from bringing it back.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{AnalysisId, AnalysisList, Fault, UploadId, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::fault::{malformed, sdk_fault};

/// Adapter on the table of analyses.
#[derive(Debug, Clone)]
pub struct AnalysesTable {
    client: Client,
    table: String,
}

/// What is stored of an analysis.
#[derive(Debug, Clone, PartialEq)]
pub struct AnalysisRow {
    /// Whose it is.
    pub user: UserId,
    /// Its identifier.
    pub analysis: AnalysisId,
    /// The upload it was made from.
    pub upload: UploadId,
    /// When it was made. Whole milliseconds.
    pub created_at: Timestamp,
    /// What was looked for, by name.
    pub kinds: Vec<String>,
    /// Width of the photo in pixels.
    pub width_px: u32,
    /// Height of the photo in pixels.
    pub height_px: u32,
    /// Number of faces.
    pub n_faces: u32,
    /// Number of smiling faces, where that was measured.
    pub n_smiling: Option<u32>,
    /// Confidence of the best face in percent.
    pub best_confidence: Option<f32>,
    /// The list it belongs to.
    pub list: Option<AnalysisList>,
    /// Whether the administrator should look at it: the table's stream is filtered by this.
    pub low_confidence: bool,
}

/// What is found under an identifier.
#[derive(Debug, Clone, PartialEq)]
pub enum StoredAnalysis {
    /// An analysis.
    Kept(Box<AnalysisRow>),
    /// The marker of one that was erased.
    Erased,
}

/// Why an analysis was not stored.
#[derive(Debug, thiserror::Error)]
pub enum PutAnalysisError {
    /// The identifier is taken by an analysis or a marker; it is unchanged.
    #[error("the analysis exists already")]
    Exists,
    /// The table failed; whether the row was written is not known.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Which analyses a list shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AnalysisFilter {
    /// Only this list.
    pub list: Option<AnalysisList>,
    /// Only those with a smiling face, or only those without one.
    pub smiling: Option<bool>,
    /// Only those made at this time or later.
    pub from: Option<Timestamp>,
    /// Only those made before this time.
    pub to: Option<Timestamp>,
}

/// A page of a list, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct AnalysisRows {
    /// The rows.
    pub rows: Vec<AnalysisRow>,
    /// Where the next page begins: after this one. `None` at the end.
    pub after: Option<AnalysisId>,
}

/// Most rows that are read for one page, whatever they hold. What a filter drops is read as well, and this bounds
/// what a list can cost: a row has about 400 bytes, so at most four reads of 1 MB are made.
const MAX_ROWS_READ: usize = 10_000;

/// Rows of one read where a filter may drop most of them. Chosen: 200 kB, a fifth of what one read may return.
const FILTERED_ROWS_READ: usize = 500;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    user_id: String,
    analysis_id: String,
    upload_id: String,
    /// RFC 3339 in UTC with exactly three decimals, so that texts compare like times.
    created_at: String,
    kinds: Vec<String>,
    width: u32,
    height: u32,
    face_count: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    smiling_count: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    best_confidence: Option<f32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    list: Option<String>,
    low_confidence: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Marker {
    user_id: String,
    analysis_id: String,
    erased: bool,
    /// Seconds: the table's TTL attribute.
    expires_at: i64,
}

impl AnalysesTable {
    /// Returns the adapter for the table of that name.
    #[must_use]
    pub fn new(aws: &aws_config::SdkConfig, table: String) -> Self {
        Self {
            client: Client::new(aws),
            table,
        }
    }

    /// Stores an analysis unless its identifier is taken. Maps to `dynamodb:PutItem`.
    ///
    /// # Errors
    ///
    /// [`PutAnalysisError::Exists`] if it is taken. After [`PutAnalysisError::Fault`] the row may be there.
    pub async fn put(&self, row: &AnalysisRow) -> Result<(), PutAnalysisError> {
        const OPERATION: &str = "PutAnalysis";
        let item = serde_dynamo::to_item(Item::from(row)).map_err(|it| malformed(OPERATION, it))?;
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(analysisId)")
            .send()
            .await
            .map_err(|error| match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(_)) => PutAnalysisError::Exists,
                _ => PutAnalysisError::Fault(sdk_fault(OPERATION, error)),
            })?;
        Ok(())
    }

    /// Returns what this user has under the identifier. Maps to `dynamodb:GetItem`, consistent.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed or the row does not parse.
    pub async fn get(&self, user: UserId, analysis: AnalysisId) -> Result<Option<StoredAnalysis>, Fault> {
        const OPERATION: &str = "GetAnalysis";
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key(user, analysis)))
            .consistent_read(true)
            .send()
            .await
            .map_err(|it| sdk_fault(OPERATION, it))?;
        let Some(item) = answer.item else {
            return Ok(None);
        };
        if item.contains_key("erased") {
            return Ok(Some(StoredAnalysis::Erased));
        }
        let row = parse(item).map_err(|it| malformed(OPERATION, it))?;
        Ok(Some(StoredAnalysis::Kept(Box::new(row))))
    }

    /// Replaces an analysis by a marker that lasts until `marker_until`. Idempotent. Maps to `dynamodb:PutItem`.
    ///
    /// Returns whether there was something under the identifier; if not, nothing is written.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    pub async fn erase(
        &self,
        user: UserId,
        analysis: AnalysisId,
        marker_until: Timestamp,
    ) -> Result<bool, Fault> {
        const OPERATION: &str = "EraseAnalysis";
        let marker = Marker {
            user_id: user.to_string(),
            analysis_id: analysis.to_string(),
            erased: true,
            expires_at: marker_until.as_second(),
        };
        let item = serde_dynamo::to_item(marker).map_err(|it| malformed(OPERATION, it))?;
        let sent = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_exists(analysisId)")
            .send()
            .await;
        match sent {
            Ok(_) => Ok(true),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(PutItemError::is_conditional_check_failed_exception) =>
            {
                Ok(false)
            }
            Err(error) => Err(sdk_fault(OPERATION, error)),
        }
    }

    /// Returns a page of this user's analyses that pass `filter`, newest first, beginning after `after`.
    ///
    /// A page may be shorter than `limit`, even empty, and still not be the last. Maps to `dynamodb:Query`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed or a row does not parse.
    pub async fn list(
        &self,
        user: UserId,
        filter: AnalysisFilter,
        limit: usize,
        after: Option<AnalysisId>,
    ) -> Result<AnalysisRows, Fault> {
        const OPERATION: &str = "ListAnalyses";
        let (condition, names, values) = conditions(user, filter);
        let n_at_once = if filter == AnalysisFilter::default() {
            limit.saturating_add(1)
        } else {
            FILTERED_ROWS_READ
        };
        let mut rows = Vec::new();
        let mut start = after.map(|it| key(user, it));
        let mut n_read = 0;
        loop {
            let answer = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("userId = :user")
                .filter_expression(&condition)
                .set_expression_attribute_names(names.clone())
                .set_expression_attribute_values(Some(values.clone()))
                .scan_index_forward(false)
                .limit(i32::try_from(n_at_once).unwrap_or(i32::MAX))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(|it| sdk_fault(OPERATION, it))?;
            n_read += usize::try_from(answer.scanned_count).unwrap_or_default();
            for item in answer.items.unwrap_or_default() {
                rows.push(parse(item).map_err(|it| malformed(OPERATION, it))?);
                // One more than asked for tells whether there is a next page.
                if limit < rows.len() {
                    rows.truncate(limit);
                    let after = rows.last().map(|it| it.analysis);
                    return Ok(AnalysisRows { rows, after });
                }
            }
            let Some(last) = answer.last_evaluated_key else {
                return Ok(AnalysisRows { rows, after: None });
            };
            if MAX_ROWS_READ <= n_read {
                let after = last
                    .get("analysisId")
                    .and_then(|it| AnalysisId::parse(it.as_s().ok()?).ok());
                return Ok(AnalysisRows { rows, after });
            }
            start = Some(last);
        }
    }
}

type Names = Option<HashMap<String, String>>;
type Values = HashMap<String, AttributeValue>;

/// Filter expression with its names and values.
fn conditions(user: UserId, filter: AnalysisFilter) -> (String, Names, Values) {
    let mut conditions = vec!["attribute_not_exists(erased)"];
    let mut names = None;
    let mut values = Values::from([(":user".to_owned(), AttributeValue::S(user.to_string()))]);
    if let Some(list) = filter.list {
        conditions.push("#list = :list");
        // `list` is a reserved word of DynamoDB's expressions.
        names = Some(HashMap::from([("#list".to_owned(), "list".to_owned())]));
        values.insert(":list".to_owned(), AttributeValue::S(list.as_str().to_owned()));
    }
    if let Some(smiling) = filter.smiling {
        conditions.push(if smiling {
            "smilingCount > :none"
        } else {
            "smilingCount = :none"
        });
        values.insert(":none".to_owned(), AttributeValue::N("0".to_owned()));
    }
    if let Some(from) = filter.from {
        conditions.push("createdAt >= :from");
        values.insert(":from".to_owned(), AttributeValue::S(time_text(round_up(from))));
    }
    if let Some(to) = filter.to {
        conditions.push("createdAt < :to");
        values.insert(":to".to_owned(), AttributeValue::S(time_text(round_up(to))));
    }
    (conditions.join(" AND "), names, values)
}

/// The first whole millisecond at or after `time`: stored times have no more, and a comparison must not be moved
/// by cutting decimals off.
fn round_up(time: Timestamp) -> Timestamp {
    let cut = time.as_millisecond();
    let whole = Timestamp::from_millisecond(cut).unwrap_or(time);
    if whole < time {
        Timestamp::from_millisecond(cut + 1).unwrap_or(time)
    } else {
        whole
    }
}

fn time_text(time: Timestamp) -> String {
    format!("{time:.3}")
}

fn key(user: UserId, analysis: AnalysisId) -> HashMap<String, AttributeValue> {
    [
        ("userId".to_owned(), AttributeValue::S(user.to_string())),
        ("analysisId".to_owned(), AttributeValue::S(analysis.to_string())),
    ]
    .into()
}

fn parse(item: HashMap<String, AttributeValue>) -> Result<AnalysisRow, InvalidItem> {
    AnalysisRow::try_from(serde_dynamo::from_item::<_, Item>(item)?)
}

impl From<&AnalysisRow> for Item {
    fn from(row: &AnalysisRow) -> Self {
        Self {
            user_id: row.user.to_string(),
            analysis_id: row.analysis.to_string(),
            upload_id: row.upload.to_string(),
            created_at: time_text(row.created_at),
            kinds: row.kinds.clone(),
            width: row.width_px,
            height: row.height_px,
            face_count: row.n_faces,
            smiling_count: row.n_smiling,
            best_confidence: row.best_confidence,
            list: row.list.map(|it| it.as_str().to_owned()),
            low_confidence: row.low_confidence,
        }
    }
}

/// Why a stored row is not an analysis.
#[derive(Debug, thiserror::Error)]
enum InvalidItem {
    #[error(transparent)]
    Shape(#[from] serde_dynamo::Error),
    #[error(transparent)]
    Id(#[from] domain::InvalidId),
    #[error(transparent)]
    Time(#[from] jiff::Error),
    #[error("not the name of a list")]
    List,
}

impl TryFrom<Item> for AnalysisRow {
    type Error = InvalidItem;

    fn try_from(item: Item) -> Result<Self, InvalidItem> {
        let list = item
            .list
            .map(|it| AnalysisList::parse(&it).ok_or(InvalidItem::List));
        Ok(Self {
            user: UserId::parse(&item.user_id)?,
            analysis: AnalysisId::parse(&item.analysis_id)?,
            upload: UploadId::parse(&item.upload_id)?,
            created_at: item.created_at.parse()?,
            kinds: item.kinds,
            width_px: item.width,
            height_px: item.height,
            n_faces: item.face_count,
            n_smiling: item.smiling_count,
            best_confidence: item.best_confidence,
            list: list.transpose()?,
            low_confidence: item.low_confidence,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> AnalysisRow {
        AnalysisRow {
            user: UserId::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap(),
            analysis: AnalysisId::parse("01890a5f-0000-7000-8000-000000000002").unwrap(),
            upload: UploadId::parse("01890a5e-0000-7000-8000-000000000001").unwrap(),
            created_at: "2026-11-20T11:00:00Z".parse().unwrap(),
            kinds: vec!["faces".to_owned()],
            width_px: 1200,
            height_px: 800,
            n_faces: 2,
            n_smiling: Some(1),
            best_confidence: Some(99.4),
            list: None,
            low_confidence: false,
        }
    }

    fn stored(row: &AnalysisRow) -> HashMap<String, AttributeValue> {
        serde_dynamo::to_item(Item::from(row)).unwrap()
    }

    #[test]
    fn a_row_reads_back_as_it_was_stored() {
        let without = AnalysisRow {
            n_faces: 0,
            n_smiling: None,
            best_confidence: None,
            list: Some(AnalysisList::NoFaces),
            low_confidence: true,
            ..row()
        };
        for row in [row(), without] {
            assert_eq!(parse(stored(&row)).unwrap(), row);
        }
    }

    #[test]
    fn what_the_stream_is_filtered_by_is_a_boolean_at_the_top() {
        assert_eq!(stored(&row())["lowConfidence"], AttributeValue::Bool(false));
    }

    #[test]
    fn stored_times_compare_like_times() {
        assert_eq!(
            stored(&row())["createdAt"],
            AttributeValue::S("2026-11-20T11:00:00.000Z".to_owned())
        );
        let precise: Timestamp = "2026-11-20T11:00:00.0001Z".parse().unwrap();
        assert_eq!(time_text(round_up(precise)), "2026-11-20T11:00:00.001Z");
        let whole: Timestamp = "2026-11-20T11:00:00.5Z".parse().unwrap();
        assert_eq!(time_text(round_up(whole)), "2026-11-20T11:00:00.500Z");
    }

    #[test]
    fn a_filter_becomes_conditions_and_never_text_of_the_caller() {
        let user = row().user;
        let (condition, names, values) = conditions(user, AnalysisFilter::default());
        assert_eq!(condition, "attribute_not_exists(erased)");
        assert!(names.is_none());
        assert_eq!(values.len(), 1);

        let filter = AnalysisFilter {
            list: Some(AnalysisList::NoFaces),
            smiling: Some(false),
            from: Some("2026-11-01T00:00:00Z".parse().unwrap()),
            to: Some("2026-12-01T00:00:00Z".parse().unwrap()),
        };
        let (condition, _, values) = conditions(user, filter);
        assert_eq!(
            condition,
            "attribute_not_exists(erased) AND #list = :list AND smilingCount = :none AND createdAt >= :from \
             AND createdAt < :to"
        );
        assert_eq!(values.len(), 5);
    }

    #[test]
    fn a_damaged_row_is_an_error_and_not_a_guess() {
        let mut item = stored(&row());
        item.insert("list".to_owned(), AttributeValue::S("masked".to_owned()));
        parse(item).unwrap_err();
        let mut item = stored(&row());
        item.remove("uploadId");
        parse(item).unwrap_err();
    }
}
