//! Which objects there are: one SQLite database, whose commit makes an object visible.

use std::{path::Path, time::Duration};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::digest::Algorithm;

/// Written to the database; one that says more was made by a later version.
const SCHEMA_VERSION: i64 = 1;

/// Keys are blobs, because S3 orders keys by their bytes, and so does SQLite order blobs.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS buckets (
        name TEXT PRIMARY KEY,
        created_ms INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS objects (
        bucket TEXT NOT NULL REFERENCES buckets (name),
        key BLOB NOT NULL,
        body TEXT NOT NULL,
        size INTEGER NOT NULL,
        modified_ms INTEGER NOT NULL,
        etag TEXT NOT NULL,
        attributes TEXT NOT NULL,
        PRIMARY KEY (bucket, key)
    ) WITHOUT ROWID;";

pub(super) struct Index(Connection);

/// What the index knows of an object.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    /// Name of the file with its bytes.
    pub(super) body: String,
    pub(super) size: u64,
    pub(super) modified: Timestamp,
    /// Without quotes.
    pub(super) etag: String,
    pub(super) attributes: Attributes,
}

/// Headers that come back with an object.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Attributes {
    pub(super) content_type: Option<String>,
    pub(super) content_disposition: Option<String>,
    pub(super) content_encoding: Option<String>,
    pub(super) content_language: Option<String>,
    pub(super) cache_control: Option<String>,
    /// An HTTP date, as it was sent.
    pub(super) expires: Option<String>,
    pub(super) metadata: std::collections::BTreeMap<String, String>,
    pub(super) checksum: Option<(Algorithm, String)>,
}

/// When a write may happen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Condition {
    #[default]
    Always,
    /// `If-None-Match: *`
    Absent,
    /// `If-Match: *`
    Present,
    /// `If-Match: "etag"`
    Tagged(String),
}

/// What became of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// It is on the disk. The body it replaced, if any, is named.
    Done {
        replaced: Option<String>,
    },
    NoBucket,
    NoObject,
    ConditionFailed,
}

