//! Memory that is used again.

use crate::block::{Block, blocks};
use crate::map::Map;

/// Buffers of one run at a time.
#[derive(Debug, Default)]
pub(crate) struct Arena {
    free: Vec<Vec<Block>>,
    /// Where pixels lie; each convolution has its own use for it.
    pub(crate) starts: Vec<usize>,
    /// The network's input with zeros around it.
    pub(crate) pixels: Vec<[f32; 3]>,
}

impl Arena {
    /// A buffer of at least `n` blocks with anything in it.
    pub(crate) fn take(&mut self, n: usize) -> Vec<Block> {
        let fits = |it: &Vec<Block>| (it.len() < n, it.len().abs_diff(n));
        let best = (0..self.free.len()).min_by_key(|&it| fits(&self.free[it]));
        let mut buffer = best.map(|it| self.free.swap_remove(it)).unwrap_or_default();
        if buffer.len() < n {
            buffer.resize(n, Block::ZERO);
        }
        buffer
    }

    /// Takes a buffer back.
    pub(crate) fn give(&mut self, buffer: Vec<Block>) {
        self.free.push(buffer);
    }

    /// An image with anything in it, but for the pixel of zeros at its end.
    pub(crate) fn map(&mut self, [height, width, channels]: [usize; 3]) -> Map {
        let depth = blocks(channels);
        let len = height * width * depth;
        let mut buffer = self.take(len + depth);
        buffer[len..len + depth].fill(Block::ZERO);
        Map {
            height,
            width,
            channels,
            buffer,
        }
    }
}
