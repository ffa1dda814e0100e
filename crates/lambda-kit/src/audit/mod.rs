//! What happened to accounts, so that a change of the past shows.
//!
//! Entries form [`N_CHAINS`] chains; each holds the hash of the one before ([`entry`]), and [`verify`] finds where a chain
//! is not what was written. [`Trail`] appends by one conditional write, and by a second read and write where others came
//! first. Why, and what this does not protect from, is in `docs/adr/0011-audit-chain.md`.

mod entry;
mod network;
mod verify;

use std::{fmt, sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    Fault,
    audit::{Appended, AuditFrom, AuditRange, AuditRow, N_CHAINS},
};
use futures::future::BoxFuture;
use tokio::sync::Mutex;

pub use entry::{Happened, parse};
pub use network::Network;
pub use verify::{Bad, Head, Reason, Verified};

use crate::{Clock, Ids};

/// How long entries are kept, in days: a year, and the time to look back at it. From the product's decisions.
pub const RETENTION_DAYS: i64 = 400;

/// Writes before giving up where others always come first. Chosen: each round one of them has succeeded, and one
/// instance of a function waits for itself, so this is the number of instances that write to one chain at once.
const MAX_ROUNDS: usize = 64;
/// Longest that an answer waits for its entry. Chosen: half of what a function has.
const LONGEST: Duration = Duration::from_secs(5);
/// Longest pause after the first write that came too late; twice as long after each further one, up to
/// [`MAX_DOUBLINGS`] times. Chosen: a read and a write take about as long, so that few of many meet again.
const PAUSE_MS: u64 = 20;
const MAX_DOUBLINGS: usize = 5;
/// Entries of one read while chains are verified. Chosen: 200 kB, a fifth of what one read may return.
const READ_AT_ONCE: usize = 500;

type Append = Box<dyn Fn(AuditRow) -> BoxFuture<'static, Result<Appended, Fault>> + Send + Sync>;
type Read = Box<dyn Fn(AuditRange) -> BoxFuture<'static, Result<Vec<AuditRow>, Fault>> + Send + Sync>;

/// Writes down what happens, and reads it.
#[derive(Clone)]
pub struct Trail(Arc<Inner>);

struct Inner {
    append: Append,
    read: Read,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    /// The newest entry of each chain that this instance knows of: 16 of a few hundred bytes.
    newest: [Mutex<Option<AuditRow>>; N_CHAINS as usize],
}

impl Trail {
    /// Returns a trail over a table; `append` puts one entry in its place if that is free, `read` reads consistently.
    pub fn new<A, FA, R, FR>((clock, ids): (Arc<dyn Clock>, Arc<dyn Ids>), append: A, read: R) -> Self
    where
        A: Fn(AuditRow) -> FA + Send + Sync + 'static,
        FA: Future<Output = Result<Appended, Fault>> + Send + 'static,
        R: Fn(AuditRange) -> FR + Send + Sync + 'static,
        FR: Future<Output = Result<Vec<AuditRow>, Fault>> + Send + 'static,
    {
        Self(Arc::new(Inner {
            append: Box::new(move |it| Box::pin(append(it))),
            read: Box::new(move |it| Box::pin(read(it))),
            clock,
            ids,
            newest: Default::default(),
        }))
    }

    /// Writes down what happened. What cannot be written is logged without its contents, and the answer goes on: that
    /// people can sign in matters more than that it is known.
    ///
    /// The place and hash of each entry go into the log, which lies elsewhere and has rights of its own.
    pub async fn record(&self, happened: Happened) {
        match tokio::time::timeout(LONGEST, self.append(&happened)).await {
            Ok(Ok(row)) => tracing::info!(
                audit.chain = row.chain,
                audit.number = row.number,
                audit.hash = URL_SAFE_NO_PAD.encode(row.hash),
                "audit entry"
            ),
            Ok(Err(fault)) => tracing::error!(
                operation = fault.operation,
                retry = ?fault.retry,
                "audit entry lost"
            ),
            Err(_) => tracing::error!(reason = "too slow", "audit entry lost"),
        }
    }

    async fn append(&self, happened: &Happened) -> Result<AuditRow, Fault> {
        let chain = happened.chain();
        let mut newest = self.0.newest[usize::from(chain)].lock().await;
        if newest.is_none() {
            *newest = self.newest(chain).await?;
        }
        let id = self.0.ids.next();
        for round in 0..MAX_ROUNDS {
            let row = entry::link((chain, newest.as_ref()), (id, self.0.clock.now()), happened)?;
            match (self.0.append)(row.clone()).await? {
                Appended::Done => {
                    *newest = Some(row.clone());
                    return Ok(row);
                }
                Appended::Taken => {
                    tokio::time::sleep(self.pause(round)).await;
                    *newest = self.newest(chain).await?;
                }
            }
            // The SDK repeats a write whose answer was lost.
            if newest.as_ref() == Some(&row) {
                return Ok(row);
            }
        }
        Err(Fault::later("AppendAudit", "others always came first"))
    }

    /// A random pause, so that those who met do not meet again.
    fn pause(&self, round: usize) -> Duration {
        let [.., high, low] = self.0.ids.next().into_bytes();
        let longest_ms = PAUSE_MS << round.min(MAX_DOUBLINGS);
        Duration::from_millis(u64::from(u16::from_be_bytes([high, low])) % longest_ms)
    }

    async fn newest(&self, chain: u8) -> Result<Option<AuditRow>, Fault> {
        let range = AuditRange {
            chain,
            from: AuditFrom::Newest,
            limit: 1,
        };
        Ok(self.read(range).await?.pop())
    }

    /// Returns stored entries, as they are.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    pub async fn read(&self, range: AuditRange) -> Result<Vec<AuditRow>, Fault> {
        (self.0.read)(range).await
    }

    /// Walks all chains. `heads` are ends of chains as an earlier walk, or the log, gave them: what was cut off since
    /// shows by them alone.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    pub async fn verify(&self, heads: &[Head]) -> Result<Verified, Fault> {
        let now_ms = self.0.clock.now().as_millisecond();
        let mut verified = Verified::default();
        for chain in 0..N_CHAINS {
            let mut walk = verify::Walk::new(chain, heads, now_ms);
            let mut from = AuditFrom::Oldest;
            loop {
                let limit = READ_AT_ONCE;
                let rows = self.read(AuditRange { chain, from, limit }).await?;
                for row in &rows {
                    walk.see(row);
                }
                match rows.last() {
                    Some(last) if limit <= rows.len() => from = AuditFrom::Above(last.number),
                    _ => break,
                }
            }
            verified.add(walk.end());
        }
        Ok(verified)
    }
}

impl fmt::Debug for Trail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trail").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
