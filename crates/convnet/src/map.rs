//! An image between two layers.

use crate::arena::Arena;
use crate::block::{Block, LANES, blocks};
use crate::plain::Plain;

/// Rows of pixels of blocks of channels. Channels that fill the last block up hold finite numbers of no meaning, which
/// meet weights of zero.
#[derive(Debug)]
pub(crate) struct Map {
    pub(crate) height: usize,
    pub(crate) width: usize,
    pub(crate) channels: usize,
    /// At least the pixels and one more of zeros, which stands for all that is outside of the image.
    pub(crate) buffer: Vec<Block>,
}

impl Map {
    /// Height, width, channels.
    pub(crate) fn shape(&self) -> [usize; 3] {
        [self.height, self.width, self.channels]
    }

    /// Blocks of a pixel.
    pub(crate) fn depth(&self) -> usize {
        blocks(self.channels)
    }

    /// Blocks of all pixels.
    pub(crate) fn len(&self) -> usize {
        self.height * self.width * self.depth()
    }

    pub(crate) fn blocks(&self) -> &[Block] {
        &self.buffer[..self.len()]
    }

    pub(crate) fn blocks_mut(&mut self) -> &mut [Block] {
        let len = self.len();
        &mut self.buffer[..len]
    }

    /// Pixels, and zeros at [`Map::len`].
    pub(crate) fn blocks_and_zeros(&self) -> &[Block] {
        &self.buffer[..self.len() + self.depth()]
    }

    /// Where the pixel lies; the zeros, if that is outside.
    pub(crate) fn start(&self, y: Option<usize>, x: Option<usize>) -> usize {
        match (y, x) {
            (Some(y), Some(x)) if y < self.height && x < self.width => (y * self.width + x) * self.depth(),
            _ => self.len(),
        }
    }

    /// Channels last, nothing between them.
    pub(crate) fn interleaved(&self) -> Vec<f32> {
        let mut values = Vec::with_capacity(self.height * self.width * self.channels);
        if self.channels == 0 {
            return values;
        }
        for pixel in self.blocks().chunks_exact(self.depth()) {
            let mut left = self.channels;
            for block in pixel {
                values.extend_from_slice(&block.0[..left.min(LANES)]);
                left = left.saturating_sub(LANES);
            }
        }
        values
    }

    /// `[1, channels, height, width]`, as ONNX has it.
    pub(crate) fn to_plain(&self) -> Plain {
        let depth = self.depth();
        let mut values = Vec::with_capacity(self.height * self.width * self.channels);
        for channel in 0..self.channels {
            let pixels = self.blocks().chunks_exact(depth);
            values.extend(pixels.map(|it| it[channel / LANES].0[channel % LANES]));
        }
        Plain {
            shape: vec![1, self.channels, self.height, self.width],
            values,
        }
    }

    /// An image from values with channels last.
    pub(crate) fn from_interleaved(arena: &mut Arena, shape: [usize; 3], values: &[f32]) -> Self {
        let mut map = arena.map(shape);
        let depth = map.depth();
        if depth == 0 {
            return map;
        }
        let pixels = map.blocks_mut().chunks_exact_mut(depth);
        for (pixel, values) in pixels.zip(values.chunks_exact(shape[2])) {
            for (block, values) in pixel.iter_mut().zip(values.chunks(LANES)) {
                *block = Block::ZERO;
                block.0[..values.len()].copy_from_slice(values);
            }
        }
        map
    }
}
