//! Faces made by hand, pictures made by hand, and a place to keep them.

use std::{
    collections::BTreeMap,
    num::NonZeroUsize,
    sync::{Arc, LazyLock, Mutex},
};

use aws_wire::{AwsError, Caller};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use face_engine::{
    Age, EmbeddingModel, Emotion, EngineError, Face, Gender, Point, Pose, Quality, Rect, SimilarityCurve,
    Verdict, Wanted,
};
use futures::{FutureExt, future::BoxFuture};
use image::{DynamicImage, ImageFormat, RgbImage};
use picture::Picture;
use rekognition_local::{Faces, Limits, ObjectError, Objects, Rekognition, Store, open_store};
use serde_json::{Value, json};

/// Sees the same faces in every picture, and remembers how each picture looked.
#[derive(Default)]
pub(crate) struct Sees {
    pub(crate) faces: Vec<Face>,
    pub(crate) seen: Mutex<Vec<(u32, u32, Wanted)>>,
}

impl Faces for Sees {
    fn detect(&self, photo: &Picture, wanted: Wanted) -> Result<Vec<Face>, EngineError> {
        self.seen
            .lock()
            .expect("not poisoned")
            .push((photo.width, photo.height, wanted));
        Ok(self.faces.clone())
    }

    fn embed(&self, _: &Picture, faces: &[Face]) -> Result<Vec<Vec<f32>>, EngineError> {
        Ok(vec![vec![0.0; 2]; faces.len()])
    }

    fn embedding_model(&self) -> &EmbeddingModel {
        &NOBODY
    }
}

/// The model of fakes that recognise nobody.
pub(crate) static NOBODY: LazyLock<EmbeddingModel> = LazyLock::new(|| model("nobody", "1.0"));

/// A model with embeddings of two components, whose similarity is 90 percent at 0.5, 50 at 1 and none at 2.
pub(crate) fn model(name: &str, version: &str) -> EmbeddingModel {
    let knots = vec![(0.0, 100.0), (0.5, 90.0), (1.0, 50.0), (2.0, 0.0)];
    EmbeddingModel {
        name: format!("{name} {version}"),
        version: version.to_owned(),
        dimension: 2,
        false_accept_rates: Vec::new(),
        similarity: SimilarityCurve::try_from(knots).expect("it falls"),
    }
}

/// Collections for tests that have none: the folder is gone at once.
pub(crate) fn nowhere() -> Store {
    let folder = tempfile::tempdir().expect("a folder");
    open_store(folder.path()).expect("a store")
}

/// A bucket in memory, for one reader.
#[derive(Default)]
pub(crate) struct Bucket(pub(crate) BTreeMap<(String, String, Option<String>), Vec<u8>>);

impl Objects for Bucket {
    fn get<'a>(
        &'a self,
        caller: &'a Caller,
        bucket: &'a str,
        key: &'a str,
        version: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Vec<u8>, ObjectError>> {
        let found = self
            .0
            .get(&(bucket.to_owned(), key.to_owned(), version.map(str::to_owned)))
            .cloned();
        let result = match (caller.access_key.as_str(), key, found) {
            ("stranger", _, _) => Err(ObjectError::Denied),
            (_, "broken", _) => Err(ObjectError::Fault("the disk is on fire".into())),
            (_, "huge", _) => Err(ObjectError::TooLarge),
            (_, _, Some(bytes)) => Ok(bytes),
            (_, _, None) => Err(ObjectError::Missing),
        };
        async move { result }.boxed()
    }
}

pub(crate) fn caller() -> Caller {
    Caller {
        access_key: "test".into(),
        region: "eu-west-1".into(),
        service: "rekognition".into(),
    }
}

pub(crate) fn limits(workers: usize, calls: usize) -> Limits {
    Limits {
        workers: NonZeroUsize::new(workers).expect("not zero"),
        calls: NonZeroUsize::new(calls).expect("not zero"),
    }
}

pub(crate) fn sees(faces: Vec<Face>) -> (Rekognition, Arc<Sees>) {
    let sees = Arc::new(Sees {
        faces,
        ..Sees::default()
    });
    (
        Rekognition::with(sees.clone(), Arc::new(Bucket::default()), nowhere(), limits(2, 8)),
        sees,
    )
}

pub(crate) async fn detect(service: &Rekognition, input: &Value) -> Result<Value, AwsError> {
    service
        .call(&caller(), "DetectFaces", input.to_string().as_bytes())
        .await
}

pub(crate) fn inline(bytes: &[u8]) -> Value {
    json!({"Image": {"Bytes": STANDARD.encode(bytes)}})
}

/// A grey picture.
pub(crate) fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let picture = DynamicImage::ImageRgb8(RgbImage::from_pixel(width, height, image::Rgb([120, 130, 140])));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("encodable");
    bytes.into_inner()
}

pub(crate) fn jpeg(width: u32, height: u32) -> Vec<u8> {
    encoded(width, height, ImageFormat::Jpeg)
}

/// The same JPEG, with an EXIF block that says how the camera was held.
pub(crate) fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01".to_vec();
    exif.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0]);
    let length = u16::try_from(exif.len() + 2).expect("short").to_be_bytes();
    [&jpeg[..2], &[0xFF, 0xE1], &length, &exif, &jpeg[2..]].concat()
}

/// A face whose 68 points lie on a line, so that each can be told from its coordinates: point `n` is at `(n, 2n)`.
pub(crate) fn face() -> Face {
    let mut landmarks = [Point::default(); 68];
    for (idx, point) in landmarks.iter_mut().enumerate() {
        *point = Point {
            x: idx as f32,
            y: 2.0 * idx as f32,
        };
    }
    Face {
        bounds: Rect {
            left: 20.0,
            top: 25.0,
            width: 50.0,
            height: 75.0,
        },
        confidence: 0.75,
        landmarks,
        pose: Pose {
            yaw: -12.5,
            pitch: 3.0,
            roll: 1.5,
        },
        quality: Quality {
            brightness: 61.5,
            sharpness: 92.25,
        },
        emotions: Some(vec![
            (Emotion::Calm, 0.25),
            (Emotion::Happy, 0.625),
            (Emotion::Fear, 0.125),
        ]),
        age: Some(Age {
            years: 31.0,
            low: 26,
            high: 36,
        }),
        gender: Some((Gender::Female, 0.875)),
        smile: Some(Verdict {
            value: true,
            confidence: 0.5,
        }),
        eyes_open: Some(Verdict {
            value: false,
            confidence: 1.0,
        }),
        mouth_open: Some(Verdict {
            value: true,
            confidence: 0.625,
        }),
    }
}
