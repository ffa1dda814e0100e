//! DynamoDB: tables, items and streams.
//!
//! [`Dynamo`] keeps every table in one SQLite file through an embedded engine, and adds what the engine leaves out: tables
//! from a template, ARNs of this stack's region, expiry of items on a timer, stream records in Lambda's form and their end
//! after a day, and the rights a request needs.
//!
//! A write is on the disk when it is acknowledged (WAL, `synchronous=FULL`); a killed process loses nothing it answered.

mod arn;
mod dispatch;
mod engine;
mod error;
mod stream;
mod table;
mod touches;
mod upkeep;

use std::{fmt, path::Path, sync::Arc, time::Duration};

use arn::Place;
use aws_wire::{AwsError, Clock, SystemClock};
use engine::{Engine, Threads};
pub use error::DynamoError;
use serde_json::Value;
pub use stream::StreamRecord;
pub use table::Table;
pub use touches::Right;

/// How often expired items are removed. AWS promises "within a few days"; here a person is watching.
const UPKEEP_EVERY: Duration = Duration::from_secs(10);

/// The tables of one stack.
#[derive(Clone)]
pub struct Dynamo {
    engine: Arc<Engine>,
    threads: Arc<Threads>,
}

impl fmt::Debug for Dynamo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dynamo").finish_non_exhaustive()
    }
}

impl Dynamo {
    /// Opens the database file at `path`, or makes it, and starts the store's two threads. They end with the last clone.
    ///
    /// # Errors
    ///
    /// [`DynamoError::Store`] if the file cannot be used.
    pub fn open(path: &Path, region: &str, account: &str) -> Result<Self, DynamoError> {
        Self::open_with(path, region, account, Arc::new(SystemClock), UPKEEP_EVERY)
    }

    /// [`Self::open`] with a clock for the retention of stream records, and a period for removing what has expired.
    ///
    /// # Errors
    ///
    /// [`DynamoError::Store`] if the file cannot be used.
    pub fn open_with(
        path: &Path,
        region: &str,
        account: &str,
        clock: Arc<dyn Clock>,
        upkeep_every: Duration,
    ) -> Result<Self, DynamoError> {
        let engine = Arc::new(Engine::open(path, Place::new(region, account), clock)?);
        let threads = Threads::start(&engine, upkeep_every).map_err(|it| DynamoError::Store {
            path: path.display().to_string(),
            reason: it.to_string(),
        })?;
        Ok(Self {
            engine,
            threads: Arc::new(threads),
        })
    }

    /// Makes the table that a template's `AWS::DynamoDB::Table` properties describe (with every intrinsic function resolved),
    /// and leaves one that already exists as it is, except for indexes, stream, TTL and deletion protection, which follow the
    /// template.
    ///
    /// # Errors
    ///
    /// [`DynamoError::Table`] if the properties are not a table's, or the existing table has another key.
    pub async fn create_table(&self, properties: &Value) -> Result<Table, DynamoError> {
        let properties = properties.clone();
        let made = self
            .threads
            .run(move |engine, database| Ok(table::ensure(database, &engine.place, &properties)));
        made.await.map_err(|_| DynamoError::Closed)?
    }

    /// Runs one operation of DynamoDB (`GetItem`) or DynamoDB Streams (`GetRecords`) with a JSON body.
    ///
    /// # Errors
    ///
    /// The service's own errors, with the short code (`ConditionalCheckFailedException`) and the shape's further members;
    /// status 501 for what DynamoDB has and this store has not; 500 if the store fails, which is logged.
    pub async fn call(&self, operation: &str, body: &[u8]) -> Result<Value, AwsError> {
        let (operation, body) = (operation.to_owned(), body.to_vec());
        self.threads
            .run(move |engine, database| dispatch::run(database, &engine.place, &operation, &body))
            .await
    }

    /// The actions and resources that a request needs rights for; never empty.
    #[must_use]
    pub fn touches(&self, operation: &str, body: &[u8]) -> Vec<Right> {
        touches::touches(&self.engine.place, operation, body)
    }

    /// The changes of `table` after `after` (from the oldest one kept, if that is `None`), at most `limit` (and 1,000), oldest
    /// first. Reading changes nothing; the reader keeps its own place, for instance with [`Self::set_note`].
    ///
    /// # Errors
    ///
    /// `ResourceNotFoundException` for an unknown table, `ValidationException` for one without a stream or for an `after` that
    /// is no sequence number.
    pub async fn stream_records(
        &self,
        table: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StreamRecord>, AwsError> {
        let (table, after) = (table.to_owned(), after.map(str::to_owned));
        self.threads
            .run(move |engine, database| {
                stream::records(database, &engine.place, &table, after.as_deref(), limit)
            })
            .await
    }

    /// The text kept under `name` beside the tables, for instance a reader's place in a stream.
    ///
    /// # Errors
    ///
    /// 500 if the store fails.
    pub async fn note(&self, name: &str) -> Result<Option<String>, AwsError> {
        let name = name.to_owned();
        self.threads
            .run(move |engine, _| engine.side().note(&name).map_err(|it| side_failed(&it)))
            .await
    }

    /// Keeps `value` under `name`; it is on the disk when this returns.
    ///
    /// # Errors
    ///
    /// 500 if the store fails.
    pub async fn set_note(&self, name: &str, value: &str) -> Result<(), AwsError> {
        let (name, value) = (name.to_owned(), value.to_owned());
        self.threads
            .run(move |engine, _| {
                engine
                    .side()
                    .set_note(&name, &value)
                    .map_err(|it| side_failed(&it))
            })
            .await
    }

    /// Removes what has expired now, without waiting for the timer.
    ///
    /// # Errors
    ///
    /// 500 if the store is closed.
    pub async fn sweep(&self) -> Result<(), AwsError> {
        let engine = Arc::clone(&self.engine);
        self.threads
            .run(move |_, _| {
                upkeep::round(&engine);
                Ok(())
            })
            .await
    }
}

fn side_failed(error: &rusqlite::Error) -> AwsError {
    tracing::error!(%error, "notes beside the tables cannot be read or written");
    AwsError::internal()
}
