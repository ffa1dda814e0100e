//! Hands out places for photos: a row that says what will come, and a signed request for exactly that.
//!
//! Reading order: [`handler`] (what happens), [`capabilities`] (what it needs), [`http`] (requests and answers),
//! [`adapters`] and [`config`] (wiring), [`manifest`] (what the template must provide).

pub mod adapters;
pub mod capabilities;
pub mod config;
pub mod handler;
pub mod http;
pub mod manifest;

pub use adapters::init;
pub use manifest::MANIFEST;
