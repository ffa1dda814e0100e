//! Amazon Rekognition's wire protocol over [`face_engine`].
//!
//! [`Rekognition::call`] takes the name of an operation and its JSON input, and gives its JSON output or the error that
//! Rekognition would give. It translates and nothing else: what a picture is and what is too much of it is `picture`'s
//! business, faces are `face_engine`'s, and what is kept of them is [`gallery`]'s. [`endpoint`] puts it behind HTTP with signatures for use by itself; the local stack
//! brings an endpoint of its own.
//!
//! [`operations`] is the table of what exists; `docs/rekognition-support.md` is generated from it.

mod associations;
mod collections;
mod compare_faces;
mod constraint;
mod detect_faces;
pub mod endpoint;
mod error;
mod faces;
pub mod folders;
mod image;
mod index_faces;
mod input;
mod likeness;
pub mod operations;
mod photo;
mod quality_filter;
mod resource;
mod search_faces;
mod search_users;
mod service;
mod shapes;
mod storage;
pub mod support;
mod tags;
mod users;

pub use gallery::{OpenError, Store};
pub use image::{MAX_OBJECT_BYTES, ObjectError, Objects};
pub use resource::{ACCOUNT, collection_of};
pub use service::{Faces, Limits, Rekognition};
pub use storage::open_store;
