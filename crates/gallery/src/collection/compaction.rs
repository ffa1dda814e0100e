//! Shortening a log: what was deleted stays in the file until it is written anew.

use std::fs;
use std::sync::atomic::Ordering;

use super::{Collection, Shared};
use crate::error::{Error, Fault};
use crate::log::{Header, NEW_EXTENSION, NewLog};
use crate::state::State;

/// A log may be this much longer than twice what it would be if written anew. Small collections are not worth the effort
/// of being compact. Chosen, not measured.
const SLACK_BYTES: u64 = 4 << 20;

/// Whether a log has become too long for what it tells.
pub(super) fn is_due(log_bytes: u64, state: &State, compact_above_bytes: u64) -> bool {
    let allowed = 2 * state.log_bytes() as u64 + SLACK_BYTES;
    allowed.max(compact_above_bytes) < log_bytes
}

impl Collection {
    /// Writes the collection's file anew, so that nothing of what was deleted is left in it.
    ///
    /// This also happens by itself, within a call that changes something, when more than half of a file of some size is
    /// about deleted things. Meanwhile searches go on and changes wait: two or three seconds for a million faces. A crash at
    /// any moment leaves the old file or the new one.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchCollection`]; [`Error::Fault`] if the disk fails, mostly for lack of space; the old file then
    /// remains.
    pub fn compact(&self) -> Result<(), Error> {
        self.0.compact()
    }
}

impl Shared {
    pub(super) fn compact(&self) -> Result<(), Error> {
        let mut log = self.lock_log()?;
        let state = self.read()?;
        if let Some(fault) = log.failed() {
            return Err(fault.clone().into());
        }
        let path = log.path().to_owned();
        let header = Header {
            file: self.context.ids.next(),
            ..log.header().clone()
        };
        let written = NewLog::create(&path, header).and_then(|mut new| {
            state.replay(|change| new.push(&change))?;
            new.finish()
        });
        match written {
            Ok(new) => {
                *log = new;
                log.failed().map_or(Ok(()), |fault| Err(fault.clone().into()))
            }
            Err(error) => {
                // If it cannot be removed, it is overwritten by the next attempt or removed by the next opening.
                let _ = fs::remove_file(path.with_extension(NEW_EXTENSION));
                Err(Fault::new("rewriting a log")(error).into())
            }
        }
    }

    /// Shortens the log if a commit found it too long. A failure concerns nobody's request: it is logged, and tried again
    /// when the log has doubled.
    pub(super) fn compact_if_due(&self) {
        if !self.compaction_due.swap(false, Ordering::Relaxed) {
            return;
        }
        if let Err(error) = self.compact() {
            let log_bytes = self.lock_log().map_or(u64::MAX, |it| it.len());
            self.compact_above_bytes
                .store(log_bytes.saturating_mul(2), Ordering::Relaxed);
            tracing::warn!(file = %self.serial, log.size_bytes = log_bytes, %error, "could not shorten a collection's log");
        }
    }
}
