//! Convolution in which every output sees one channel.

use crate::arena::Arena;
use crate::block::{Block, padded};
use crate::kernel::Activation;
use crate::kernel::depthwise::{Pixel, Row3, pack};
use crate::map::Map;
use crate::simd::Level;
use crate::window::{Placed, Window};

/// A depthwise convolution, and what is done to its output.
#[derive(Debug)]
pub(crate) struct Depthwise {
    level: Level,
    window: Window,
    channels: usize,
    weights: Vec<Block>,
    bias: Vec<Block>,
    pub(crate) activation: Activation,
}

impl Depthwise {
    /// `weights` is `[channels, 1, height, width]`, `bias` has one value for each channel or none.
    pub(crate) fn new(level: Level, window: Window, channels: usize, weights: &[f32], bias: &[f32]) -> Self {
        let mut bias = bias.to_vec();
        bias.resize(channels, 0.0);
        Self {
            level,
            window,
            channels,
            weights: pack(weights, channels),
            bias: padded(&bias),
            activation: Activation::None,
        }
    }

    pub(crate) fn channels(&self) -> usize {
        self.channels
    }

    pub(crate) fn window(&self) -> &Window {
        &self.window
    }

    /// The output for `input`; `None` if shapes do not fit.
    pub(crate) fn run(&self, arena: &mut Arena, input: &Map) -> Option<Map> {
        if input.channels != self.channels {
            return None;
        }
        let placed = self.window.on([input.height, input.width])?;
        let [height, width] = placed.size;
        let mut output = arena.map([height, width, self.channels]);
        let row_len = width * output.depth();
        for (y, row) in output.blocks_mut().chunks_exact_mut(row_len.max(1)).enumerate() {
            self.run_row(input, placed, y, row);
        }
        Some(output)
    }

    /// Row `y` of the output.
    pub(crate) fn run_row(&self, input: &Map, placed: Placed, y: usize, output: &mut [Block]) {
        let depth = input.depth();
        let [down, right] = self.window.stride;
        if self.window.kernel == [3, 3] && right <= 2 {
            let row_len = input.width * depth;
            let row = |it: usize| {
                let y = (y * down + it).checked_sub(placed.before[0])?;
                input.blocks().get(y * row_len..(y + 1) * row_len)
            };
            self.level.run(Row3 {
                rows: [row(0), row(1), row(2)],
                left: placed.before[1],
                stride: right,
                depth,
                weights: &self.weights,
                bias: &self.bias,
                activation: self.activation,
                output,
            });
            return;
        }
        let zeros = input.len();
        for (x, pixel) in output.chunks_exact_mut(depth).enumerate() {
            let starts = placed.taps(y, x).map(|(y, x)| input.start(y, x));
            let taps: Vec<_> = starts.zip(0..).filter(|&(start, _)| start != zeros).collect();
            self.level.run(Pixel {
                input: input.blocks(),
                taps: &taps,
                n_taps: self.window.taps(),
                weights: &self.weights,
                bias: &self.bias,
                activation: self.activation,
                output: pixel,
            });
        }
    }
}
