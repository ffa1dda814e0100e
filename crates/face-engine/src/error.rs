//! What can go wrong.

use std::path::PathBuf;

/// Why the models could not be made ready.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The models folder, or a file of it, is not there. `cargo xtask models` makes it.
    #[error("{path} is missing; prepare the models first (cargo xtask models)")]
    Missing {
        /// What was looked for.
        path: PathBuf,
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
    /// The index of the models folder is not understood.
    #[error("{path} is not an index of models")]
    BadIndex {
        /// Which.
        path: PathBuf,
        /// Where and why.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// The index names no model for a task.
    #[error("the models folder has no model named {model}")]
    NoSuchModel {
        /// Name of the model.
        model: String,
    },
    /// The index names a model as the embedder that has no table `embedding`.
    #[error("the model {model} is named as the embedder, but the manifest has no [model.embedding] for it")]
    NotAnEmbedder {
        /// Name of the model.
        model: String,
    },
    /// A file is not the one that was prepared.
    #[error("{path} has SHA-256 {found}, not {expected}; prepare the models again (cargo xtask models)")]
    WrongHash {
        /// Which file.
        path: PathBuf,
        /// Hash in the index.
        expected: String,
        /// Hash of the file.
        found: String,
    },
    /// The runtime does not accept the network.
    #[error("the network {model} cannot be loaded")]
    BadNetwork {
        /// Name of the model.
        model: String,
        /// What the runtime says.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A network does not give the known answer to the known input.
    #[error("the network {model} answers {found} to the known input, not {expected}")]
    WrongAnswer {
        /// Name of the model.
        model: String,
        /// Value in the manifest.
        expected: f32,
        /// Value computed here.
        found: f32,
    },
    /// An embedder gives more or fewer components than its manifest says.
    #[error("the network {model} gives embeddings of {found} components, the manifest says {expected}")]
    WrongDimension {
        /// Name of the model.
        model: String,
        /// Number in the manifest.
        expected: usize,
        /// Number that it gives.
        found: usize,
    },
    /// An embedder's `center` or `length_power` cannot be.
    #[error("center of {model} must have {dimension} components, and length_power must lie within 0 and 1")]
    BadCenter {
        /// Name of the model.
        model: String,
        /// Components of its embeddings.
        dimension: usize,
    },
    /// An embedder has no looks, or one without size.
    #[error("the looks of {model} must be at least one, each with a scale above 0")]
    BadLooks {
        /// Name of the model.
        model: String,
    },
    /// The false-accept rates of an embedder do not fall while the similarities rise.
    #[error(
        "the false_accept_rates of {model} must be pairs [percent, rate], percents rising, rates falling and above 0"
    )]
    BadRates {
        /// Name of the model.
        model: String,
    },
    /// The inference threads could not be started.
    #[error("cannot start {threads} inference threads")]
    NoThreads {
        /// How many.
        threads: usize,
        /// What the runtime says.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Why a photo could not be looked at. Never the photo's fault: every [`picture::Picture`] has an answer,
/// if only "no faces".
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A network failed to run.
    #[error("the network {model} failed")]
    Run {
        /// Name of the model.
        model: String,
        /// What the runtime says.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A network's output has another shape than its task needs.
    #[error("the network {model} gave an output of an unexpected shape")]
    Shape {
        /// Name of the model.
        model: String,
    },
}
