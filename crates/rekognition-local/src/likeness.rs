//! Embeddings of this endpoint's model, and what their distances are in percent.

use aws_wire::AwsError;
use face_engine::EmbeddingModel;
use gallery::{Collection, Embedding, Model, SquaredDistance};

use crate::{error, service::Faces};

/// What rounding may cost a similarity, in percentage points.
///
/// A distance of 128 components is exact to some 2e-6 of itself (`gallery`), a similarity to some 1e-4 points where the curve is
/// steepest (measured knots: 19 points within 0.1). Ten times that is still nothing to anybody.
const ROUNDING: f32 = 1e-3;

/// The model that faces are embedded with.
#[derive(Clone, Copy)]
pub(crate) struct Likeness<'a>(&'a EmbeddingModel);

impl<'a> Likeness<'a> {
    pub(crate) fn of(faces: &'a dyn Faces) -> Self {
        Self(faces.embedding_model())
    }

    /// `FaceModelVersion`.
    pub(crate) fn version(self) -> &'a str {
        &self.0.version
    }

    /// The model as collections know it.
    pub(crate) fn model(self) -> Result<Model, AwsError> {
        Model::new(&self.0.name, self.0.dimension).map_err(|error| fault(&error))
    }

    /// Refuses a collection that holds faces of another model.
    pub(crate) fn check(self, collection: &Collection) -> Result<(), AwsError> {
        let ours = self.model()?;
        if *collection.model() == ours {
            Ok(())
        } else {
            Err(error::other_model(
                collection.id().as_str(),
                collection.model(),
                &ours,
            ))
        }
    }

    /// An embedding as the engine gave it.
    pub(crate) fn embedding(self, components: Vec<f32>) -> Result<Embedding, AwsError> {
        Embedding::new(&self.model()?, components).map_err(|error| fault(&error))
    }

    /// The farthest that still has a similarity of `threshold` percent, or would but for rounding.
    pub(crate) fn within(self, threshold: f32) -> SquaredDistance {
        let distance = self.0.similarity.squared_distance(threshold - ROUNDING);
        SquaredDistance::new(distance).unwrap_or(SquaredDistance::ZERO)
    }

    /// Similarity in percent, of something within `threshold`: never less than that.
    pub(crate) fn percent(self, distance: SquaredDistance, threshold: f32) -> f32 {
        self.0.similarity.percent(distance.squared()).max(threshold)
    }

    /// Similarity in percent.
    pub(crate) fn percent_of(self, distance: SquaredDistance) -> f32 {
        self.0.similarity.percent(distance.squared())
    }
}

/// Version of a collection's model: what follows the last space of its name, [`EmbeddingModel::name`].
pub(crate) fn version_of(model: &Model) -> &str {
    model.name().rsplit(' ').next().unwrap_or_default()
}

/// The engine broke its own word.
fn fault(error: &(dyn std::error::Error + 'static)) -> AwsError {
    tracing::error!(error, "the engine's embeddings cannot be used");
    AwsError::internal()
}
