//! The command's promises: what it refuses, and that it leaves nothing half done.

#![expect(clippy::unwrap_used, reason = "in a suite a failure is a failed test")]

use std::path::{Path, PathBuf};

use prepare_models::{Outcome, PrepareError, prepare};
use tempfile::TempDir;

/// SHA-256 of `bytes`, as the manifest has it.
fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    hex::encode(sha2::Sha256::digest(bytes))
}

/// A package of one small network: `fc` alone would do for no network, so this is the tiny detector with
/// one channel everywhere.
struct Fixture {
    dir: TempDir,
    layout: String,
    weights: Vec<u8>,
}

impl Fixture {
    fn new() -> Self {
        let mut entries = vec![entry("conv0/filters", &[3, 3, 3, 1]), entry("conv0/bias", &[1])];
        let mut length = 28;
        for layer in 1..=5 {
            entries.push(entry(&format!("conv{layer}/depthwise_filter"), &[3, 3, 1, 1]));
            entries.push(entry(&format!("conv{layer}/pointwise_filter"), &[1, 1, 1, 1]));
            entries.push(entry(&format!("conv{layer}/bias"), &[1]));
            length += 11;
        }
        entries.extend([entry("conv8/filters", &[1, 1, 1, 25]), entry("conv8/bias", &[25])]);
        length += 50;
        let layout = format!("[{{\"weights\":[{}],\"paths\":[\"w.bin\"]}}]", entries.join(","));
        let weights = (0..length).map(|it| it as u8).collect();
        let it = Self {
            dir: tempfile::tempdir().unwrap(),
            layout,
            weights,
        };
        it.write_package("1.0.0");
        it.write_manifest("tiny-yolo-v2-separable", &sha256(&it.weights));
        it
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn write_package(&self, version: &str) {
        std::fs::create_dir_all(self.path("package")).unwrap();
        let package = format!("{{\"name\":\"faces\",\"version\":\"{version}\"}}");
        std::fs::write(self.path("package/package.json"), package).unwrap();
        std::fs::write(self.path("package/w.json"), &self.layout).unwrap();
        std::fs::write(self.path("package/w.bin"), &self.weights).unwrap();
    }

    fn write_manifest(&self, network: &str, hash: &str) {
        let layout = sha256(self.layout.as_bytes());
        let manifest = format!(
            "embedder = \"small\"\n[source]\npackage = \"faces\"\nversion = \"1.0.0\"\nlicence = \"MIT\"\nhomepage = \"-\"\n\
             [[model]]\nname = \"small\"\nnetwork = \"{network}\"\npurpose = \"-\"\nlicence = \"MIT\"\ntrained_on = \"-\"\n\
             weights = {{ file = \"w.bin\", sha256 = \"{hash}\" }}\n\
             layout = {{ file = \"w.json\", sha256 = \"{layout}\" }}\n\
             input = {{ side_px = 64, mean = [0.0, 0.0, 0.0], scale = 1.0 }}\n\
             known = {{ at = [0], answer = [0.0], tolerance = 1.0 }}\n"
        );
        std::fs::write(self.path("manifest.toml"), manifest).unwrap();
    }

    fn run(&self) -> Result<Vec<Outcome>, PrepareError> {
        let prepared = prepare(
            &self.path("package"),
            &self.path("manifest.toml"),
            &self.path("out"),
        )?;
        Ok(prepared.into_iter().map(|it| it.outcome).collect())
    }

    fn files(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.path("out"))
            .map(|it| {
                it.map(|it| it.unwrap().file_name().into_string().unwrap())
                    .collect()
            })
            .unwrap_or_default();
        names.sort();
        names
    }
}

fn entry(name: &str, shape: &[usize]) -> String {
    format!(
        "{{\"name\":\"{name}\",\"shape\":{shape:?},\"dtype\":\"float32\",\
         \"quantization\":{{\"dtype\":\"uint8\",\"scale\":0.01,\"min\":-0.5}}}}"
    )
}

