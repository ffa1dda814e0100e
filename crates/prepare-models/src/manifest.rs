//! `models/manifest.toml`, as far as preparing needs it.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::PrepareError;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    pub(crate) source: Source,
    /// Name of the model that embeds faces.
    pub(crate) embedder: String,
    #[serde(rename = "model")]
    pub(crate) models: Vec<Model>,
}

/// The npm package.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "licence and homepage are for the people who read the manifest"
)]
pub(crate) struct Source {
    pub(crate) package: String,
    pub(crate) version: String,
    licence: String,
    homepage: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "purpose, licence and training data are for the people who read the manifest"
)]
pub(crate) struct Model {
    pub(crate) name: String,
    /// Which layer graph, by the names of [`crate::nets::build`].
    pub(crate) network: String,
    purpose: String,
    licence: String,
    trained_on: String,
    pub(crate) weights: File,
    pub(crate) layout: File,
    pub(crate) input: Input,
    pub(crate) known: Known,
    /// How an embedder is used, for the face engine to read.
    pub(crate) embedding: Option<toml::Table>,
}

/// A file of the package.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    pub(crate) file: String,
    pub(crate) sha256: String,
}

/// How pixels become the network's input: `(value - mean) * scale`, `[1, 3, height, width]`, RGB.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    pub(crate) side_px: usize,
    pub(crate) mean: [f32; 3],
    pub(crate) scale: f32,
}

/// Values of the first output for the known input: what the reference library computes.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Known {
    pub(crate) at: Vec<usize>,
    pub(crate) answer: Vec<f32>,
    pub(crate) tolerance: f32,
}

impl Manifest {
    pub(crate) fn read(path: &Path) -> Result<Self, PrepareError> {
        let text = std::fs::read_to_string(path).map_err(|source| PrepareError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        toml::from_str(&text).map_err(|source| PrepareError::BadManifest {
            path: path.to_owned(),
            source: Box::new(source),
        })
    }
}
