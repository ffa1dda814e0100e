//! One event source mapping at work.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use aws_wire::{AwsError, Clock};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{
    Pattern, PatternError,
    batch::{self, Batch, RetryPolicy},
    dead_letter,
    ports::{Checkpoints, Destination, Source, Target},
    response::{self, Verdict},
};
use crate::{
    dynamodb::StreamRecord,
    invoke::{InvokeFailure, MAX_PAYLOAD_BYTES},
    template::StreamMappingSpec,
};

/// Records read at once; the filter may leave few of them.
const READ_AT_ONCE: usize = 1_000;

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Something moved; there may be more.
    Progressed,
    /// Nothing to do until something is written, or until the time of a retry has come.
    Idle,
}

/// A mapping with its place in the stream.
pub struct Mapping {
    name: String,
    spec: StreamMappingSpec,
    filters: Vec<Pattern>,
    policy: RetryPolicy,
    function_arn: String,
    shard_id: String,
    source: Arc<dyn Source>,
    checkpoints: Arc<dyn Checkpoints>,
    destination: Option<Arc<dyn Destination>>,
    target: Target,
    clock: Arc<dyn Clock>,
    /// Read, wanted and not done, in order.
    pending: VecDeque<Batch>,
    /// Up to where the stream was read.
    read_to: Option<String>,
    saved: Option<String>,
    /// Since when a batch is being gathered.
    gathering_since: Option<Timestamp>,
    started: bool,
}

