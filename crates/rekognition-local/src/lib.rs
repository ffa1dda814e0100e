//! Amazon Rekognition's wire protocol over [`face_engine`].
//!
//! [`Rekognition::call`] takes the name of an operation and its JSON input, and gives its JSON output or the error that
//! Rekognition would give. It translates and nothing else: what a picture is and what is too much of it is `picture`'s
//! business, faces are `face_engine`'s. [`endpoint`] puts it behind HTTP with signatures for use by itself; the local stack
//! brings an endpoint of its own.
//!
//! [`operations`] is the table of what exists; `docs/rekognition-support.md` is generated from it.

mod constraint;
mod detect_faces;
pub mod endpoint;
mod error;
pub mod folders;
mod image;
pub mod operations;
mod service;
pub mod support;

pub use image::{MAX_OBJECT_BYTES, ObjectError, Objects};
pub use service::{Faces, Limits, Rekognition};
