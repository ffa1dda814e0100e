//! Erases what an account had after the account was deleted: photos, pictures, results, the people whom it registered,
//! the rows about all that, API keys and sessions.
//!
//! The stream of the table of accounts calls it, filtered in the template: when an account is deleted, and once more
//! when what was left of it expires, for what a token that was still alive made in between. Nothing else may list or
//! delete across a bucket, so this is a function of its own.
//!
//! Reading order: [`handler`] (what happens to a record), [`events`] (what is read of it), [`capabilities`] (what the
//! handler needs), [`adapters`] and [`config`] (wiring), [`manifest`] (what the template must provide).

pub mod adapters;
pub mod capabilities;
pub mod config;
pub mod events;
pub mod handler;
pub mod manifest;

pub use adapters::init;
pub use manifest::MANIFEST;
