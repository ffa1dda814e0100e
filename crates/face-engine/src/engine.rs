//! The pipeline: detect, find landmarks, describe.

use std::path::Path;
use std::sync::Arc;

use picture::Picture;
use rten::ThreadPool;

use crate::attributes::{Attributes, Heads};
use crate::calibration::Measured;
use crate::detect::{Detection, Detector, Policy, confidence};
use crate::geometry::Rect;
use crate::models::{Index, Model};
use crate::pyramid::Pyramid;
use crate::recognition::Embedder;
use crate::{EmbeddingModel, EngineError, Face, LoadError, Wanted, landmarks, pose, quality};

/// Finds and describes faces. Stateless after loading: one engine serves any number of threads at once.
#[derive(Debug)]
pub struct Engine {
    detector: Detector,
    landmarks: Model,
    attributes: Attributes,
    embedder: Embedder,
}

impl Engine {
    /// Loads the networks from `models_dir`, the folder that `prepare-models` writes. Every file must have its
    /// hash, and every network must give the known answer to a known input.
    ///
    /// The shipped networks run on the thread that asks, whatever `threads` says; a network of an operator's own
    /// that needs rten runs on that many.
    ///
    /// # Errors
    ///
    /// Every variant of [`LoadError`].
    pub fn load(models_dir: &Path, threads: usize) -> Result<Self, LoadError> {
        let index = Index::read(models_dir)?;
        let pool = Arc::new(ThreadPool::with_num_threads(threads.max(1)));
        let load = |name| index.load(name, &pool);
        let recognition = Arc::new(load("face_recognition")?);
        let embedder = index.load_embedder(&recognition, &pool)?;
        Ok(Self {
            detector: Detector::new(load("ssd_mobilenetv1")?, Policy::DEFAULT),
            landmarks: load("face_landmark_68")?,
            attributes: Attributes {
                expression: load("face_expression")?,
                age_gender: load("age_gender")?,
                recognition,
                heads: Heads::shipped()?,
            },
            embedder,
        })
    }

    /// All faces of `photo`, largest first, with the attributes that `wanted` asks for.
    ///
    /// # Errors
    ///
    /// [`EngineError`] if a network fails to run, which no photo should be able to cause.
    pub fn detect(&self, photo: &Picture, wanted: Wanted) -> Result<Vec<Face>, EngineError> {
        let Some(photo) = Pyramid::of(photo) else {
            return Ok(Vec::new());
        };
        let mut faces = Vec::new();
        for found in self.detector.detect(&photo)? {
            let mut face = self.face(&photo, &found)?;
            self.attributes.describe(&photo, &mut face, wanted)?;
            faces.push(face);
        }
        faces.sort_by(|a, b| b.bounds.area().total_cmp(&a.bounds.area()));
        Ok(faces)
    }

    /// Embeddings of `faces`, which [`Engine::detect`] found in `photo`, in the same order: near for the same person.
    ///
    /// # Errors
    ///
    /// Like [`Engine::detect`].
    pub fn embed(&self, photo: &Picture, faces: &[Face]) -> Result<Vec<Vec<f32>>, EngineError> {
        let Some(photo) = Pyramid::of(photo) else {
            return Ok(Vec::new());
        };
        faces
            .iter()
            .map(|face| self.embedder.embed(&photo, face))
            .collect()
    }

    /// The model behind [`Engine::embed`].
    #[must_use]
    pub fn embedding_model(&self) -> &EmbeddingModel {
        &self.embedder.model
    }

    /// The first stage alone: bounds and confidence of all faces of `photo`, most confident first.
    ///
    /// # Errors
    ///
    /// Like [`Engine::detect`].
    pub fn locate(&self, photo: &Picture) -> Result<Vec<(Rect, f32)>, EngineError> {
        let Some(photo) = Pyramid::of(photo) else {
            return Ok(Vec::new());
        };
        let found = self.detector.detect(&photo)?;
        Ok(found
            .into_iter()
            .map(|it| (it.bounds, confidence(it.score)))
            .collect())
    }

    /// What [`Engine::detect`] finds, with everything that the heads read, largest first.
    ///
    /// # Errors
    ///
    /// Like [`Engine::detect`].
    pub fn measure(&self, photo: &Picture) -> Result<Vec<Measured>, EngineError> {
        let faces = self.detect(photo, Wanted::DEFAULT)?;
        let Some(photo) = Pyramid::of(photo) else {
            return Ok(Vec::new());
        };
        let measured = faces.into_iter().map(|face| {
            let (inputs, expression) = self.attributes.inputs(&photo, &face.landmarks)?;
            Ok(Measured {
                face,
                inputs,
                expression,
            })
        });
        measured.collect()
    }

    fn face(&self, photo: &Pyramid<'_>, found: &Detection) -> Result<Face, EngineError> {
        let points = landmarks::find(&self.landmarks, photo, found.bounds)?;
        Ok(Face {
            bounds: found.bounds,
            confidence: confidence(found.score),
            landmarks: points,
            pose: pose::pose(&points),
            quality: quality::quality(photo, &points),
            emotions: None,
            age: None,
            gender: None,
            smile: None,
            eyes_open: None,
            mouth_open: None,
        })
    }
}
