//! What can go wrong, each with what to do about it.

use std::path::PathBuf;

/// Why the models were not prepared.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// The npm package is not there.
    #[error("{package} is missing: install the client's dependencies first (npm ci, in the folder client)")]
    NoPackage {
        /// Where it was looked for.
        package: PathBuf,
    },
    /// Another version of the package is installed than the manifest describes.
    #[error("{package} is {found}, but models/manifest.toml describes {expected}")]
    WrongPackage {
        /// Where it is.
        package: PathBuf,
        /// Name and version that are wanted.
        expected: String,
        /// Name and version that are there.
        found: String,
    },
    /// A file is not the one that the manifest describes.
    #[error("{path} has SHA-256 {found}, but models/manifest.toml says {expected}")]
    WrongHash {
        /// Which file.
        path: PathBuf,
        /// Hash in the manifest.
        expected: String,
        /// Hash of the file.
        found: String,
    },
    /// A file cannot be read.
    #[error("cannot read {path}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write {path}")]
    Unwritable {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The manifest's `embedder` is none of its models.
    #[error("the manifest names {embedder} as the embedder, but no [[model]] has that name")]
    NoEmbedder {
        /// The name.
        embedder: String,
    },
    /// The manifest does not say where a model's network comes from, or says it twice.
    #[error("the model {model} needs either `network`, `weights` and `layout`, or `onnx`")]
    NoOrigin {
        /// Name of the model.
        model: String,
    },
    /// `models/manifest.toml` is not understood.
    #[error("{path} is not a manifest of models")]
    BadManifest {
        /// Which file.
        path: PathBuf,
        /// Where and why.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// A JSON file of the package is not understood.
    #[error("{path} is not understood")]
    BadJson {
        /// Which file.
        path: PathBuf,
        /// Where and why.
        #[source]
        source: serde_json::Error,
    },
    /// The weights file is shorter or longer than its tensors.
    #[error("{path} has {found} bytes, but its tensors take {expected}")]
    WrongLength {
        /// Which file.
        path: PathBuf,
        /// Bytes of all tensors.
        expected: usize,
        /// Bytes of the file.
        found: usize,
    },
    /// A tensor's values are stored in a way that no net of the package uses.
    #[error("{path}: tensor {tensor} is stored as {dtype}, which is not supported")]
    UnknownType {
        /// Which file.
        path: PathBuf,
        /// Which tensor.
        tensor: String,
        /// How it is stored.
        dtype: String,
    },
    /// The weights do not fit the network.
    #[error("the weights of {model} do not fit its network")]
    Network {
        /// Which model.
        model: String,
        /// What does not fit.
        #[source]
        source: NetworkError,
    },
}

/// Why weights do not fit a network.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// The manifest names a network that is not known here.
    #[error("there is no network named {name}")]
    Unknown {
        /// The name.
        name: String,
    },
    /// A tensor is missing.
    #[error("there is no tensor named {tensor}")]
    NoTensor {
        /// Its name.
        tensor: String,
    },
    /// A tensor has another shape than its layer.
    #[error("tensor {tensor} has the shape {found:?}")]
    Shape {
        /// Its name.
        tensor: String,
        /// Its shape.
        found: Vec<usize>,
    },
}
