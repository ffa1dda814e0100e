//! Faces in a photo: where they are, which way they look, and what they look like.
//!
//! [`Engine::detect`] takes a decoded [`picture::Picture`] through four stages, each a module of its own:
//! detect, landmarks, pose and quality, attributes. [`Engine::embed`] says who they are. Everything is computed on this machine by small
//! convolutional networks that are prepared by `prepare-models` and described in `models/manifest.toml`.
//!
//! This crate knows nothing of Rekognition's JSON and nothing of networks of the other kind.

mod attributes;
pub mod calibration;
mod detect;
mod engine;
mod error;
mod face;
mod geometry;
mod landmarks;
mod models;
mod network;
mod pose;
mod pyramid;
mod quality;
mod recognition;
mod tensor;

pub use engine::Engine;
pub use error::{EngineError, LoadError};
pub use face::{Age, Emotion, Face, Gender, LANDMARKS, Pose, Quality, Verdict, Wanted};
pub use geometry::{Point, Rect};
pub use recognition::{BadCurve, EmbeddingModel, SimilarityCurve};
