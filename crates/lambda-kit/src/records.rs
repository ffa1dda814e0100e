//! Batches: records of a stream or messages of a queue, each on its own.
//!
//! The envelope is read first, then every record by itself, so that one poisonous record cannot fail its
//! neighbours. A panic of one record is a failure of that record. A record without an identifier is an error of
//! the batch, because nobody could be told that it failed.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Mutex, PoisonError},
};

use domain::Fault;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::Invocation;

/// One record of a batch.
#[derive(Clone)]
pub struct Record {
    id: String,
    body: Value,
    invocation: Invocation,
}

impl Record {
    /// What names it in its stream or queue: a sequence number or a message id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The invocation it came with.
    #[must_use]
    pub const fn invocation(&self) -> &Invocation {
        &self.invocation
    }

    /// Reads the record.
    ///
    /// # Errors
    ///
    /// [`Outcome::Poison`] if it is not a `T`: it never will be.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, Outcome> {
        T::deserialize(&self.body).map_err(|_| Outcome::Poison("malformed-record"))
    }
}

/// Shows the identifier only.
impl std::fmt::Debug for Record {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Record")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// What became of a record.
///
/// | outcome | told to Lambda | what happens |
/// |---|---|---|
/// | `Done`, `Refused` | nothing | the record is finished |
/// | `RetryLater` | failed | it comes again, and after the retries of the event source goes to its destination for failures |
/// | `Poison` | failed | the same: there is no way to send it there at once, but it is logged as an error the first time |
#[derive(Debug)]
pub enum Outcome {
    /// Its effect happened.
    Done,
    /// Nothing was to be done; the slug says why.
    Refused(&'static str),
    /// A service failed; the same record may succeed later.
    RetryLater(Fault),
    /// It can never succeed; the slug says why.
    Poison(&'static str),
}

impl Outcome {
    /// Returns the outcome of a record whose handling hit a fault.
    #[must_use]
    pub const fn from_fault(fault: Fault) -> Self {
        Self::RetryLater(fault)
    }

    pub(crate) const fn is_failure(&self) -> bool {
        matches!(self, Self::RetryLater(_) | Self::Poison(_))
    }

    /// Slug for logs and metrics.
    pub(crate) const fn slug(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused(slug) | Self::Poison(slug) => slug,
            Self::RetryLater(_) => "retry-later",
        }
    }
}

impl From<Fault> for Outcome {
    fn from(fault: Fault) -> Self {
        Self::from_fault(fault)
    }
}

/// A batch that cannot be answered record by record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadBatch {
    #[error("the event is not a batch of records")]
    NotABatch,
    #[error("a record of the batch has no identifier")]
    NoIdentifier,
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "Records")]
    records: Vec<Value>,
}

/// Splits a batch into its records, in their order.
pub(crate) fn split(event: Value, invocation: &Invocation) -> Result<Vec<Record>, BadBatch> {
    let envelope: Envelope = serde_json::from_value(event).map_err(|_| BadBatch::NotABatch)?;
    let record = |body: Value| {
        let id = identifier(&body).ok_or(BadBatch::NoIdentifier)?.to_owned();
        Ok(Record {
            id,
            body,
            invocation: invocation.clone(),
        })
    };
    envelope.records.into_iter().map(record).collect()
}

/// Returns what Lambda wants to hear back about a record: the sequence number of a stream's, the id of a queue's.
fn identifier(record: &Value) -> Option<&str> {
    let candidates = [
        &record["dynamodb"]["SequenceNumber"],
        &record["kinesis"]["sequenceNumber"],
        &record["messageId"],
    ];
    candidates
        .into_iter()
        .find_map(Value::as_str)
        .filter(|it| !it.is_empty())
}

/// Returns the answer that reports these failed records.
pub(crate) fn answer(failed: &[String]) -> Value {
    let failures: Vec<Value> = failed.iter().map(|it| json!({ "itemIdentifier": it })).collect();
    json!({ "batchItemFailures": failures })
}

/// Identifiers of records that are done, so that those which a failed neighbour brings back are not done twice.
///
/// A stream resumes at the first failed record, so all after it come again. This remembers what this instance
/// did, at most [`Self::CAPACITY`] identifiers; another instance may still do a record again, as streams promise
/// "at least once" and no more.
#[derive(Debug, Default)]
pub(crate) struct Remembered(Mutex<(HashSet<String>, VecDeque<String>)>);

impl Remembered {
    /// A batch has at most 10,000 records; ours have 100 or fewer. At 40 bytes each this is below 200 kB.
    const CAPACITY: usize = 4096;

    pub(crate) fn contains(&self, id: &str) -> bool {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .0
            .contains(id)
    }

    pub(crate) fn insert(&self, id: &str) {
        let mut guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, order) = &mut *guard;
        if known.insert(id.to_owned()) {
            order.push_back(id.to_owned());
            if Self::CAPACITY < order.len()
                && let Some(oldest) = order.pop_front()
            {
                known.remove(&oldest);
            }
        }
    }
}
