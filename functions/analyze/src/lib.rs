//! Finds the faces in an uploaded photo, keeps what it found, and lists, shows and erases it.
//!
//! Reading order: [`create`] (a photo becomes an analysis) with [`photo`] (pictures of it) and [`found`] (what is said
//! about its faces), [`history`] (the rest), [`capabilities`] (what both need), [`http`] (requests and answers),
//! [`adapters`] and [`config`] (wiring), [`manifest`] (what the template must provide).

pub mod adapters;
pub mod capabilities;
pub mod config;
pub mod create;
pub mod found;
pub mod history;
pub mod http;
pub mod manifest;
pub mod photo;

pub use adapters::init;
pub use manifest::MANIFEST;
