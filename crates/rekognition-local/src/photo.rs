//! A picture and the faces in it that operations choose from.

use aws_wire::AwsError;
use face_engine::{Face, Wanted};
use gallery::Embedding;
use picture::Picture;

use crate::{detect_faces::MAX_FACES, error, image, likeness::Likeness, service::Faces};

/// A picture with its faces.
pub(crate) struct Photo {
    pub(crate) picture: Picture,
    /// Largest first; the first [`MAX_FACES`] are those that operations work with.
    pub(crate) faces: Vec<Face>,
}

impl Photo {
    /// Decodes `bytes` and looks for faces.
    pub(crate) fn look(faces: &dyn Faces, bytes: &[u8], wanted: Wanted) -> Result<Self, AwsError> {
        let picture = image::decode(bytes)?;
        let found = faces
            .detect(&picture, wanted)
            .map_err(|it| error::of_engine(&it))?;
        tracing::info!(
            photo.width_px = picture.width,
            photo.height_px = picture.height,
            faces.found = found.len(),
            "faces detected"
        );
        Ok(Self {
            picture,
            faces: found,
        })
    }

    /// The largest faces, at most [`MAX_FACES`].
    pub(crate) fn largest(&self) -> &[Face] {
        &self.faces[..self.faces.len().min(MAX_FACES)]
    }

    /// Embeddings of `chosen`, which are faces of this picture, in their order.
    pub(crate) fn embed(&self, faces: &dyn Faces, chosen: &[Face]) -> Result<Vec<Embedding>, AwsError> {
        let embeddings = faces
            .embed(&self.picture, chosen)
            .map_err(|it| error::of_engine(&it))?;
        if embeddings.len() != chosen.len() {
            tracing::error!(
                faces.chosen = chosen.len(),
                faces.embedded = embeddings.len(),
                "the engine did not embed every face"
            );
            return Err(AwsError::internal());
        }
        let likeness = Likeness::of(faces);
        embeddings.into_iter().map(|it| likeness.embedding(it)).collect()
    }

    /// Embedding of one face of this picture.
    pub(crate) fn embed_one(&self, faces: &dyn Faces, chosen: &Face) -> Result<Embedding, AwsError> {
        let mut embeddings = self.embed(faces, std::slice::from_ref(chosen))?;
        embeddings.pop().ok_or_else(AwsError::internal)
    }
}
