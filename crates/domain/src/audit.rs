//! Entries of the audit table as they are stored: links of chains, each with the hash of the one before.

use std::fmt;

/// Number of chains. Chosen: entries of different accounts seldom wait for each other, and a page reads them all.
pub const N_CHAINS: u8 = 16;

/// SHA-256 of an entry and of the hash before it.
pub type AuditHash = [u8; 32];

/// What stands before the first entry of a chain.
pub const NO_HASH: AuditHash = [0; 32];

/// A stored entry.
#[derive(Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Which chain, below [`N_CHAINS`].
    pub chain: u8,
    /// Its place there, from 1.
    pub number: u64,
    /// Hash of the entry before; [`NO_HASH`] for the first.
    pub previous: AuditHash,
    /// Hash of this entry.
    pub hash: AuditHash,
    /// What happened, exactly as it was hashed.
    pub text: String,
    /// When the table may forget it, in seconds since 1970.
    pub expires_at_s: i64,
}

/// Shows the place only.
impl fmt::Debug for AuditRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditRow")
            .field("chain", &self.chain)
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

/// What became of an entry that was to be appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// It is there.
    Done,
    /// Another one has its place.
    Taken,
}

/// Some entries of one chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditRange {
    /// Which chain.
    pub chain: u8,
    /// Where they begin, and in which direction they go.
    pub from: AuditFrom,
    /// At most so many; fewer only where the chain ends.
    pub limit: usize,
}

/// Where entries begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditFrom {
    /// At the oldest, forwards.
    Oldest,
    /// At the newest, backwards.
    Newest,
    /// Below this number, backwards.
    Below(u64),
    /// Above this number, forwards.
    Above(u64),
}
