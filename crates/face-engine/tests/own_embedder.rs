//! An operator's own embedder: an ONNX file, named in the manifest, and nothing else changed.
//!
//! The network is made here: its embedding is the mean colour of the chip.

#![expect(clippy::unwrap_used, reason = "in a suite a failure is a failed test")]

use std::path::{Path, PathBuf};

use face_engine::{Engine, LoadError, Wanted};
use picture::{Limits, Picture};
use sha2::Digest;

/// A protobuf field with a length: wire type 2.
fn bytes(field: u8, value: &[u8]) -> Vec<u8> {
    assert!(value.len() < 128, "one byte of length is enough for this graph");
    [&[field << 3 | 2, value.len() as u8], value].concat()
}

/// A protobuf field with a small number: wire type 0.
fn number(field: u8, value: u8) -> Vec<u8> {
    vec![field << 3, value]
}

/// A message as a field.
fn message(field: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    bytes(field, &parts.concat())
}

/// As [`message`], however long.
fn long_message(field: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    let value = parts.concat();
    let length = [value.len() as u8 & 0x7f | 0x80, (value.len() >> 7) as u8];
    [&[field << 3 | 2], &length[..], &value].concat()
}

/// `ValueInfoProto` of 32-bit floats.
fn tensor(field: u8, name: &str, shape: &[u8]) -> Vec<u8> {
    let dimensions: Vec<_> = shape.iter().map(|it| message(1, &[number(1, *it)])).collect();
    let tensor_type = message(1, &[number(1, 1), message(2, &dimensions)]);
    message(field, &[bytes(1, name.as_bytes()), message(2, &[tensor_type])])
}

/// `NodeProto` from one tensor to another.
fn node(from: &str, to: &str, operator: &str) -> Vec<u8> {
    message(
        1,
        &[
            bytes(1, from.as_bytes()),
            bytes(2, to.as_bytes()),
            bytes(4, operator.as_bytes()),
        ],
    )
}

/// `ModelProto`: global average pooling, flattened.
fn mean_colour() -> Vec<u8> {
    let graph = [
        node("image", "pooled", "GlobalAveragePool"),
        node("pooled", "embedding", "Flatten"),
        bytes(2, b"mean"),
        tensor(11, "image", &[1, 3, 16, 16]),
        tensor(12, "embedding", &[1, 3]),
    ];
    let opset = message(8, &[bytes(1, b""), number(2, 13)]);
    [number(1, 8), long_message(7, &graph), opset].concat()
}

struct Fixture {
    dir: tempfile::TempDir,
}

impl Fixture {
    /// The repository's own manifest, its embedder replaced by one with these settings.
    fn new(settings: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let network = mean_colour();
        std::fs::write(dir.path().join("mean.onnx"), &network).unwrap();
        let manifest = std::fs::read_to_string(root().join("models/manifest.toml")).unwrap();
        let shipped = "embedder = \"face_recognition\"";
        assert!(manifest.contains(shipped));
        let manifest = manifest.replace(shipped, "embedder = \"mean_colour\"");
        let own = format!(
            "\n[[model]]\nname = \"mean_colour\"\npurpose = \"test\"\nlicence = \"-\"\ntrained_on = \"nothing\"\n\
             onnx = {{ file = \"mean.onnx\", sha256 = \"{}\" }}\n\
             input = {{ side_px = 16, mean = [0.0, 0.0, 0.0], scale = 1.0, channels = \"bgr\" }}\n\n\
             [model.embedding]\n{settings}",
            hex::encode(sha2::Sha256::digest(&network))
        );
        std::fs::write(dir.path().join("manifest.toml"), manifest + &own).unwrap();
        Self { dir }
    }

    fn load(&self) -> Result<Engine, LoadError> {
        let package = root().join("client/node_modules/@vladmandic/face-api");
        let out = self.dir.path().join("weights");
        prepare_models::prepare(&package, &self.dir.path().join("manifest.toml"), &out)
            .expect("npm ci in the folder client brings the package");
        Engine::load(&out, 1)
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn portrait() -> Picture {
    let sample = root().join("client/node_modules/@vladmandic/face-api/demo/sample2.jpg");
    picture::decode(&std::fs::read(sample).unwrap(), &Limits::UPLOAD).unwrap()
}

#[test]
fn its_size_channels_template_metric_and_meaning_come_from_the_manifest() {
    let settings = "version = \"3.1\"\ndimension = 3\ntemplate = \"arcface\"\nmetric = \"cosine\"\nmirrored = false\n\
                    similarity = [[0.0, 100.0], [1.0, 80.0], [2.0, 0.0]]\n";
    let engine = Fixture::new(settings).load().unwrap();
    let model = engine.embedding_model();
    assert_eq!(
        (model.name.as_str(), model.version.as_str(), model.dimension),
        ("mean_colour 3.1", "3.1", 3)
    );
    assert!((model.similarity.percent(1.0) - 80.0).abs() < 1e-4);

    let mut photo = portrait();
    let face = engine.detect(&photo, Wanted::DEFAULT).unwrap().swap_remove(0);
    // Every pixel the same colour: so is the mean, wherever the chip is cut.
    photo.rgb = [200, 100, 50].repeat(photo.rgb.len() / 3);
    let embedding = engine.embed(&photo, &[face]).unwrap().swap_remove(0);
    let length = (200.0_f32 * 200.0 + 100.0 * 100.0 + 50.0 * 50.0).sqrt();
    for (found, expected) in embedding.iter().zip([50.0, 100.0, 200.0]) {
        assert!(
            (found - expected / length).abs() < 1e-4,
            "blue first, one long: {embedding:?}"
        );
    }
}

#[test]
fn settings_that_do_not_fit_the_network_are_an_error_and_not_a_wrong_answer() {
    let settings = "version = \"1\"\ndimension = 4\ntemplate = \"dlib\"\nmetric = \"euclidean\"\nmirrored = true\n\
                    similarity = [[0.0, 100.0], [2.0, 0.0]]\n";
    assert!(matches!(
        Fixture::new(settings).load(),
        Err(LoadError::WrongDimension {
            expected: 4,
            found: 3,
            ..
        })
    ));
    let rising = settings.replace("[2.0, 0.0]", "[0.0, 0.0]");
    assert!(matches!(
        Fixture::new(&rising).load(),
        Err(LoadError::BadIndex { .. })
    ));
}
