//! Who a face is: an embedding of its aligned chip, near for the same person and far for two.
//!
//! Which network embeds, how its chips are cut and what its distances mean is data of `models/manifest.toml`, so
//! that an operator can bring an embedder of his own. See `docs/accuracy.md` for what the shipped one is worth.

pub(crate) mod align;
mod similarity;

pub use similarity::{BadCurve, SimilarityCurve};

use serde::Deserialize;

use crate::models::{Entry, Model, known_input};
use crate::pyramid::Pyramid;
use crate::{EngineError, Face, LoadError};

/// What there is to know about embeddings: which model they come from and what their distances mean.
///
/// Embeddings of models with different names must not be compared.
#[derive(Debug, Clone, PartialEq)]
pub struct EmbeddingModel {
    /// Name in the manifest, with its version: `face_recognition 1.0`.
    pub name: String,
    /// Version alone, digits and dots: what Rekognition calls `FaceModelVersion`.
    pub version: String,
    /// Number of components.
    pub dimension: usize,
    /// From distance to similarity and back.
    pub similarity: SimilarityCurve,
}

/// The table `embedding` of a model in the manifest.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    version: String,
    dimension: usize,
    template: align::Template,
    metric: Metric,
    mirrored: bool,
    similarity: SimilarityCurve,
}

/// How the network's authors compare its outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Metric {
    /// By their Euclidean distance.
    Euclidean,
    /// By the angle between them. They are made one long, after which Euclidean distances order them likewise:
    /// `distance² = 2 - 2 cos`.
    Cosine,
}

/// A network that embeds faces.
#[derive(Debug)]
pub(crate) struct Embedder {
    pub(crate) model: EmbeddingModel,
    network: Model,
    template: align::Template,
    metric: Metric,
    mirrored: bool,
}

impl Embedder {
    /// The embedder that `entry` of the index describes. Its network is tried out.
    pub(crate) fn new(entry: &Entry, network: Model) -> Result<Self, LoadError> {
        let name = network.name();
        let settings = entry.embedding.clone().ok_or_else(|| LoadError::NotAnEmbedder {
            model: name.to_owned(),
        })?;
        let outputs =
            network
                .run_any(&known_input(&network.input))
                .map_err(|source| LoadError::BadNetwork {
                    model: name.to_owned(),
                    source: Box::new(source),
                })?;
        let found = outputs.first().map_or(0, |it| it.values.len());
        if found != settings.dimension {
            return Err(LoadError::WrongDimension {
                model: name.to_owned(),
                expected: settings.dimension,
                found,
            });
        }
        Ok(Self {
            model: EmbeddingModel {
                name: format!("{name} {}", settings.version),
                version: settings.version,
                dimension: settings.dimension,
                similarity: settings.similarity,
            },
            network,
            template: settings.template,
            metric: settings.metric,
            mirrored: settings.mirrored,
        })
    }

    /// The embedding of `face`, which was found in `photo`.
    pub(crate) fn embed(&self, photo: &Pyramid<'_>, face: &Face) -> Result<Vec<f32>, EngineError> {
        let side = self.network.input.side_px;
        let grid = self.template.grid(&face.landmarks, side);
        let chip = photo.sample(grid, side, side, &self.network.input);
        let mut embedding = self.look(&chip)?;
        if self.mirrored {
            let mirrored = self.look(&chip.mirrored())?;
            for (a, b) in embedding.iter_mut().zip(mirrored) {
                *a = a.midpoint(b);
            }
            if self.metric == Metric::Cosine {
                normalize(&mut embedding);
            }
        }
        Ok(embedding)
    }

    fn look(&self, chip: &crate::tensor::Image) -> Result<Vec<f32>, EngineError> {
        let outputs = self.network.run_any(chip)?;
        let mut values = outputs
            .into_iter()
            .next()
            .map(|it| it.values)
            .filter(|it| it.len() == self.model.dimension && it.iter().all(|it| it.is_finite()))
            .ok_or_else(|| self.network.unexpected_shape())?;
        if self.metric == Metric::Cosine {
            normalize(&mut values);
        }
        Ok(values)
    }
}

/// Makes `values` one long; nothing stays nothing.
fn normalize(values: &mut [f32]) {
    let length = values.iter().map(|it| it * it).sum::<f32>().sqrt();
    if 0.0 < length {
        for it in values {
            *it /= length;
        }
    }
}
