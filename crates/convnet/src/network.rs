//! A loaded network and its runs.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::arena::Arena;
use crate::graph::{Graph, Step};
use crate::op::Value;
use crate::simd::Level;
use crate::{LoadError, RunError};

/// An image for a network to look at.
#[derive(Clone, Copy)]
pub struct Image<'a> {
    /// Rows, in pixels.
    pub height: usize,
    /// Columns, in pixels.
    pub width: usize,
    /// `[height, width, 3]`, row-major, normalized as the network wants it.
    pub values: &'a [f32],
}

impl Image<'_> {
    /// Values of a pixel.
    pub(crate) const CHANNELS: usize = 3;
}

/// Never shows pixels.
impl fmt::Debug for Image<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Image")
            .field("height", &self.height)
            .field("width", &self.width)
            .finish_non_exhaustive()
    }
}

/// What a network answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// Lengths of the axes.
    pub shape: Vec<usize>,
    /// Row-major; an image has its channels first, as in ONNX.
    pub values: Vec<f32>,
}

/// A network, ready to be shown images.
pub struct Network {
    level: Level,
    graph: Graph,
    /// Buffers of earlier runs, as many as there have been at once.
    arenas: Mutex<Vec<Arena>>,
}

impl Network {
    /// Reads an ONNX file and packs its weights for the processor that this runs on.
    ///
    /// # Errors
    ///
    /// [`LoadError::Unsupported`] if the file needs something that this crate does not have, and
    /// [`LoadError::Malformed`] if it is no ONNX file or contradicts itself.
    pub fn load(onnx: &[u8]) -> Result<Self, LoadError> {
        Self::load_for(Level::detect(), onnx)
    }

    /// Reads an ONNX file for a certain set of instructions.
    pub(crate) fn load_for(level: Level, onnx: &[u8]) -> Result<Self, LoadError> {
        Ok(Self {
            level,
            graph: Graph::read(level, onnx)?,
            arenas: Mutex::default(),
        })
    }

    /// Outputs of the network for `image`, in the order in which the file declares them.
    ///
    /// # Errors
    ///
    /// [`RunError::Input`] if the file says another size or `values` is not as long as the size says, and
    /// [`RunError::Shape`] if a layer cannot take what the image has become.
    pub fn run(&self, image: Image<'_>) -> Result<Vec<Output>, RunError> {
        let n_values = image
            .height
            .checked_mul(image.width)
            .and_then(|it| it.checked_mul(Image::CHANNELS));
        let fits = |declared: Option<usize>, found| declared.is_none_or(|it| it == found) && found != 0;
        let is_taken = n_values == Some(image.values.len())
            && fits(self.graph.size[0], image.height)
            && fits(self.graph.size[1], image.width);
        if !is_taken {
            return Err(RunError::Input {
                width: image.width,
                height: image.height,
                values: image.values.len(),
            });
        }
        let lock = || self.arenas.lock().unwrap_or_else(PoisonError::into_inner);
        let mut arena = lock().pop().unwrap_or_default();
        let outputs = self.run_in(&mut arena, image);
        lock().push(arena);
        outputs
    }

    fn run_in(&self, arena: &mut Arena, image: Image<'_>) -> Result<Vec<Output>, RunError> {
        let mut values: Vec<Option<Value>> = Vec::new();
        values.resize_with(self.graph.n_values, || None);
        for step in &self.graph.steps {
            let inputs: Vec<_> = step.inputs.iter().map(|&it| values[it].as_ref()).collect();
            let value = step.op.run(self.level, arena, image, &inputs);
            values[step.output] = Some(value.ok_or_else(|| shape_error(step))?);
            for &it in &step.last_used {
                if let Some(Value::Map(map)) = values[it].take() {
                    arena.give(map.buffer);
                }
            }
        }
        let outputs = self.graph.outputs.iter().map(|&it| {
            let plain = values[it].as_ref().map(Value::to_plain);
            plain.map_or_else(
                || {
                    Err(RunError::Shape {
                        node: "output".to_owned(),
                    })
                },
                |it| {
                    Ok(Output {
                        shape: it.shape,
                        values: it.values,
                    })
                },
            )
        });
        let outputs = outputs.collect();
        for value in values.into_iter().flatten() {
            if let Value::Map(map) = value {
                arena.give(map.buffer);
            }
        }
        outputs
    }
}

fn shape_error(step: &Step) -> RunError {
    RunError::Shape {
        node: step.name.clone(),
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network")
            .field("level", &self.level)
            .field("n_steps", &self.graph.steps.len())
            .finish_non_exhaustive()
    }
}
