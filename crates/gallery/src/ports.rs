//! What the store asks of the world around it.

use std::fmt;

use jiff::Timestamp;
use uuid::Uuid;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now. May go backwards; tokens of requests then live a little longer.
    fn now(&self) -> Timestamp;
}

/// Makes names for faces, images and files.
pub trait Ids: Send + Sync {
    /// A UUID that was never returned before, in this process or another. Collections are listed in the order of theirs,
    /// so version 7 lists them as they were created.
    fn next(&self) -> Uuid;
}

impl<F: Fn() -> Timestamp + Send + Sync> Clock for F {
    fn now(&self) -> Timestamp {
        self()
    }
}

impl<F: Fn() -> Uuid + Send + Sync> Ids for F {
    fn next(&self) -> Uuid {
        self()
    }
}

impl fmt::Debug for dyn Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

impl fmt::Debug for dyn Ids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ids")
    }
}
