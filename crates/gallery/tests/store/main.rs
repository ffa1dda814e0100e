//! Tests of the store from outside.

#![expect(
    clippy::unwrap_used,
    reason = "what a test's own helpers cannot do is the test's failure"
)]

mod collections;
mod concurrency;
mod damage;
mod durability;
mod random;
mod support;
