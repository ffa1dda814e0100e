//! The points between which a process may die, so that a test can let it die there.

use std::io;

/// A point that a write passes. What is on the disk then is what a process killed there leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Part of the body is in the incoming file.
    HalfWritten,
    /// The whole body is in the incoming file, and its digests are right.
    Checked,
    /// The incoming file is on the disk.
    Synced,
    /// The body has its final name.
    Renamed,
    /// The final name is on the disk; the index does not know it yet.
    Placed,
    /// The index has the new object; the old body is still there.
    Committed,
    /// A deleted object is gone from the index; its body is still there.
    Forgotten,
}

/// Nothing in the program. In tests, the death of the process at one of its steps.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults {
    #[cfg(test)]
    dies_at: std::sync::Arc<std::sync::Mutex<Option<Step>>>,
    #[cfg(test)]
    dead: std::sync::Arc<std::sync::atomic::AtomicBool>,
}

#[cfg(not(test))]
#[expect(
    clippy::unused_self,
    clippy::unnecessary_wraps,
    reason = "the twin below uses both"
)]
impl Faults {
    pub(super) fn pass(&self, _step: Step) -> io::Result<()> {
        Ok(())
    }

    /// A dead process cleans nothing up.
    pub(super) fn alive(&self) -> bool {
        true
    }
}

#[cfg(test)]
impl Faults {
    pub(super) fn pass(&self, step: Step) -> io::Result<()> {
        if *self.dies_at.lock().expect("not poisoned") == Some(step) {
            self.dead.store(true, std::sync::atomic::Ordering::SeqCst);
        }
        if self.alive() {
            Ok(())
        } else {
            Err(io::Error::other("the process is dead"))
        }
    }

    pub(super) fn alive(&self) -> bool {
        !self.dead.load(std::sync::atomic::Ordering::SeqCst)
    }

    pub(super) fn die_at(&self, step: Step) {
        *self.dies_at.lock().expect("not poisoned") = Some(step);
    }
}