impl Index {
    pub(super) fn open(path: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(30))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // A commit is on the disk when it returns.
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if found > SCHEMA_VERSION {
            return Err(rusqlite::Error::InvalidParameterName(format!(
                "written by a later version (schema {found}, this is {SCHEMA_VERSION})"
            )));
        }
        connection.execute_batch(SCHEMA)?;
        connection.pragma_update(None, "user_version", SCHEMA_VERSION)?;
        Ok(Self(connection))
    }

    pub(super) fn bucket_created(&self, bucket: &str) -> rusqlite::Result<Option<Timestamp>> {
        let select = "SELECT created_ms FROM buckets WHERE name = ?1";
        self.0
            .query_row(select, [bucket], |row| timestamp(row, 0))
            .optional()
    }

    pub(super) fn buckets(&self) -> rusqlite::Result<Vec<(String, Timestamp)>> {
        let mut select = self
            .0
            .prepare_cached("SELECT name, created_ms FROM buckets ORDER BY name")?;
        select
            .query_map([], |row| Ok((row.get(0)?, timestamp(row, 1)?)))?
            .collect()
    }

    /// False if the bucket exists already.
    pub(super) fn add_bucket(&self, bucket: &str, now: Timestamp) -> rusqlite::Result<bool> {
        let insert = "INSERT INTO buckets (name, created_ms) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        Ok(self.0.execute(insert, params![bucket, now.as_millisecond()])? == 1)
    }

    /// `None` if there is no such bucket, false if it is not empty.
    pub(super) fn remove_bucket(&self, bucket: &str) -> rusqlite::Result<Option<bool>> {
        if self.bucket_created(bucket)?.is_none() {
            return Ok(None);
        }
        let delete =
            "DELETE FROM buckets WHERE name = ?1 AND NOT EXISTS (SELECT 1 FROM objects WHERE bucket = ?1)";
        Ok(Some(self.0.execute(delete, [bucket])? == 1))
    }

    pub(super) fn entry(&self, bucket: &str, key: &str) -> rusqlite::Result<Option<Entry>> {
        let mut select = self.0.prepare_cached(
            "SELECT body, size, modified_ms, etag, attributes FROM objects WHERE bucket = ?1 AND key = ?2",
        )?;
        select
            .query_row(params![bucket, key.as_bytes()], |row| entry(row, 0))
            .optional()
    }

    /// At most `limit` objects from `from` on whose keys start with `prefix`, in the order of their keys' bytes.
    pub(super) fn entries(
        &self,
        bucket: &str,
        prefix: &str,
        from: &[u8],
        limit: usize,
    ) -> rusqlite::Result<Vec<(String, Entry)>> {
        let mut select = self.0.prepare_cached(
            "SELECT key, body, size, modified_ms, etag, attributes FROM objects
             WHERE bucket = ?1 AND key >= ?2 AND (?3 IS NULL OR key < ?3) ORDER BY key LIMIT ?4",
        )?;
        let from = from.max(prefix.as_bytes());
        let end = after_prefix(prefix.as_bytes());
        let rows = select.query_map(params![bucket, from, end, limit.cast_signed()], |row| {
            let key: Vec<u8> = row.get(0)?;
            Ok((String::from_utf8_lossy(&key).into_owned(), entry(row, 1)?))
        })?;
        rows.collect()
    }

    /// Makes the object visible in place of the old one, in one transaction.
    pub(super) fn put(
        &mut self,
        bucket: &str,
        key: &str,
        new: &Entry,
        condition: &Condition,
    ) -> rusqlite::Result<Written> {
        let attributes = serde_json::to_string(&new.attributes)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
        let transaction = self
            .0
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let there = transaction
            .query_row("SELECT 1 FROM buckets WHERE name = ?1", [bucket], |_| Ok(()))
            .optional()?;
        if there.is_none() {
            return Ok(Written::NoBucket);
        }
        let old: Option<(String, String)> = transaction
            .query_row(
                "SELECT body, etag FROM objects WHERE bucket = ?1 AND key = ?2",
                params![bucket, key.as_bytes()],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        match (condition, &old) {
            (Condition::Absent, Some(_)) => return Ok(Written::ConditionFailed),
            (Condition::Present | Condition::Tagged(_), None) => return Ok(Written::NoObject),
            (Condition::Tagged(wanted), Some((_, etag))) if wanted != etag => {
                return Ok(Written::ConditionFailed);
            }
            _ => {}
        }
        transaction.execute(
            "INSERT INTO objects (bucket, key, body, size, modified_ms, etag, attributes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (bucket, key) DO UPDATE SET body = excluded.body, size = excluded.size,
                modified_ms = excluded.modified_ms, etag = excluded.etag, attributes = excluded.attributes",
            params![bucket, key.as_bytes(), new.body, new.size.cast_signed(), new.modified.as_millisecond(), new.etag, attributes],
        )?;
        transaction.commit()?;
        Ok(Written::Done {
            replaced: old.map(|(body, _)| body),
        })
    }

    /// Forgets the object and returns its body's name. With `body`, only if that is still its body.
    pub(super) fn remove(
        &self,
        bucket: &str,
        key: &str,
        body: Option<&str>,
    ) -> rusqlite::Result<Option<String>> {
        let delete =
            "DELETE FROM objects WHERE bucket = ?1 AND key = ?2 AND (?3 IS NULL OR body = ?3) RETURNING body";
        self.0
            .query_row(delete, params![bucket, key.as_bytes(), body], |row| row.get(0))
            .optional()
    }

    /// Every body that an object has: bucket and name.
    pub(super) fn bodies(&self) -> rusqlite::Result<std::collections::HashSet<(String, String)>> {
        let mut select = self.0.prepare("SELECT bucket, body FROM objects")?;
        select
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect()
    }
}

/// The least byte string above all that start with `prefix`; `None` if there is none.
pub(super) fn after_prefix(prefix: &[u8]) -> Option<Vec<u8>> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            return Some(end);
        }
    }
    None
}

fn entry(row: &Row<'_>, at: usize) -> rusqlite::Result<Entry> {
    let attributes: String = row.get(at + 4)?;
    let attributes = serde_json::from_str(&attributes).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(at + 4, rusqlite::types::Type::Text, Box::new(error))
    })?;
    let size: i64 = row.get(at + 1)?;
    Ok(Entry {
        body: row.get(at)?,
        size: size.unsigned_abs(),
        modified: timestamp(row, at + 2)?,
        etag: row.get(at + 3)?,
        attributes,
    })
}

fn timestamp(row: &Row<'_>, at: usize) -> rusqlite::Result<Timestamp> {
    let millisecond: i64 = row.get(at)?;
    Timestamp::from_millisecond(millisecond).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(at, rusqlite::types::Type::Integer, Box::new(error))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_prefix_is_above_every_key_with_it() {
        assert_eq!(after_prefix(b""), None);
        assert_eq!(after_prefix(b"a/"), Some(b"a0".to_vec()));
        assert_eq!(after_prefix(b"a\xff\xff"), Some(b"b".to_vec()));
        assert_eq!(after_prefix(b"\xff"), None);
        assert!(after_prefix("é".as_bytes()).is_some_and(|end| end.as_slice() > "é\u{10ffff}".as_bytes()));
    }
}
