//! What follows from the outcome of a batch: checkpoint, retry, split, or give up. No I/O, no clock.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::response::Verdict;
use crate::dynamodb::StreamRecord;

/// First wait before a retry, doubled with each further one. Chosen, not measured: AWS does not publish its own.
const FIRST_BACKOFF: SignedDuration = SignedDuration::from_millis(250);
/// Longest wait before a retry. Chosen, not measured.
const MAX_BACKOFF: SignedDuration = SignedDuration::from_secs(60);

/// The part of a mapping's settings that decides about failures.
#[derive(Debug, Clone, Copy)]
pub(super) struct RetryPolicy {
    /// Retries after the first attempt; `None` means without end.
    pub(super) max_retries: Option<u32>,
    pub(super) max_age: Option<SignedDuration>,
    pub(super) bisect: bool,
}

/// Records that go to the function together.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Batch {
    pub(super) records: Vec<StreamRecord>,
    /// Failed invocations that count against the retries.
    pub(super) failures: u32,
    /// All invocations of the first record.
    pub(super) invocations: u32,
    /// Not to be tried before.
    pub(super) not_before: Option<Timestamp>,
}

/// Why a batch was given up; the words are Lambda's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    RetryAttemptsExhausted,
    RecordAgeExceeded,
}

impl Condition {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::RetryAttemptsExhausted => "RetryAttemptsExhausted",
            Self::RecordAgeExceeded => "RecordAgeExceeded",
        }
    }
}

/// What an outcome leads to.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Next {
    /// Sequence number up to which everything is done.
    pub(super) done: Option<String>,
    /// Batches to try again, in order, before anything else.
    pub(super) again: Vec<Batch>,
    /// A batch that will not be tried again.
    pub(super) given_up: Option<(Batch, Condition)>,
}

impl Batch {
    pub(super) fn new(records: Vec<StreamRecord>) -> Self {
        Self {
            records,
            failures: 0,
            invocations: 0,
            not_before: None,
        }
    }

    pub(super) fn last_sequence_number(&self) -> Option<String> {
        self.records.last().map(|it| it.sequence_number.clone())
    }

    /// What follows after an invocation at `now`.
    pub(super) fn after(mut self, verdict: Verdict, policy: RetryPolicy, now: Timestamp) -> Next {
        self.invocations += 1;
        match verdict {
            Verdict::Done => Next {
                done: self.last_sequence_number(),
                ..Next::default()
            },
            Verdict::FailedFrom(idx) if 0 < idx => {
                let records = self.records.split_off(idx);
                let rest = Self {
                    records,
                    failures: 1,
                    invocations: 1,
                    not_before: wait(now, 1),
                };
                let done = self.last_sequence_number();
                if policy.max_retries == Some(0) {
                    return Next {
                        done,
                        given_up: Some((rest, Condition::RetryAttemptsExhausted)),
                        again: vec![],
                    };
                }
                Next {
                    done,
                    again: vec![rest],
                    given_up: None,
                }
            }
            // Splitting does not count as a retry.
            _ if policy.bisect && 1 < self.records.len() => {
                let second = self.records.split_off(self.records.len() / 2);
                let part = |records| Self {
                    records,
                    not_before: wait(now, self.failures + 1),
                    ..self
                };
                Next {
                    again: [self.records, second].map(part).into(),
                    ..Next::default()
                }
            }
            _ => {
                self.failures += 1;
                if policy.max_retries.is_some_and(|it| it < self.failures) {
                    return Next {
                        given_up: Some((self, Condition::RetryAttemptsExhausted)),
                        ..Next::default()
                    };
                }
                self.not_before = wait(now, self.failures);
                Next {
                    again: vec![self],
                    ..Next::default()
                }
            }
        }
    }

    /// Takes the records off that are too old at `now`; they stand first, because the stream is in order.
    pub(super) fn split_expired(&mut self, policy: RetryPolicy, now: Timestamp) -> Option<Self> {
        let max_age = policy.max_age?;
        let expired = |it: &StreamRecord| arrival(it).is_some_and(|at| max_age < now.duration_since(at));
        let n_expired = self.records.iter().take_while(|it| expired(it)).count();
        if n_expired == 0 {
            return None;
        }
        let rest = self.records.split_off(n_expired);
        let expired = std::mem::replace(&mut self.records, rest);
        Some(Self {
            records: expired,
            ..self.clone()
        })
    }
}

fn wait(now: Timestamp, failures: u32) -> Option<Timestamp> {
    let doubled =
        FIRST_BACKOFF.saturating_mul(1_i32.checked_shl(failures.saturating_sub(1).min(20)).unwrap_or(1));
    now.checked_add(doubled.min(MAX_BACKOFF)).ok()
}

/// When the change was made, to the second.
pub(super) fn arrival(record: &StreamRecord) -> Option<Timestamp> {
    let seconds = record
        .event
        .pointer("/dynamodb/ApproximateCreationDateTime")?
        .as_f64()?;
    Timestamp::from_millisecond((seconds * 1000.0) as i64).ok()
}

/// Cuts records into batches: at most `max_records` each, and at most `max_bytes` of JSON unless one alone is longer.
pub(super) fn cut(records: Vec<StreamRecord>, max_records: usize, max_bytes: usize) -> VecDeque<Batch> {
    let mut batches = VecDeque::new();
    let (mut current, mut n_bytes) = (Vec::new(), 0);
    for record in records {
        let size = record.event.to_string().len();
        if !current.is_empty() && (max_records <= current.len() || max_bytes < n_bytes + size) {
            batches.push_back(Batch::new(std::mem::take(&mut current)));
            n_bytes = 0;
        }
        n_bytes += size;
        current.push(record);
    }
    if !current.is_empty() {
        batches.push_back(Batch::new(current));
    }
    batches
}

#[cfg(test)]
#[path = "batch_tests.rs"]
mod tests;
