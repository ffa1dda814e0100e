//! The folder of prepared models: ONNX files and an index, each replaced in one step.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::PrepareError;
use crate::manifest::{Input, Known, Manifest, Model};

/// What happened to one model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// Name in the manifest.
    pub model: String,
    /// Size of the ONNX file.
    pub bytes: usize,
    /// Whether it had to be written.
    pub outcome: Outcome,
}

/// Whether a file had to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was not there, or another.
    Written,
    /// It was there already.
    Unchanged,
}

/// `index.toml`, which the face engine reads.
#[derive(Serialize)]
struct Index<'a> {
    source: String,
    embedder: &'a str,
    #[serde(rename = "model")]
    models: Vec<IndexEntry<'a>>,
}

#[derive(Serialize)]
struct IndexEntry<'a> {
    name: &'a str,
    file: String,
    sha256: String,
    input: &'a Input,
    #[serde(skip_serializing_if = "Option::is_none")]
    known: Option<&'a Known>,
    #[serde(skip_serializing_if = "Option::is_none")]
    embedding: Option<&'a toml::Table>,
}

/// Name of the index in the folder.
const INDEX: &str = "index.toml";

/// Writes what differs. The index comes last, so that it never names a file that is not there.
pub(crate) fn write(
    out: &Path,
    manifest: &Manifest,
    converted: Vec<(&Model, Vec<u8>)>,
) -> Result<Vec<Prepared>, PrepareError> {
    std::fs::create_dir_all(out).map_err(|source| unwritable(out, source))?;
    let mut prepared = Vec::new();
    let mut models = Vec::new();
    for (model, bytes) in converted {
        let file = format!("{}.onnx", model.name);
        let outcome = replace(&out.join(&file), &bytes)?;
        prepared.push(Prepared {
            model: model.name.clone(),
            bytes: bytes.len(),
            outcome,
        });
        models.push(IndexEntry {
            name: &model.name,
            file,
            sha256: crate::sha256(&bytes),
            input: &model.input,
            known: model.known.as_ref(),
            embedding: model.embedding.as_ref(),
        });
    }
    let source = format!("{} {}", manifest.source.package, manifest.source.version);
    let index = toml::to_string(&Index {
        source,
        embedder: &manifest.embedder,
        models,
    })
    .expect("an index is numbers, texts and tables");
    replace(&out.join(INDEX), index.as_bytes())?;
    Ok(prepared)
}

/// Makes `path` hold `bytes`, by renaming a complete file to it.
fn replace(path: &Path, bytes: &[u8]) -> Result<Outcome, PrepareError> {
    if std::fs::read(path).is_ok_and(|found| found == bytes) {
        return Ok(Outcome::Unchanged);
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let written = tempfile::NamedTempFile::new_in(folder).and_then(|mut file| {
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        // A temporary file is readable by its owner only; a model is no secret.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            file.as_file()
                .set_permissions(std::fs::Permissions::from_mode(0o644))?;
        }
        file.persist(path).map_err(|error| error.error)
    });
    written.map_err(|source| unwritable(path, source))?;
    Ok(Outcome::Written)
}

fn unwritable(path: &Path, source: std::io::Error) -> PrepareError {
    PrepareError::Unwritable {
        path: PathBuf::from(path),
        source,
    }
}
