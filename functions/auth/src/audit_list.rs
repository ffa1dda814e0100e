//! What happened, newest first: pages over all chains.

use std::collections::VecDeque;

use api::wire::AuditEntry;
use domain::{
    Fault, PageLimit, UserId,
    audit::{AuditFrom, AuditRange, N_CHAINS},
};
use futures::future::try_join_all;
use jiff::Timestamp;
use lambda_kit::{Trail, audit};

/// Entries that are read for one page at most, but for one read more of each chain: what a filter drops is read as well,
/// and this bounds what a page can cost. Chosen: 2 MB.
const MAX_ROWS_READ: usize = 5000;
/// Entries of one read where a filter may drop most of them. Chosen: 40 kB.
const FILTERED_ROWS_READ: usize = 100;

/// Where a page ends: of each chain, the number below which the next one begins.
pub type Place = [u64; N_CHAINS as usize];

/// A page.
#[derive(Debug)]
pub struct Page {
    /// The entries.
    pub items: Vec<AuditEntry>,
    /// Where the next page begins. `None` at the end.
    pub after: Option<Place>,
}

/// One chain on its way from the newest entry to the oldest.
struct Chain<'a> {
    trail: &'a Trail,
    /// Which, from 0.
    id: u8,
    /// Everything from here on was returned or dropped.
    below: u64,
    /// What was read and not yet chosen, with its time.
    ahead: VecDeque<(Timestamp, AuditEntry)>,
    has_ended: bool,
    n_read: usize,
}

impl Chain<'_> {
    /// Reads on, if there is nothing to choose from.
    async fn fill(&mut self, n_at_once: usize) -> Result<(), Fault> {
        while self.ahead.is_empty() && !self.has_ended {
            let rows = self.trail.read(AuditRange {
                chain: self.id,
                from: AuditFrom::Below(self.below),
                limit: n_at_once,
            });
            let rows = rows.await?;
            self.has_ended = rows.len() < n_at_once;
            self.n_read += rows.len();
            for row in rows {
                // What cannot be shown is passed over here and found by whoever verifies.
                self.below = if self.ahead.is_empty() {
                    row.number
                } else {
                    self.below
                };
                let entry = audit::parse(&row);
                let entry = entry.and_then(|it| Some((it.at.parse().ok()?, it)));
                if let Some(entry) = entry {
                    self.ahead.push_back(entry);
                } else {
                    tracing::error!(
                        audit.chain = row.chain,
                        audit.number = row.number,
                        "audit entry is damaged"
                    );
                }
            }
        }
        Ok(())
    }

    fn newest(&self) -> Option<Timestamp> {
        self.ahead.front().map(|it| it.0)
    }

    /// Where this chain goes on.
    fn place(&self) -> u64 {
        // The first that was not chosen is the first of the next page.
        self.ahead
            .front()
            .map_or(self.below, |it| it.1.number.saturating_add(1))
    }
}

/// Returns a page of what happened, newest first; only what `about` did or what was done to it, where that is given.
///
/// A page may be shorter than `limit`, even empty, and still not be the last. What happens meanwhile is on no later page.
///
/// # Errors
///
/// [`Fault`] if the table failed.
pub async fn list(
    trail: &Trail,
    about: Option<UserId>,
    limit: PageLimit,
    after: Option<Place>,
) -> Result<Page, Fault> {
    let limit = limit.get() as usize;
    let about = about.map(|it| it.to_string());
    let n_at_once = if about.is_some() {
        FILTERED_ROWS_READ
    } else {
        limit
    };
    let below = after.unwrap_or([u64::MAX; N_CHAINS as usize]);
    let mut chains: Vec<Chain<'_>> = (0..N_CHAINS)
        .zip(below)
        .map(|(id, below)| Chain {
            trail,
            id,
            below,
            ahead: VecDeque::new(),
            has_ended: false,
            n_read: 0,
        })
        .collect();
    try_join_all(chains.iter_mut().map(|it| it.fill(n_at_once))).await?;
    let mut items = Vec::new();
    loop {
        let n_read: usize = chains.iter().map(|it| it.n_read).sum();
        let newest = chains.iter_mut().filter(|it| it.newest().is_some());
        let Some(chain) = newest.max_by_key(|it| it.newest()) else {
            return Ok(Page { items, after: None });
        };
        if items.len() == limit || MAX_ROWS_READ <= n_read {
            let mut place = [0; N_CHAINS as usize];
            for (place, chain) in place.iter_mut().zip(&chains) {
                *place = chain.place();
            }
            return Ok(Page {
                items,
                after: Some(place),
            });
        }
        if let Some((_, entry)) = chain.ahead.pop_front() {
            chain.below = entry.number;
            let wanted = about
                .as_ref()
                .is_none_or(|it| entry.user_id.as_ref() == Some(it) || entry.subject_id.as_ref() == Some(it));
            if wanted {
                items.push(entry);
            }
        }
        chain.fill(n_at_once).await?;
    }
}
