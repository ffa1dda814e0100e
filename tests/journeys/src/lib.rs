//! What journeys are told with: a running suite, people who use it, photos, and heads that move.
//!
//! Every journey has a suite of its own, on free ports of 127.0.0.1 and with data in a folder that goes with it.

mod check;
pub mod cutout;
pub mod forgery;
pub mod head;
pub mod people;
mod person;
mod photos;
mod suite;
mod tables;

pub use check::{Check, camera};
pub use cutout::Cutout;
pub use person::{Answer, Person};
pub use photos::{Sample, broken, jpeg_of_nothing, sample};
pub use suite::Suite;
