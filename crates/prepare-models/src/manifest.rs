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
    purpose: String,
    licence: String,
    trained_on: String,
    /// Which layer graph, by the names of [`crate::nets::build`].
    network: Option<String>,
    weights: Option<File>,
    layout: Option<File>,
    /// Instead of these three, an ONNX file of an operator's own; its path is taken from the manifest's folder.
    onnx: Option<File>,
    pub(crate) input: Input,
    /// Of a model of an operator's own it may be left out.
    pub(crate) known: Option<Known>,
    /// How an embedder is used, for the face engine to read.
    pub(crate) embedding: Option<toml::Table>,
}

/// Where a network comes from.
#[derive(Debug)]
pub(crate) enum Origin<'a> {
    /// The npm package.
    Package {
        network: &'a str,
        weights: &'a File,
        layout: &'a File,
    },
    /// An ONNX file that is taken as it is.
    Own(&'a File),
}

impl Model {
    /// Where the network comes from; `None` if the manifest says neither or both.
    pub(crate) fn origin(&self) -> Option<Origin<'_>> {
        match (&self.network, &self.weights, &self.layout, &self.onnx) {
            (Some(network), Some(weights), Some(layout), None) => Some(Origin::Package {
                network,
                weights,
                layout,
            }),
            (None, None, None, Some(onnx)) => Some(Origin::Own(onnx)),
            _ => None,
        }
    }
}

/// A file and what it must be.
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
    /// Order in which the network takes the channels: "rgb", or "bgr" for networks trained with OpenCV's order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) channels: Option<Channels>,
}

/// Order of colours.
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Channels {
    Rgb,
    Bgr,
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
