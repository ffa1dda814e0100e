//! Convolution of each channel by itself.

use super::Activation;
use crate::block::{Block, LANES};
use crate::simd::{Job, Simd};

/// Pixels of a row for which taps stay in registers. Few enough that what they are made from stays in the first cache until
/// all blocks of channels have been through: 18 columns of three rows are 27 KiB with 128 channels.
const PIXELS_AT_A_TIME: usize = 16;

/// One row of the output of a 3 by 3 kernel with a stride of 1 or 2.
pub(crate) struct Row3<'a> {
    /// Rows of the input that the kernel's rows lie on; those outside of the image are `None`.
    pub(crate) rows: [Option<&'a [Block]>; 3],
    /// Columns of padding before the first.
    pub(crate) left: usize,
    pub(crate) stride: usize,
    /// Blocks of a pixel.
    pub(crate) depth: usize,
    /// For each block of channels, nine taps.
    pub(crate) weights: &'a [Block],
    pub(crate) bias: &'a [Block],
    pub(crate) activation: Activation,
    pub(crate) output: &'a mut [Block],
}

impl Job for Row3<'_> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        match self.rows {
            [Some(a), Some(b), Some(c)] => self.convolve(simd, [a, b, c], 0),
            [None, Some(b), Some(c)] => self.convolve(simd, [b, c], 1),
            [Some(a), Some(b), None] => self.convolve(simd, [a, b], 0),
            [None, Some(b), None] => self.convolve(simd, [b], 1),
            [Some(a), None, None] => self.convolve(simd, [a], 0),
            [None, None, Some(c)] => self.convolve(simd, [c], 2),
            [Some(_), None, Some(_)] | [None, None, None] => self.convolve(simd, [], 0),
        }
    }
}

impl Row3<'_> {
    /// `first` is the row of the kernel that lies on the first of `rows`.
    #[inline(always)]
    fn convolve<S: Simd, const R: usize>(self, simd: S, rows: [&[Block]; R], first: usize) {
        let depth = self.depth;
        for (run, pixels) in self.output.chunks_mut(PIXELS_AT_A_TIME * depth).enumerate() {
            for block in 0..depth {
                let mut taps = [[simd.splat(0.0); 3]; R];
                for (r, taps) in taps.iter_mut().enumerate() {
                    for (t, tap) in taps.iter_mut().enumerate() {
                        *tap = simd.load(&self.weights[block * 9 + (first + r) * 3 + t]);
                    }
                }
                let bias = simd.load(&self.bias[block]);
                // A column of the input, zeros where there is none.
                let column = |x: usize| {
                    let mut column = [simd.splat(0.0); R];
                    for (value, row) in column.iter_mut().zip(rows) {
                        let start = x.checked_sub(self.left);
                        if let Some(it) = start.and_then(|it| row.get(it * depth + block)) {
                            *value = simd.load(it);
                        }
                    }
                    column
                };
                let mut x = run * PIXELS_AT_A_TIME * self.stride;
                let mut a = column(x);
                let mut b = column(x + 1);
                for pixel in pixels.chunks_exact_mut(depth) {
                    let c = column(x + 2);
                    let mut sum = bias;
                    for (r, taps) in taps.iter().enumerate() {
                        sum = simd.mul_add(a[r], taps[0], sum);
                        sum = simd.mul_add(b[r], taps[1], sum);
                        sum = simd.mul_add(c[r], taps[2], sum);
                    }
                    self.activation.store(simd, sum, &mut pixel[block]);
                    x += self.stride;
                    (a, b) = if self.stride == 1 {
                        (b, c)
                    } else {
                        (c, column(x + 1))
                    };
                }
            }
        }
    }
}

/// One pixel of the output of any kernel.
pub(crate) struct Pixel<'a> {
    pub(crate) input: &'a [Block],
    /// Taps that lie inside of the image: where in `input` the pixel lies, and which tap it is.
    pub(crate) taps: &'a [(usize, usize)],
    /// Taps of the kernel.
    pub(crate) n_taps: usize,
    pub(crate) weights: &'a [Block],
    pub(crate) bias: &'a [Block],
    pub(crate) activation: Activation,
    pub(crate) output: &'a mut [Block],
}

impl Job for Pixel<'_> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        for (block, output) in self.output.iter_mut().enumerate() {
            let mut sum = simd.load(&self.bias[block]);
            for &(start, tap) in self.taps {
                let value = simd.load(&self.input[start + block]);
                sum = simd.mul_add(value, simd.load(&self.weights[block * self.n_taps + tap]), sum);
            }
            self.activation.store(simd, sum, output);
        }
    }
}

/// Weights `[channels, taps]` as the kernels read them: for each block of channels, for each tap, a block.
pub(crate) fn pack(weights: &[f32], channels: usize) -> Vec<Block> {
    let n_taps = weights.len() / channels.max(1);
    let at = |channel: usize, tap: usize| {
        if channel < channels {
            weights[channel * n_taps + tap]
        } else {
            0.0
        }
    };
    (0..channels.div_ceil(LANES))
        .flat_map(|block| (0..n_taps).map(move |tap| (block, tap)))
        .map(|(block, tap)| Block(std::array::from_fn(|it| at(block * LANES + it, tap))))
        .collect()
}
