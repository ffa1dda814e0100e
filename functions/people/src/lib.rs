//! Registers people with their agreement, keeps their faces, says whether somebody is one of them, and erases them.
//!
//! Reading order: [`config`], [`manifest`], [`adapters`].

pub mod adapters;
pub mod config;
pub mod manifest;

pub use adapters::init;
pub use manifest::MANIFEST;
