//! Event source mappings: a table's stream, read in order and handed to a function, as Lambda's poller does.
//!
//! `pattern` decides which records a function wants, `batch` what follows from each outcome (a pure state
//! machine), `response` reads what the function answered, and `mapping` brings them together with a stream, a
//! checkpoint and a clock. Delivery is at least once: the checkpoint moves when a batch is done, never before.

mod batch;
mod dead_letter;
mod mapping;
mod pattern;
mod ports;
mod response;

pub(crate) use mapping::Parts as MappingParts;
pub use mapping::{Mapping, Step};
pub use pattern::{Pattern, PatternError};
pub(crate) use ports::Target;
pub use ports::{Checkpoints, Destination, Source};
