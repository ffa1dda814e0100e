//! Turns the networks of the npm package `@vladmandic/face-api` into ONNX files for the face engine.
//!
//! The package's weights are a declared dependency of the client, pinned by its lock file, so they are
//! already on disk after `npm ci` and never in git. [`prepare`] checks every file against the SHA-256 in
//! `models/manifest.toml`, undoes the 8-bit quantization, writes the layer graph that the package has in
//! TypeScript as ONNX, and leaves an index beside the files with their hashes and their input format.
//!
//! An operator's own ONNX file is checked and taken as it is.
//!
//! It always converts and only writes what differs: a second run costs a second and changes nothing.

mod error;
mod manifest;
mod nets;
mod onnx;
mod output;
mod source;

pub use error::PrepareError;
pub use output::{Outcome, Prepared};

use std::path::Path;

use manifest::{Manifest, Origin};

/// Converts every model that `manifest` names from the unpacked npm package at `package`, into `out`.
///
/// Files appear whole or not at all; the index comes last, so that a folder with an index is complete.
///
/// # Errors
///
/// Every variant of [`PrepareError`]. Nothing is written for a model that cannot be converted, and the
/// index stays as it was.
pub fn prepare(package: &Path, manifest: &Path, out: &Path) -> Result<Vec<Prepared>, PrepareError> {
    let folder = manifest.parent().unwrap_or(Path::new("."));
    let manifest = Manifest::read(manifest)?;
    source::check_package(package, &manifest.source)?;
    if !manifest.models.iter().any(|it| it.name == manifest.embedder) {
        return Err(PrepareError::NoEmbedder {
            embedder: manifest.embedder,
        });
    }
    let mut converted = Vec::new();
    for model in &manifest.models {
        let origin = model.origin().ok_or_else(|| PrepareError::NoOrigin {
            model: model.name.clone(),
        })?;
        let bytes = match origin {
            Origin::Package {
                network,
                weights,
                layout,
            } => {
                let weights = source::read_weights(package, weights, layout)?;
                let graph = nets::build(network, &weights).map_err(|source| PrepareError::Network {
                    model: model.name.clone(),
                    source,
                })?;
                graph.to_model_bytes(&model.name, env!("CARGO_PKG_VERSION"))
            }
            Origin::Own(onnx) => source::read_checked(folder, onnx)?,
        };
        converted.push((model, bytes));
    }
    output::write(out, &manifest, converted)
}

/// SHA-256 of `bytes`, in lower-case hexadecimal.
fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    hex::encode(sha2::Sha256::digest(bytes))
}
