//! Adapters on the AWS SDKs: one module for each table, bucket or service that a function uses.
//!
//! The only crate that knows the SDKs. An adapter speaks in values of `domain` and in its own rows, and fails with
//! its own error for what a caller may branch on and with a [`domain::Fault`] for everything else. Capability
//! traits are not here: each function states what it needs and implements that for these adapters.
//!
//! Deliberately not here: decisions. An adapter maps one operation to one call.

pub mod alerts;
pub mod analyses;
pub mod api_keys;
pub mod audit;
pub mod challenges;
pub mod collections;
pub mod comparison;
pub mod erasure;
pub mod faces;
mod fault;
mod folders;
pub mod limits;
pub mod mail;
pub mod parameters;
pub mod people;
pub mod photos;
pub mod resets;
pub mod sessions;
pub mod uploads;
pub mod users;
