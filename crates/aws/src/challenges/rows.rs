//! The rows of challenges, and the items that hold them.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{ChallengeId, Fault, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::fault::malformed;

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

pub(super) const CHALLENGE: &str = "challenge";
pub(super) const ASSERTION: &str = "assertion";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChallengeItem {
    pub(super) challenge_id: String,
    pub(super) part: String,
    pub(super) owner_id: String,
    pub(super) version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) leased_by: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) leased_until_ms: Option<i64>,
    pub(super) body: String,
    /// Seconds: the table's TTL attribute.
    pub(super) expires_at: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FrameItem {
    pub(super) challenge_id: String,
    pub(super) part: String,
    pub(super) sha256: String,
    pub(super) answer: String,
    pub(super) expires_at: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AssertionItem {
    pub(super) challenge_id: String,
    pub(super) part: String,
    pub(super) reference_frame: u32,
    pub(super) good_until: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) spent_at: Option<i64>,
    pub(super) expires_at: i64,
}

impl AssertionItem {
    /// The condition of using it up.
    pub(super) fn is_usable(&self, now: Timestamp) -> bool {
        self.spent_at.is_none() && now.as_second() < self.good_until
    }
}

pub(super) fn frame_part(index: u32) -> String {
    format!("frame#{index:04}")
}

pub(super) fn to_item(
    operation: &'static str,
    item: impl Serialize,
) -> Result<HashMap<String, AttributeValue>, Fault> {
    serde_dynamo::to_item(item).map_err(|it| malformed(operation, it))
}

pub(super) fn part_item(
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
                spent_at: None,
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

pub(super) fn challenge(id: ChallengeId, item: ChallengeItem) -> Result<ChallengeRow, Fault> {
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

pub(super) fn assertion(operation: &'static str, item: &AssertionItem) -> Result<AssertionRow, Fault> {
    Ok(AssertionRow {
        reference_frame: item.reference_frame,
        expires_at: Timestamp::from_second(item.good_until).map_err(|it| malformed(operation, it))?,
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
    fn an_assertion_is_usable_until_it_is_spent_or_its_time_is_over() {
        let good_until = row().forget_at;
        let written = Part::Assertion(AssertionRow {
            reference_frame: 2,
            expires_at: good_until,
        });
        let item = part_item("", &row(), written).unwrap();
        assert!(!item.contains_key("spentAt"));
        let mut item: AssertionItem = serde_dynamo::from_item(item).unwrap();
        let second = jiff::SignedDuration::from_secs(1);
        assert!(item.is_usable(good_until - second));
        assert!(!item.is_usable(good_until));
        let read = assertion("", &item).unwrap();
        assert_eq!((read.reference_frame, read.expires_at), (2, good_until));
        item.spent_at = Some(0);
        assert!(!item.is_usable(good_until - second));
    }

    #[test]
    fn what_will_be_asked_for_does_not_show_in_debug_output() {
        assert!(!format!("{:?}", row()).contains("blink"));
    }
}
