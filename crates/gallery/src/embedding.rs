//! Embeddings and the models they come from.
//!
//! Distances between embeddings of two models mean nothing. An [`Embedding`] therefore carries its [`Model`], and
//! whatever brings two embeddings together answers [`ModelMismatch`] when they differ.

use std::fmt;
use std::sync::Arc;

use crate::distance::{SquaredDistance, squared_distance};

/// Largest number of components of an embedding. Chosen, not measured: the widest face networks give 1,024.
pub const MAX_DIMENSION: usize = 4096;

/// Longest name of a model, in bytes. Chosen, not measured.
pub const MAX_MODEL_NAME_BYTES: usize = 255;

/// A model that turns faces into embeddings: its name, and how many components its embeddings have.
///
/// Two models are the same if both agree. Whoever changes weights, alignment or normalization has to change the name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Model {
    name: Arc<str>,
    dimension: usize,
}

impl Model {
    /// Names a model.
    ///
    /// # Errors
    ///
    /// If the name is empty or longer than [`MAX_MODEL_NAME_BYTES`], or the dimension is not within
    /// `1..=`[`MAX_DIMENSION`].
    pub fn new(name: &str, dimension: usize) -> Result<Self, ModelError> {
        if name.is_empty() || MAX_MODEL_NAME_BYTES < name.len() {
            return Err(ModelError::Name { bytes: name.len() });
        }
        if !(1..=MAX_DIMENSION).contains(&dimension) {
            return Err(ModelError::Dimension { dimension });
        }
        Ok(Self {
            name: name.into(),
            dimension,
        })
    }

    /// Name, as an operator's manifest of models gives it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Number of components of the model's embeddings.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Whether embeddings of `other` may be compared with this model's.
    pub(crate) fn same(&self, other: &Self) -> Result<(), ModelMismatch> {
        if self == other {
            Ok(())
        } else {
            Err(ModelMismatch {
                expected: self.clone(),
                found: other.clone(),
            })
        }
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} dimensions)", self.name, self.dimension)
    }
}

/// What a face looks like to a [`Model`]: finite components, near for the same person.
///
/// Biometric data: `Debug` shows the model only.
#[derive(Clone, PartialEq)]
pub struct Embedding {
    model: Model,
    components: Box<[f32]>,
}

impl Embedding {
    /// Tags `components` with the model that made them. Any length of the vector is accepted, not only unit length.
    ///
    /// # Errors
    ///
    /// If the number of components is not the model's, or one of them is infinite or not a number.
    pub fn new(model: &Model, components: impl Into<Box<[f32]>>) -> Result<Self, EmbeddingError> {
        let components = components.into();
        if components.len() != model.dimension {
            return Err(EmbeddingError::Dimension {
                model: model.clone(),
                found: components.len(),
            });
        }
        if let Some(position) = components.iter().position(|it| !it.is_finite()) {
            return Err(EmbeddingError::NotFinite { position });
        }
        Ok(Self {
            model: model.clone(),
            components,
        })
    }

    /// The model that made it.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Components in the model's order; as many as its dimension, all finite.
    #[must_use]
    pub fn components(&self) -> &[f32] {
        &self.components
    }

    /// Returns the squared Euclidean distance to `other`: the very number that a search in an index reports.
    ///
    /// # Errors
    ///
    /// If the two come from different models.
    pub fn squared_distance(&self, other: &Self) -> Result<SquaredDistance, ModelMismatch> {
        self.model.same(&other.model)?;
        Ok(squared_distance(&self.components, &other.components))
    }

    /// Returns the mean of `embeddings`, component by component; `None` of none.
    ///
    /// Summed in `f64` in the order given, so that the same embeddings in the same order give the same bits.
    ///
    /// # Errors
    ///
    /// If they come from different models.
    pub fn mean<'a>(embeddings: impl IntoIterator<Item = &'a Self>) -> Result<Option<Self>, ModelMismatch> {
        let mut embeddings = embeddings.into_iter();
        let Some(first) = embeddings.next() else {
            return Ok(None);
        };
        let mut sums: Vec<f64> = first.components.iter().map(|it| f64::from(*it)).collect();
        let mut n = 1_u32;
        for embedding in embeddings {
            first.model.same(&embedding.model)?;
            for (sum, component) in sums.iter_mut().zip(&embedding.components) {
                *sum += f64::from(*component);
            }
            n += 1;
        }
        // Between the smallest and the largest of finite `f32`s, hence finite as `f32`.
        let components = sums.into_iter().map(|it| (it / f64::from(n)) as f32).collect();
        Ok(Some(Self {
            model: first.model.clone(),
            components,
        }))
    }
}

