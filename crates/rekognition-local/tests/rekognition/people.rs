//! Faces with embeddings, pictures that show them, and a service that keeps them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use aws_wire::AwsError;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use face_engine::{EmbeddingModel, EngineError, Face, Pose, Quality, Rect, Wanted};
use image::{DynamicImage, ImageFormat, RgbImage};
use picture::Picture;
use rekognition_local::{Faces, Rekognition, open_store};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::common::{Bucket, caller, face, limits, model};

/// A picture's shade of grey says which faces are in it.
pub(crate) struct People {
    model: EmbeddingModel,
    pictures: Mutex<BTreeMap<u8, Shown>>,
}

/// Faces with their embeddings.
type Shown = Vec<(Face, [f32; 2])>;

impl Faces for People {
    fn detect(&self, photo: &Picture, _: Wanted) -> Result<Vec<Face>, EngineError> {
        let shown = self.shown(photo);
        Ok(shown.into_iter().map(|it| it.0).collect())
    }

    fn embed(&self, photo: &Picture, faces: &[Face]) -> Result<Vec<Vec<f32>>, EngineError> {
        let shown = self.shown(photo);
        let embedding = |face: &Face| {
            let found = shown.iter().find(|it| it.0.bounds == face.bounds);
            found.expect("a face of this picture").1.to_vec()
        };
        Ok(faces.iter().map(embedding).collect())
    }

    fn embedding_model(&self) -> &EmbeddingModel {
        &self.model
    }
}

impl People {
    fn shown(&self, photo: &Picture) -> Shown {
        let pictures = self.pictures.lock().expect("not poisoned");
        pictures.get(&photo.rgb[0]).cloned().unwrap_or_default()
    }
}

/// A service with collections in a folder of its own.
pub(crate) struct World {
    pub(crate) service: Rekognition,
    people: Arc<People>,
    folder: Arc<TempDir>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::open(Arc::new(TempDir::new().expect("a folder")), "people", "1.0")
    }

    /// Ends this service and starts one over the same folder, with another model.
    pub(crate) fn reopened(self, name: &str, version: &str) -> Self {
        let folder = Arc::clone(&self.folder);
        drop(self);
        Self::open(folder, name, version)
    }

    fn open(folder: Arc<TempDir>, name: &str, version: &str) -> Self {
        let people = Arc::new(People {
            model: model(name, version),
            pictures: Mutex::default(),
        });
        let store = open_store(folder.path()).expect("a store");
        Self {
            service: Rekognition::with(people.clone(), Arc::new(Bucket::default()), store, limits(2, 64)),
            people,
            folder,
        }
    }

    /// With a collection named `people`.
    pub(crate) async fn with_collection() -> Self {
        let world = Self::new();
        world
            .ok("CreateCollection", json!({"CollectionId": "people"}))
            .await;
        world
    }

    /// A picture in this shade, in which these faces are from now on.
    pub(crate) fn picture(&self, shade: u8, faces: &[(Face, [f32; 2])]) -> Value {
        let mut pictures = self.people.pictures.lock().expect("not poisoned");
        pictures.insert(shade, faces.to_vec());
        json!({"Bytes": STANDARD.encode(png(shade))})
    }

    /// A picture of one good face.
    pub(crate) fn portrait(&self, shade: u8, embedding: [f32; 2]) -> Value {
        self.picture(shade, &[(sized(100.0), embedding)])
    }

    pub(crate) async fn call(&self, operation: &str, input: Value) -> Result<Value, AwsError> {
        self.service
            .call(&caller(), operation, input.to_string().as_bytes())
            .await
    }

    pub(crate) async fn ok(&self, operation: &str, input: Value) -> Value {
        self.call(operation, input)
            .await
            .unwrap_or_else(|error| panic!("{operation}: {error}"))
    }

    /// Code and message of a refusal.
    pub(crate) async fn refused(&self, operation: &str, input: Value) -> (String, String) {
        let error = self.call(operation, input).await.expect_err("refused");
        assert_eq!(error.status, 400);
        assert!(error.members.contains_key("Logref"), "{error}");
        (error.code, error.message)
    }

    /// That the service model's own words refuse the input: `InvalidParameterException` with the path.
    pub(crate) async fn violates(&self, operation: &str, input: Value, path: &str) {
        let (code, message) = self.refused(operation, input.clone()).await;
        assert_eq!(code, "InvalidParameterException", "{operation} {input}");
        assert!(
            message.starts_with("1 validation error detected: ")
                && message.contains(&format!("at '{path}' failed")),
            "{operation} {input}: {message}"
        );
    }

    /// Indexes a portrait into `people`; returns the face's id.
    pub(crate) async fn index(&self, shade: u8, embedding: [f32; 2]) -> String {
        let image = self.portrait(shade, embedding);
        let answer = self
            .ok("IndexFaces", json!({"CollectionId": "people", "Image": image}))
            .await;
        text(&answer["FaceRecords"][0]["Face"]["FaceId"])
    }
}

/// A good face of this width and height, in the middle of the picture.
pub(crate) fn sized(side: f32) -> Face {
    Face {
        bounds: Rect {
            left: 200.0 - side,
            top: 20.0,
            width: side,
            height: side,
        },
        confidence: 0.99,
        pose: Pose {
            yaw: 0.0,
            pitch: 0.0,
            roll: 0.0,
        },
        quality: Quality {
            brightness: 60.0,
            sharpness: 60.0,
        },
        ..face()
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

/// Strings at a member of each item.
pub(crate) fn each(items: &Value, pointer: &str) -> Vec<String> {
    let items = items.as_array().expect("a list");
    items
        .iter()
        .map(|it| text(it.pointer(pointer).expect("there")))
        .collect()
}

pub(crate) fn close(value: &Value, expected: f64) {
    let found = value.as_f64().expect("a number");
    assert!((found - expected).abs() < 1e-2, "{found} is not {expected}");
}

fn png(shade: u8) -> Vec<u8> {
    let picture = DynamicImage::ImageRgb8(RgbImage::from_pixel(240, 160, image::Rgb([shade; 3])));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).expect("encodable");
    bytes.into_inner()
}
