//! Weights as TensorFlow.js stores them: one binary file, and a JSON file that says what lies where.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::PrepareError;
use crate::error::NetworkError;
use crate::manifest::{File, Source};

/// The tensors of one model, as 32-bit floats, by name.
#[derive(Debug, Default)]
pub(crate) struct Weights {
    tensors: BTreeMap<String, Tensor>,
}

/// Row-major values.
#[derive(Debug, Clone)]
pub(crate) struct Tensor {
    pub(crate) shape: Vec<usize>,
    pub(crate) values: Vec<f32>,
}

impl Weights {
    /// Tensor `name`, which must have `N` dimensions.
    pub(crate) fn get<const N: usize>(&self, name: &str) -> Result<(&Tensor, [usize; N]), NetworkError> {
        let tensor = self.tensors.get(name).ok_or_else(|| NetworkError::NoTensor {
            tensor: name.to_owned(),
        })?;
        let shape = tensor
            .shape
            .as_slice()
            .try_into()
            .map_err(|_| NetworkError::Shape {
                tensor: name.to_owned(),
                found: tensor.shape.clone(),
            })?;
        Ok((tensor, shape))
    }
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
}

/// One file of a weights manifest. A model of this package has exactly one.
#[derive(Deserialize)]
struct Group {
    weights: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    shape: Vec<usize>,
    dtype: String,
    quantization: Option<Quantization>,
}

#[derive(Deserialize)]
struct Quantization {
    dtype: String,
    scale: f64,
    min: f64,
}

/// Checks that `package` is the one that the manifest describes.
pub(crate) fn check_package(package: &Path, source: &Source) -> Result<(), PrepareError> {
    let path = package.join("package.json");
    let text = match std::fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(PrepareError::NoPackage {
                package: package.to_owned(),
            });
        }
        Err(source) => return Err(PrepareError::Unreadable { path, source }),
    };
    let found: Package =
        serde_json::from_slice(&text).map_err(|source| PrepareError::BadJson { path, source })?;
    if found.name != source.package || found.version != source.version {
        return Err(PrepareError::WrongPackage {
            package: package.to_owned(),
            expected: format!("{} {}", source.package, source.version),
            found: format!("{} {}", found.name, found.version),
        });
    }
    Ok(())
}

/// Reads and dequantizes the tensors of a model, whose files must have the hashes of the manifest.
pub(crate) fn read_weights(package: &Path, weights: &File, layout: &File) -> Result<Weights, PrepareError> {
    let layout_path = package.join(&layout.file);
    let groups: Vec<Group> =
        serde_json::from_slice(&read_checked(package, layout)?).map_err(|source| PrepareError::BadJson {
            path: layout_path,
            source,
        })?;
    let path = package.join(&weights.file);
    let bytes = read_checked(package, weights)?;
    let mut rest = bytes.as_slice();
    let mut weights = Weights::default();
    for entry in groups.into_iter().flat_map(|it| it.weights) {
        let stored = Stored::of(&entry).ok_or_else(|| PrepareError::UnknownType {
            path: path.clone(),
            tensor: entry.name.clone(),
            dtype: entry
                .quantization
                .as_ref()
                .map_or(&entry.dtype, |it| &it.dtype)
                .clone(),
        })?;
        let length = entry.shape.iter().product::<usize>() * stored.bytes_per_value();
        let Some((data, after)) = rest.split_at_checked(length) else {
            let expected = bytes.len() - rest.len() + length;
            return Err(PrepareError::WrongLength {
                path,
                expected,
                found: bytes.len(),
            });
        };
        rest = after;
        weights.tensors.insert(
            entry.name,
            Tensor {
                shape: entry.shape,
                values: stored.values(data),
            },
        );
    }
    if !rest.is_empty() {
        let expected = bytes.len() - rest.len();
        return Err(PrepareError::WrongLength {
            path,
            expected,
            found: bytes.len(),
        });
    }
    Ok(weights)
}

/// How a tensor's values lie in the file.
enum Stored {
    Float32,
    Int32,
    /// `value = byte * scale + min`, in double precision and rounded once, as TensorFlow.js computes it.
    Uint8 {
        scale: f64,
        min: f64,
    },
}

impl Stored {
    fn of(entry: &Entry) -> Option<Self> {
        match (&entry.quantization, entry.dtype.as_str()) {
            (None, "float32") => Some(Self::Float32),
            (None, "int32") => Some(Self::Int32),
            (Some(it), "float32" | "int32") if it.dtype == "uint8" => Some(Self::Uint8 {
                scale: it.scale,
                min: it.min,
            }),
            _ => None,
        }
    }

    fn bytes_per_value(&self) -> usize {
        match self {
            Self::Float32 | Self::Int32 => 4,
            Self::Uint8 { .. } => 1,
        }
    }

    fn values(&self, data: &[u8]) -> Vec<f32> {
        let words = || data.chunks_exact(4).map(|it| [it[0], it[1], it[2], it[3]]);
        match *self {
            Self::Float32 => words().map(f32::from_le_bytes).collect(),
            Self::Int32 => words().map(|it| i32::from_le_bytes(it) as f32).collect(),
            Self::Uint8 { scale, min } => data
                .iter()
                .map(|&it| (f64::from(it) * scale + min) as f32)
                .collect(),
        }
    }
}

/// Reads a file of `folder`, which must have the hash of the manifest.
pub(crate) fn read_checked(folder: &Path, file: &File) -> Result<Vec<u8>, PrepareError> {
    let path = folder.join(&file.file);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(source) => return Err(PrepareError::Unreadable { path, source }),
    };
    let found = crate::sha256(&bytes);
    if found != file.sha256 {
        return Err(PrepareError::WrongHash {
            path,
            expected: file.sha256.clone(),
            found,
        });
    }
    Ok(bytes)
}