impl fmt::Debug for Embedding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embedding")
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

/// Two embeddings, or an embedding and a collection, come from different models and do not compare.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("embeddings of {found} do not compare with those of {expected}")]
pub struct ModelMismatch {
    /// The model of what was there: of a collection, or of the embedding asked.
    pub expected: Model,
    /// The model of what was brought.
    pub found: Model,
}

/// A model's description that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// The name is empty or too long.
    #[error("a model's name has 1 to {MAX_MODEL_NAME_BYTES} bytes, not {bytes}")]
    Name {
        /// Length of the name.
        bytes: usize,
    },
    /// No components, or too many.
    #[error("an embedding has 1 to {MAX_DIMENSION} components, not {dimension}")]
    Dimension {
        /// The dimension asked for.
        dimension: usize,
    },
}

/// Components that are no embedding of their model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmbeddingError {
    /// Too few or too many components.
    #[error("{found} components for an embedding of {model}")]
    Dimension {
        /// The model.
        model: Model,
        /// How many components were given.
        found: usize,
    },
    /// An infinite component, or one that is not a number.
    #[error("component {position} is not finite")]
    NotFinite {
        /// Which one, from 0.
        position: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(name: &str, dimension: usize) -> Model {
        Model::new(name, dimension).unwrap()
    }

    #[test]
    fn embeddings_of_two_models_do_not_compare_and_the_error_names_both() {
        let ours = Embedding::new(&model("dlib", 2), [0.0, 1.0]).unwrap();
        let theirs = Embedding::new(&model("sface", 2), [0.0, 1.0]).unwrap();
        let error = ours.squared_distance(&theirs).unwrap_err();
        assert_eq!(
            error.to_string(),
            "embeddings of sface (2 dimensions) do not compare with those of dlib (2 dimensions)"
        );
    }

    #[test]
    fn one_name_with_two_dimensions_is_two_models() {
        let ours = Embedding::new(&model("dlib", 2), [0.0, 1.0]).unwrap();
        let theirs = Embedding::new(&model("dlib", 3), [0.0, 1.0, 2.0]).unwrap();
        assert!(ours.squared_distance(&theirs).is_err());
    }

    #[test]
    fn components_that_are_not_finite_are_refused() {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert_eq!(
                Embedding::new(&model("dlib", 3), [0.0, bad, 0.0]),
                Err(EmbeddingError::NotFinite { position: 1 })
            );
        }
    }

    #[test]
    fn a_wrong_number_of_components_is_refused() {
        let dlib = model("dlib", 3);
        assert_eq!(
            Embedding::new(&dlib, [0.0; 4]),
            Err(EmbeddingError::Dimension {
                model: dlib,
                found: 4
            })
        );
    }

    #[test]
    fn debug_output_shows_no_component() {
        let embedding = Embedding::new(&model("dlib", 2), [0.123, 0.456]).unwrap();
        let shown = format!("{embedding:?}");
        assert!(
            shown.contains("dlib") && !shown.contains("123") && !shown.contains("456"),
            "{shown}"
        );
    }

    #[test]
    fn the_mean_of_extreme_components_is_finite() {
        let dlib = model("dlib", 1);
        let huge = Embedding::new(&dlib, [f32::MAX]).unwrap();
        let mean = Embedding::mean([&huge, &huge, &huge]).unwrap().unwrap();
        assert_eq!(mean, huge);
        assert_eq!(Embedding::mean([]), Ok(None));
    }

    #[test]
    fn names_and_dimensions_have_limits() {
        assert_eq!(Model::new("", 1), Err(ModelError::Name { bytes: 0 }));
        assert_eq!(
            Model::new(&"x".repeat(256), 1),
            Err(ModelError::Name { bytes: 256 })
        );
        assert_eq!(Model::new("x", 0), Err(ModelError::Dimension { dimension: 0 }));
        assert_eq!(
            Model::new("x", 4097),
            Err(ModelError::Dimension { dimension: 4097 })
        );
    }
}
