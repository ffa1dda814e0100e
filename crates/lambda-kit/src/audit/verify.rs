//! Whether a chain is what was written.
//!
//! Entries are gone once they are old, one by one and in any order, as TTL does; so a place may be empty if the entry
//! after it says that what was there is old by now. Whatever else is missing was removed.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::audit::{AuditHash, AuditRow, NO_HASH};
use serde::{Deserialize, Serialize};

use super::entry;

/// The end of a chain at some time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Head {
    /// Which chain.
    pub chain: u8,
    /// Number of its last entry.
    pub number: u64,
    /// When that was, in milliseconds since 1970.
    pub at_ms: i64,
    /// Its hash, base64url, as the API shows it.
    pub hash: String,
}

/// What is wrong with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// It is not what was written at this place.
    Changed,
    /// It does not follow the one before: one of them was replaced, or the chain was written anew.
    Unlinked,
    /// It is missing, and not old enough for that.
    Removed,
}

/// The first entry of a chain that is not as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Bad {
    /// Which chain.
    pub chain: u8,
    /// Which entry.
    pub number: u64,
    /// What is wrong.
    pub reason: Reason,
}

/// What a walk found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// Number of entries.
    pub n_entries: u64,
    /// The first that is wrong of each chain that has one.
    pub bad: Vec<Bad>,
    /// Where the chains end that are sound.
    pub heads: Vec<Head>,
}

/// A walk along one chain.
pub(super) struct Walk {
    chain: u8,
    expected: BTreeMap<u64, Head>,
    now_ms: i64,
    n_entries: u64,
    last: Option<Last>,
    bad: Option<Bad>,
}

struct Last {
    number: u64,
    hash: AuditHash,
    at_ms: i64,
}

impl Walk {
    pub(super) fn new(chain: u8, heads: &[Head], now_ms: i64) -> Self {
        let heads = heads.iter().filter(|it| it.chain == chain);
        Self {
            chain,
            expected: heads.map(|it| (it.number, it.clone())).collect(),
            now_ms,
            n_entries: 0,
            last: None,
            bad: None,
        }
    }

    /// Looks at the next entry.
    pub(super) fn see(&mut self, row: &AuditRow) {
        self.n_entries += 1;
        if self.bad.is_some() {
            return;
        }
        match self.judge(row) {
            Ok(last) => self.last = Some(last),
            Err((number, reason)) => self.wrong(number, reason),
        }
    }

    fn judge(&mut self, row: &AuditRow) -> Result<Last, (u64, Reason)> {
        let changed = (row.number, Reason::Changed);
        let times = entry::sound(row).ok_or(changed)?;
        let expected = self.last.as_ref().map_or(1, |it| it.number.saturating_add(1));
        if expected < row.number {
            // What is missing must be old; the entry before this one is the youngest of it.
            let youngest_ms = times.previous_at_ms.ok_or(changed)?;
            if !self.is_old(youngest_ms) {
                return Err((expected, Reason::Removed));
            }
        } else {
            let (hash, at_ms) = self
                .last
                .as_ref()
                .map_or((NO_HASH, None), |it| (it.hash, Some(it.at_ms)));
            if row.number != expected || row.previous != hash || times.previous_at_ms != at_ms {
                return Err((row.number, Reason::Unlinked));
            }
        }
        if let Some(head) = self.expected.remove(&row.number)
            && head.hash != URL_SAFE_NO_PAD.encode(row.hash)
        {
            return Err(changed);
        }
        Ok(Last {
            number: row.number,
            hash: row.hash,
            at_ms: times.at_ms,
        })
    }

    const fn is_old(&self, at_ms: i64) -> bool {
        entry::expiry_ms(at_ms) <= self.now_ms
    }

    const fn wrong(&mut self, number: u64, reason: Reason) {
        self.bad = Some(Bad {
            chain: self.chain,
            number,
            reason,
        });
    }

    /// Ends the walk: what was expected and not seen was cut off, unless it is old.
    pub(super) fn end(mut self) -> (u64, Result<Option<Head>, Bad>) {
        if self.bad.is_none() {
            let missing = self.expected.values().find(|it| !self.is_old(it.at_ms));
            if let Some(number) = missing.map(|it| it.number) {
                self.wrong(number, Reason::Removed);
            }
        }
        let head = self.last.map(|it| Head {
            chain: self.chain,
            number: it.number,
            at_ms: it.at_ms,
            hash: URL_SAFE_NO_PAD.encode(it.hash),
        });
        (self.n_entries, self.bad.map_or(Ok(head), Err))
    }
}

impl Verified {
    pub(super) fn add(&mut self, (n_entries, end): (u64, Result<Option<Head>, Bad>)) {
        self.n_entries += n_entries;
        match end {
            Ok(head) => self.heads.extend(head),
            Err(bad) => self.bad.push(bad),
        }
    }
}