impl std::fmt::Debug for Mapping {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mapping")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// What a mapping works with.
pub(crate) struct Parts {
    pub(crate) name: String,
    pub(crate) spec: StreamMappingSpec,
    pub(crate) function_arn: String,
    pub(crate) table: String,
    pub(crate) source: Arc<dyn Source>,
    pub(crate) checkpoints: Arc<dyn Checkpoints>,
    pub(crate) destination: Option<Arc<dyn Destination>>,
    pub(crate) target: Target,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Mapping {
    /// A mapping that has not read anything yet.
    pub(crate) fn new(parts: Parts) -> Result<Self, PatternError> {
        let Parts {
            name,
            spec,
            function_arn,
            table,
            source,
            checkpoints,
            destination,
            target,
            clock,
        } = parts;
        let max_age = spec
            .max_record_age_s
            .map(|it| SignedDuration::from_secs(it.into()));
        Ok(Self {
            filters: spec
                .filters
                .iter()
                .map(|it| Pattern::parse(it))
                .collect::<Result<_, _>>()?,
            policy: RetryPolicy {
                max_retries: spec.max_retries,
                max_age,
                bisect: spec.bisect,
            },
            shard_id: format!("shardId-00000001-{table}"),
            name,
            spec,
            function_arn,
            source,
            checkpoints,
            destination,
            target,
            clock,
            pending: VecDeque::new(),
            read_to: None,
            saved: None,
            gathering_since: None,
            started: false,
        })
    }

    /// Does the next thing: tries the batch whose turn it is, or reads on.
    ///
    /// # Errors
    ///
    /// If stream, checkpoint or destination fail. Nothing is lost; the next step tries again.
    #[tracing::instrument(skip_all, fields(mapping.name = self.name))]
    pub async fn step(&mut self) -> Result<Step, AwsError> {
        if !self.started {
            self.start().await?;
        }
        match self.pending.front() {
            Some(batch) if batch.not_before.is_some_and(|it| self.clock.now() < it) => Ok(Step::Idle),
            Some(_) => self.deliver().await,
            None => self.read_on().await,
        }
    }

    async fn start(&mut self) -> Result<(), AwsError> {
        self.saved = self.checkpoints.load(&self.name).await?;
        self.read_to.clone_from(&self.saved);
        if self.saved.is_none() && !self.spec.from_start {
            // LATEST: what is there already is not ours.
            while let Some(last) = self
                .source
                .read(self.read_to.as_deref(), READ_AT_ONCE)
                .await?
                .pop()
            {
                self.read_to = Some(last.sequence_number);
            }
            self.save(self.read_to.clone()).await?;
        }
        self.started = true;
        Ok(())
    }

    async fn read_on(&mut self) -> Result<Step, AwsError> {
        let records = self.source.read(self.read_to.as_deref(), READ_AT_ONCE).await?;
        let Some(last) = records.last().map(|it| it.sequence_number.clone()) else {
            return Ok(Step::Idle);
        };
        let wanted: Vec<StreamRecord> = records.into_iter().filter(|it| self.wants(it)).collect();
        if !wanted.is_empty() && self.gathers(wanted.len()) {
            return Ok(Step::Idle);
        }
        self.gathering_since = None;
        self.read_to = Some(last);
        self.pending = batch::cut(wanted, self.spec.batch_size, MAX_PAYLOAD_BYTES);
        self.save_when_nothing_is_pending().await?;
        Ok(Step::Progressed)
    }

    fn wants(&self, record: &StreamRecord) -> bool {
        self.filters.is_empty() || self.filters.iter().any(|it| it.matches(&record.event))
    }

    /// Whether to wait for more records before calling the function.
    fn gathers(&mut self, n_records: usize) -> bool {
        if self.spec.batching_window_s == 0 || self.spec.batch_size <= n_records {
            return false;
        }
        let now = self.clock.now();
        let since = *self.gathering_since.get_or_insert(now);
        now.duration_since(since) < SignedDuration::from_secs(self.spec.batching_window_s.into())
    }

    async fn deliver(&mut self) -> Result<Step, AwsError> {
        let Some(mut batch) = self.pending.pop_front() else {
            return Ok(Step::Idle);
        };
        if let Some(expired) = batch.split_expired(self.policy, self.clock.now()) {
            if !batch.records.is_empty() {
                self.pending.push_front(batch);
            }
            self.give_up(expired, batch::Condition::RecordAgeExceeded, None, false)
                .await?;
            return Ok(Step::Progressed);
        }
        let events: Vec<&Value> = batch.records.iter().map(|it| &it.event).collect();
        let (request_id, answer) = (self.target)(json!({ "Records": events })).await;
        let verdict = self.verdict(&batch, &answer);
        let next = batch.after(verdict, self.policy, self.clock.now());
        for again in next.again.into_iter().rev() {
            self.pending.push_front(again);
        }
        if let Some(done) = next.done {
            self.save(Some(done)).await?;
        }
        if let Some((batch, condition)) = next.given_up {
            self.give_up(batch, condition, Some(&request_id), answer.is_err())
                .await?;
        }
        self.save_when_nothing_is_pending().await?;
        Ok(Step::Progressed)
    }

    fn verdict(&self, batch: &Batch, answer: &Result<Value, InvokeFailure>) -> Verdict {
        match answer {
            Err(_) => Verdict::Failed,
            Ok(_) if !self.spec.report_item_failures => Verdict::Done,
            Ok(answer) => {
                let numbers: Vec<&str> = batch
                    .records
                    .iter()
                    .map(|it| it.sequence_number.as_str())
                    .collect();
                response::read(answer, &numbers)
            }
        }
    }

    /// Sends the batch to its destination, and moves on. If the destination fails, the batch is tried once more.
    async fn give_up(
        &mut self,
        batch: Batch,
        condition: batch::Condition,
        request_id: Option<&str>,
        unhandled: bool,
    ) -> Result<(), AwsError> {
        tracing::warn!(
            condition = condition.name(),
            n_records = batch.records.len(),
            "a batch was given up"
        );
        if let Some(destination) = &self.destination {
            let record = dead_letter::record(&dead_letter::Failure {
                batch: &batch,
                condition,
                request_id,
                unhandled,
                function_arn: &self.function_arn,
                stream_arn: &self.spec.stream_arn,
                shard_id: &self.shard_id,
                now: self.clock.now(),
            });
            if let Err(error) = destination.send(record).await {
                tracing::error!(%error, "the destination of given-up batches failed");
                self.pending.push_front(batch);
                return Err(AwsError::internal());
            }
        }
        self.save(batch.last_sequence_number()).await
    }

    /// Records that nobody wanted need no second look.
    async fn save_when_nothing_is_pending(&mut self) -> Result<(), AwsError> {
        if self.pending.is_empty() {
            self.save(self.read_to.clone()).await
        } else {
            Ok(())
        }
    }

    async fn save(&mut self, sequence_number: Option<String>) -> Result<(), AwsError> {
        if let Some(number) = sequence_number.filter(|it| self.saved.as_ref() != Some(it)) {
            self.checkpoints.save(&self.name, &number).await?;
            self.saved = Some(number);
        }
        Ok(())
    }

    /// Works until `stop` is set; looks for new records every `poll_every`.
    pub(crate) async fn run(mut self, mut stop: tokio::sync::watch::Receiver<bool>, poll_every: Duration) {
        while !*stop.borrow() {
            let pause = match self.step().await {
                Ok(Step::Progressed) => continue,
                Ok(Step::Idle) => poll_every,
                Err(error) => {
                    tracing::error!(mapping.name = self.name, %error, "the mapping could not go on");
                    poll_every.max(Duration::from_secs(1))
                }
            };
            // An error means that the sender is gone, and with it the stack.
            if tokio::time::timeout(pause, stop.changed())
                .await
                .is_ok_and(|it| it.is_err())
            {
                return;
            }
        }
    }
}

#[cfg(test)]
#[path = "mapping_tests.rs"]
mod tests;
