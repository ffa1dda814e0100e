//! Registers people with their agreement, keeps their faces, says whether somebody is one of them, and erases them.
//!
//! A person belongs to the account that registered them; for every other one they do not exist. Faces are compared with pictures
//! that are kept, and described in the account's collection of Rekognition so that nobody is registered as two people.
//!
//! Reading order: [`register`] (people), [`face`] with [`upload`] (a photo's pixels) and [`seen`] (what Rekognition says of them)
//! and [`whose`] (whose they are), [`verify`] with [`keys`] (assertions of liveness challenges), [`erase`] with [`operator`], [`shown`] (what is
//! told), [`refusal`], [`capabilities`], [`http`], [`adapters`], [`config`] and [`manifest`].

pub mod adapters;
pub mod capabilities;
pub mod config;
pub mod erase;
pub mod face;
pub mod http;
pub mod keys;
pub mod manifest;
pub mod operator;
pub mod refusal;
pub mod register;
pub mod seen;
pub mod shown;
#[cfg(test)]
mod tests;
pub mod upload;
pub mod verify;
pub mod whose;

pub use adapters::init;
pub use manifest::MANIFEST;
