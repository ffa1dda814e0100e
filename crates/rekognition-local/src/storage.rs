//! The folder that collections are kept in.

use std::{num::NonZeroUsize, path::Path, sync::Arc, thread};

use aws_wire::{Clock, SystemClock};
use gallery::{Limits, OpenError, Options, Store};
use uuid::Uuid;

/// Opens the collections in `folder`, which is created if there is none, for nobody else to use.
///
/// Everything acknowledged before is in it again, however the process before ended. A search uses all processors.
///
/// # Errors
///
/// [`OpenError`]: another process has the folder, or a file in it is damaged.
pub fn open_store(folder: &Path) -> Result<Store, OpenError> {
    let options = Options {
        clock: Arc::new(|| SystemClock.now()),
        ids: Arc::new(Uuid::now_v7),
        threads: thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        limits: Limits::default(),
    };
    Store::open(folder, options)
}
