//! The folder that `prepare-models` writes: read, verified, and proven on a known input.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use sha2::Digest;

use crate::network::{self, Network};
use crate::recognition::{Embedder, Settings};
use crate::tensor::{Image, Output};
use crate::{EngineError, LoadError};

/// A network and how pixels are fed to it.
#[derive(Debug)]
pub(crate) struct Model {
    name: String,
    network: Box<dyn Network>,
    pub(crate) input: Normalization,
}

/// How bytes become a network's input: `(byte - mean) * scale`, by channel. Means are in the order RGB.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub(crate) struct Normalization {
    /// Side that the network takes, or is at its best with.
    pub(crate) side_px: usize,
    pub(crate) mean: [f32; 3],
    pub(crate) scale: f32,
    #[serde(default)]
    pub(crate) channels: Channels,
}

/// Order in which a network takes the colours of a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Channels {
    #[default]
    Rgb,
    Bgr,
}

impl Normalization {
    /// One pixel's values, in the network's order.
    #[inline]
    pub(crate) fn apply(&self, rgb: [f32; 3]) -> [f32; 3] {
        let [r, g, b] = std::array::from_fn(|it| (rgb[it] - self.mean[it]) * self.scale);
        match self.channels {
            Channels::Rgb => [r, g, b],
            Channels::Bgr => [b, g, r],
        }
    }
}

impl Model {
    /// A model made of parts, for tests of what surrounds the network.
    #[cfg(test)]
    pub(crate) fn new(name: &str, network: Box<dyn Network>, input: Normalization) -> Self {
        Self {
            name: name.to_owned(),
            network,
            input,
        }
    }

    /// Name in the manifest.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Runs the network, which must have `N` outputs.
    pub(crate) fn run<const N: usize>(&self, image: &Image) -> Result<[Output; N], EngineError> {
        let outputs = self.run_any(image)?;
        outputs.try_into().map_err(|_| self.unexpected_shape())
    }

    /// Runs the network. Every run is an event, from which the bench learns how much work a photo was.
    pub(crate) fn run_any(&self, image: &Image) -> Result<Vec<Output>, EngineError> {
        tracing::trace!(
            model = self.name,
            height_px = image.height,
            width_px = image.width,
            "network runs"
        );
        self.network.run(image).map_err(|source| EngineError::Run {
            model: self.name.clone(),
            source,
        })
    }

    /// The error for an output that this model's task cannot use.
    pub(crate) fn unexpected_shape(&self) -> EngineError {
        EngineError::Shape {
            model: self.name.clone(),
        }
    }
}

/// The index and where it lies.
#[derive(Debug)]
pub(crate) struct Index {
    folder: PathBuf,
    embedder: String,
    entries: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
struct IndexFile {
    /// Name of the model that embeds faces.
    embedder: String,
    #[serde(rename = "model")]
    models: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Entry {
    name: String,
    file: String,
    sha256: String,
    input: Normalization,
    /// A model of an operator's own may have none.
    known: Option<Known>,
    pub(crate) embedding: Option<Settings>,
}

/// Values of the flattened first output for the known input.
#[derive(Debug, Deserialize)]
struct Known {
    at: Vec<usize>,
    answer: Vec<f32>,
    tolerance: f32,
}

impl Index {
    /// Reads the index of `folder`.
    pub(crate) fn read(folder: &Path) -> Result<Self, LoadError> {
        let path = folder.join("index.toml");
        let text = String::from_utf8_lossy(&read(&path)?).into_owned();
        let index: IndexFile = toml::from_str(&text).map_err(|source| LoadError::BadIndex {
            path,
            source: Box::new(source),
        })?;
        Ok(Self {
            folder: folder.to_owned(),
            embedder: index.embedder,
            entries: index.models,
        })
    }

    /// Loads the model that embeds faces, unless it is `loaded`, which serves the attributes too.
    pub(crate) fn load_embedder(
        &self,
        loaded: &Arc<Model>,
        threads: &Arc<rten::ThreadPool>,
    ) -> Result<Embedder, LoadError> {
        let network = if loaded.name == self.embedder {
            Arc::clone(loaded)
        } else {
            Arc::new(self.load(&self.embedder, threads)?)
        };
        Embedder::new(self.entry(&self.embedder)?, network)
    }

    fn entry(&self, name: &str) -> Result<&Entry, LoadError> {
        self.entries
            .iter()
            .find(|it| it.name == name)
            .ok_or_else(|| LoadError::NoSuchModel {
                model: name.to_owned(),
            })
    }

    /// Loads the model `name`: its file must have the hash in the index, and its network must give the known
    /// answer to the known input.
    pub(crate) fn load(&self, name: &str, threads: &Arc<rten::ThreadPool>) -> Result<Model, LoadError> {
        let entry = self.entry(name)?;
        let path = self.folder.join(&entry.file);
        let bytes = read(&path)?;
        let found = hex::encode(sha2::Sha256::digest(&bytes));
        if found != entry.sha256 {
            return Err(LoadError::WrongHash {
                path,
                expected: entry.sha256.clone(),
                found,
            });
        }
        let bad_network = |source| LoadError::BadNetwork {
            model: name.to_owned(),
            source,
        };
        let network = network::load(bytes, Arc::clone(threads)).map_err(bad_network)?;
        let model = Model {
            name: name.to_owned(),
            network,
            input: entry.input,
        };
        let outputs = model
            .network
            .run(&known_input(&model.input))
            .map_err(bad_network)?;
        if let Some(known) = &entry.known {
            known.check(name, outputs.first())?;
        }
        Ok(model)
    }
}

impl Known {
    fn check(&self, model: &str, output: Option<&Output>) -> Result<(), LoadError> {
        for (&at, &expected) in self.at.iter().zip(&self.answer) {
            let found = output
                .and_then(|it| it.values.get(at))
                .copied()
                .unwrap_or(f32::NAN);
            // Also refuses NaN, which is near nothing.
            let is_near = (found - expected).abs() <= self.tolerance;
            if !is_near {
                return Err(LoadError::WrongAnswer {
                    model: model.to_owned(),
                    expected,
                    found,
                });
            }
        }
        Ok(())
    }
}

/// The image whose byte at column x, row y, channel c is `(x * (2 + c) + y * (3 - c)) mod 256`.
pub(crate) fn known_input(input: &Normalization) -> Image {
    let side = input.side_px;
    let byte = |x: usize, y: usize, c: usize| ((x * (2 + c) + y * (3 - c)) % 256) as f32;
    let pixels =
        (0..side).flat_map(|y| (0..side).map(move |x| [byte(x, y, 0), byte(x, y, 1), byte(x, y, 2)]));
    Image {
        height: side,
        width: side,
        values: pixels.flat_map(|it| input.apply(it)).collect(),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, LoadError> {
    std::fs::read(path).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => LoadError::Missing {
            path: path.to_owned(),
        },
        _ => LoadError::Unreadable {
            path: path.to_owned(),
            source,
        },
    })
}