#[test]
fn an_onnx_file_of_an_operators_own_is_checked_and_taken_as_it_is() {
    let it = Fixture::new();
    let own = b"any bytes: the face engine reads them";
    std::fs::write(it.path("own.onnx"), own).unwrap();
    let manifest = std::fs::read_to_string(it.path("manifest.toml")).unwrap();
    let with = |hash: &str, more: &str| {
        let entry = format!(
            "[[model]]\nname = \"own\"\npurpose = \"-\"\nlicence = \"-\"\ntrained_on = \"-\"\n\
             onnx = {{ file = \"own.onnx\", sha256 = \"{hash}\" }}\n{more}\
             input = {{ side_px = 112, mean = [127.5, 127.5, 127.5], scale = 0.0078, channels = \"bgr\" }}\n\
             [model.embedding]\nversion = \"2.0\"\n"
        );
        let manifest = manifest.replace("embedder = \"small\"", "embedder = \"own\"");
        std::fs::write(it.path("manifest.toml"), format!("{manifest}{entry}")).unwrap();
    };
    with(&sha256(own), "");
    assert_eq!(it.run().unwrap(), [Outcome::Written; 2]);
    assert_eq!(std::fs::read(it.path("out/own.onnx")).unwrap(), own);
    let index = std::fs::read_to_string(it.path("out/index.toml")).unwrap();
    for line in ["embedder = \"own\"", "channels = \"bgr\"", "version = \"2.0\""] {
        assert!(index.contains(line), "{line} is not in {index}");
    }

    with(&"0".repeat(64), "");
    assert!(matches!(it.run(), Err(PrepareError::WrongHash { .. })));
    with(&sha256(own), "network = \"resnet-34\"\n");
    assert!(matches!(it.run(), Err(PrepareError::NoOrigin { model }) if model == "own"));
}

#[test]
fn an_embedder_that_is_not_there_is_refused() {
    let it = Fixture::new();
    let manifest = std::fs::read_to_string(it.path("manifest.toml")).unwrap();
    let manifest = manifest.replace("embedder = \"small\"", "embedder = \"large\"");
    std::fs::write(it.path("manifest.toml"), manifest).unwrap();
    assert!(matches!(it.run(), Err(PrepareError::NoEmbedder { embedder }) if embedder == "large"));
}

#[test]
fn the_first_run_writes_and_the_second_changes_nothing() {
    let it = Fixture::new();
    assert_eq!(it.run().unwrap(), [Outcome::Written]);
    assert_eq!(it.files(), ["index.toml", "small.onnx"]);
    let index = std::fs::read_to_string(it.path("out/index.toml")).unwrap();
    let onnx = std::fs::read(it.path("out/small.onnx")).unwrap();
    assert!(index.contains(&sha256(&onnx)));
    assert_eq!(it.run().unwrap(), [Outcome::Unchanged]);
    assert_eq!(std::fs::read(it.path("out/small.onnx")).unwrap(), onnx);
}

#[test]
fn a_damaged_model_is_replaced() {
    let it = Fixture::new();
    it.run().unwrap();
    std::fs::write(it.path("out/small.onnx"), b"half").unwrap();
    assert_eq!(it.run().unwrap(), [Outcome::Written]);
}

#[test]
fn a_missing_package_says_what_to_do() {
    let it = Fixture::new();
    std::fs::remove_dir_all(it.path("package")).unwrap();
    let error = it.run().unwrap_err();
    assert!(matches!(error, PrepareError::NoPackage { .. }));
    assert!(error.to_string().contains("npm ci"), "{error}");
}

#[test]
fn another_version_of_the_package_is_refused() {
    let it = Fixture::new();
    it.write_package("1.0.1");
    assert!(matches!(it.run(), Err(PrepareError::WrongPackage { .. })));
}

#[test]
fn a_wrong_hash_is_refused_and_nothing_is_written() {
    let it = Fixture::new();
    it.write_manifest("tiny-yolo-v2-separable", &sha256(b"other weights"));
    let error = it.run().unwrap_err();
    assert!(matches!(error, PrepareError::WrongHash { .. }));
    assert!(error.to_string().contains("w.bin"), "{error}");
    assert!(it.files().is_empty());
}

#[test]
fn weights_of_the_wrong_length_are_refused() {
    let mut it = Fixture::new();
    for change in [Vec::pop as fn(&mut Vec<u8>) -> Option<u8>, |it| {
        it.extend([0, 0]);
        None
    }] {
        change(&mut it.weights);
        it.write_package("1.0.0");
        it.write_manifest("tiny-yolo-v2-separable", &sha256(&it.weights));
        assert!(matches!(it.run(), Err(PrepareError::WrongLength { .. })));
    }
}

#[test]
fn weights_of_another_network_are_refused() {
    let it = Fixture::new();
    for network in [
        "ssd-mobilenet-v1",
        "dense-4-blocks",
        "tiny-xception",
        "resnet-34",
        "unheard-of",
    ] {
        it.write_manifest(network, &sha256(&it.weights));
        assert!(matches!(it.run(), Err(PrepareError::Network { .. })), "{network}");
    }
}

#[test]
fn the_shipped_manifest_is_understood() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/manifest.toml");
    let it = Fixture::new();
    // It gets as far as the package, which is another one.
    assert!(matches!(
        prepare(&it.path("package"), &manifest, &it.path("out")),
        Err(PrepareError::WrongPackage { .. })
    ));
}
