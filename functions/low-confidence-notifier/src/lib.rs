//! Tells the administrator about analyses whose best face is doubtful, or that found none.
//!
//! The stream of the table of analyses calls it, filtered in the template, so `analyze` needs no second write and
//! knows nothing of alerts.
//!
//! Reading order: [`handler`] (what happens to a record), [`events`] (what is read of it), [`capabilities`] (what
//! the handler needs), [`adapters`] and [`config`] (wiring), [`manifest`] (what the template must provide).

pub mod adapters;
pub mod capabilities;
pub mod config;
pub mod events;
pub mod handler;
pub mod manifest;

pub use adapters::init;
pub use manifest::MANIFEST;
