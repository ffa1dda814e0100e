//! What the engine leaves to its host: expiry of items, the index it lacks, and the end of old stream records.

use std::{path::Path, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::engine::Engine;

/// How long DynamoDB keeps a stream record.
///
/// Source: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html>.
pub(super) const STREAM_RETENTION: SignedDuration = SignedDuration::from_hours(24);

/// Records removed in one transaction, so that requests never wait long behind it.
const TRIM_BATCH: u32 = 500;

/// The engine numbers a stream record by `MAX(CAST(sequence_number AS INTEGER)) + 1` over a table without an index: every
/// write reads all records there are (1860 writes/s fell to 334/s after 16,000 records). With this index it reads one.
///
/// The name of our own table has a space, which a DynamoDB table's name cannot have, so it never meets one of the engine's.
const OURS: &str = "
    CREATE INDEX IF NOT EXISTS \"stack stream sequence\"
        ON _stream_records (table_name, CAST(sequence_number AS INTEGER));
    CREATE TABLE IF NOT EXISTS \"stack notes\" (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;";

/// A second connection to the engine's database.
pub(super) struct Side(Connection);

impl Side {
    pub(super) fn open(path: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(30))?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(OURS)?;
        Ok(Self(connection))
    }

    pub(super) fn note(&self, name: &str) -> rusqlite::Result<Option<String>> {
        let select = "SELECT value FROM \"stack notes\" WHERE name = ?1";
        self.0.query_row(select, [name], |row| row.get(0)).optional()
    }

    pub(super) fn set_note(&self, name: &str, value: &str) -> rusqlite::Result<()> {
        let upsert = "INSERT INTO \"stack notes\" (name, value) VALUES (?1, ?2) \
                      ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        self.0.execute(upsert, [name, value]).map(drop)
    }

    /// Removes the records that were written before `horizon`, but never a table's last one: the next number follows it.
    ///
    /// A record's number is at least the microsecond of its writing (`dynoxide::streams::sequence_number_floor`), so a number
    /// below the horizon's microsecond was written before it.
    pub(super) fn trim(&self, horizon: Timestamp) -> rusqlite::Result<usize> {
        let tables: Vec<String> = self
            .0
            .prepare("SELECT DISTINCT table_name FROM _stream_records")?
            .query_map([], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let delete = "DELETE FROM _stream_records WHERE id IN (
            SELECT id FROM _stream_records
            WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) < min(?2,
                (SELECT MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records WHERE table_name = ?1))
            ORDER BY CAST(sequence_number AS INTEGER) LIMIT ?3)";
        let mut removed = 0;
        for table in tables {
            loop {
                let batch = self
                    .0
                    .execute(delete, params![table, horizon.as_microsecond(), TRIM_BATCH])?;
                removed += batch;
                if batch < TRIM_BATCH as usize {
                    break;
                }
            }
        }
        Ok(removed)
    }
}

/// One round: expired items go (each leaves its record in the stream), then records past their day.
pub(super) fn round(engine: &Arc<Engine>) {
    match engine.database().sweep_ttl() {
        Ok(0) => {}
        Ok(items) => tracing::info!(items, "expired items removed"),
        Err(error) => tracing::error!(%error, "sweep of expired items failed"),
    }
    let horizon = engine.clock.now().saturating_sub(STREAM_RETENTION);
    match horizon
        .map_err(|it| it.to_string())
        .and_then(|it| engine.side().trim(it).map_err(|it| it.to_string()))
    {
        Ok(0) => {}
        Ok(records) => tracing::debug!(records, "old stream records removed"),
        Err(error) => tracing::error!(error, "trimming of stream records failed"),
    }
}
