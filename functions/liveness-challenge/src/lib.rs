//! Begins liveness challenges, judges their frames as they arrive, and says once what came of each.
//!
//! The rules are those of the crate `liveness`, which knows neither pictures nor detectors: this function lets Rekognition
//! look at each frame and feeds it what was seen. It adds what the rules cannot know: whose challenge it is, that a frame
//! is judged once, that only one is judged at a time, and that the face at the end is the one from the beginning.
//!
//! Reading order: [`course`] (what is kept of a challenge), [`create`], [`frame`] with [`still`] (a frame's pixels) and
//! [`seen`] (what the detector says), [`verify`], [`answer`] (what is told), [`keys`] (tokens), [`capabilities`], [`http`],
//! [`adapters`], [`config`] and [`manifest`].

pub mod adapters;
pub mod answer;
pub mod capabilities;
pub mod config;
pub mod course;
pub mod create;
pub mod frame;
pub mod http;
pub mod keys;
pub mod manifest;
pub mod refusal;
pub mod seen;
pub mod still;
#[cfg(test)]
mod tests;
pub mod verify;

pub use adapters::init;
pub use manifest::MANIFEST;
