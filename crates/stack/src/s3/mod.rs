//! S3: buckets and objects.
//!
//! [`Store`] keeps bytes in files and everything else in one SQLite index whose commit makes an object visible; a killed
//! process leaves the old object or the new one. [`S3Service`] answers the REST protocol for it: the protocol and the
//! signatures are s3s's, the operations, rights and CORS are here.
//!
//! ```text
//! request → gate (what s3s does not check) → s3s (signature) → access (rights) → backend → store
//! ```

mod access;
mod backend;
mod bodies;
mod bucket;
mod conditions;
mod copy;
mod cors;
mod delete;
mod digest;
mod error;
mod faults;
mod file_bytes;
mod gate;
mod get;
mod host;
mod index;
mod lifecycle;
mod list;
mod put;
mod sentences;
mod service;
mod store;
#[cfg(test)]
mod tests;

pub use access::{Allowed, Asked};
pub use error::StoreError;
/// The body of an S3 answer.
pub use s3s::Body;
pub use service::S3Service;
pub use store::{MAX_OBJECT_BYTES, Store, StoreOptions};
