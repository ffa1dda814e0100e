//! The matrix product: pixels by packed weights, every dense convolution's loop.

use super::Activation;
use crate::block::{Block, LANES};
use crate::simd::{Job, Level, Simd};

/// Weights in the order in which the product reads them: for each panel of one or two blocks of output channels, for
/// each tap, for each input channel, those blocks.
#[derive(Clone, Debug)]
pub(crate) struct Packed {
    values: Vec<Block>,
    /// Blocks of output channels in a panel; the last one may have fewer.
    columns: usize,
    /// Rows of the matrix: taps times input channels.
    pub(super) depth: usize,
    pub(crate) out_blocks: usize,
}

impl Packed {
    /// Packs `taps` matrices of `channels` rows and `out_blocks` blocks of columns for `level`; values are by tap,
    /// channel and output.
    pub(crate) fn new(
        level: Level,
        [taps, channels, out_blocks]: [usize; 3],
        value: impl Fn(usize, usize, usize) -> f32,
    ) -> Self {
        let columns = level.columns();
        let depth = taps * channels;
        let mut values = Vec::with_capacity(depth * out_blocks);
        for first in (0..out_blocks).step_by(columns) {
            for tap in 0..taps {
                for channel in 0..channels {
                    for block in first..(first + columns).min(out_blocks) {
                        let out = |it: usize| block * LANES + it;
                        values.push(Block(std::array::from_fn(|it| value(tap, channel, out(it)))));
                    }
                }
            }
        }
        Self {
            values,
            columns,
            depth,
            out_blocks,
        }
    }
}

/// `n_pixels` pixels of the output, made from pixels of the input.
pub(crate) struct Multiply<'a> {
    pub(crate) input: &'a [Block],
    /// Where in `input` the pixel lies that a tap of an output pixel reads; taps of the first pixel come first.
    pub(crate) starts: &'a [usize],
    /// Blocks of each such pixel.
    pub(crate) depth: usize,
    pub(crate) weights: &'a Packed,
    /// What is added, by output channel.
    pub(crate) bias: &'a [Block],
    /// What is added, by pixel and output channel.
    pub(crate) residual: Option<&'a [Block]>,
    pub(crate) activation: Activation,
    pub(crate) output: &'a mut [Block],
}

impl Job for Multiply<'_> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let source = Blocks {
            input: self.input,
            starts: self.starts,
            n_taps: self.weights.depth / (self.depth * LANES),
            depth: self.depth,
        };
        let target = Target {
            bias: self.bias,
            residual: self.residual,
            activation: self.activation,
            out_blocks: self.weights.out_blocks,
            first_block: 0,
            output: self.output,
        };
        target.fill(simd, &source, self.weights);
    }
}

/// Where a product's left side comes from.
pub(super) trait Source {
    /// Adds to the sums of `R` pixels from `first` on; `panel` holds `N` blocks for each row of the matrix.
    fn add<S: Simd, const R: usize, const N: usize>(
        &self,
        simd: S,
        first: usize,
        panel: &[[Block; N]],
        sums: &mut [[S::Vector; N]; R],
    );
}

struct Blocks<'a> {
    input: &'a [Block],
    starts: &'a [usize],
    n_taps: usize,
    depth: usize,
}

impl Source for Blocks<'_> {
    #[inline(always)]
    fn add<S: Simd, const R: usize, const N: usize>(
        &self,
        simd: S,
        first: usize,
        panel: &[[Block; N]],
        sums: &mut [[S::Vector; N]; R],
    ) {
        let starts = &self.starts[first * self.n_taps..(first + R) * self.n_taps];
        for (tap, weights) in panel.as_chunks::<LANES>().0.chunks_exact(self.depth).enumerate() {
            let mut rows = [&self.input[..0]; R];
            for (r, row) in rows.iter_mut().enumerate() {
                *row = &self.input[starts[r * self.n_taps + tap]..][..self.depth];
            }
            for (block, weights) in weights.iter().enumerate() {
                let mut values = [&Block::ZERO.0; R];
                for (value, row) in values.iter_mut().zip(&rows) {
                    *value = &row[block].0;
                }
                accumulate(simd, &values, weights, sums);
            }
        }
    }
}

/// Adds the products of `K` values of each pixel with as many rows of weights.
#[inline(always)]
pub(super) fn accumulate<S: Simd, const R: usize, const N: usize, const K: usize>(
    simd: S,
    values: &[&[f32; K]; R],
    weights: &[[Block; N]; K],
    sums: &mut [[S::Vector; N]; R],
) {
    for k in 0..K {
        let mut vectors = [simd.splat(0.0); N];
        for (vector, weights) in vectors.iter_mut().zip(&weights[k]) {
            *vector = simd.load(weights);
        }
        for (sums, values) in sums.iter_mut().zip(values) {
            let value = simd.splat(values[k]);
            for (sum, vector) in sums.iter_mut().zip(vectors) {
                *sum = simd.mul_add(value, vector, *sum);
            }
        }
    }
}

/// Some pixels of the output, and what is added to them.
pub(super) struct Target<'a> {
    pub(super) bias: &'a [Block],
    pub(super) residual: Option<&'a [Block]>,
    pub(super) activation: Activation,
    /// Blocks of a pixel.
    pub(super) out_blocks: usize,
    /// Of these, the first that is computed.
    pub(super) first_block: usize,
    pub(super) output: &'a mut [Block],
}

impl Target<'_> {
    /// Computes all pixels, in tiles as equal as can be, because a small one costs nearly as much as a full one.
    #[inline(always)]
    pub(super) fn fill<S: Simd>(mut self, simd: S, source: &impl Source, weights: &Packed) {
        let n_pixels = self.output.len() / self.out_blocks;
        let n_tiles = n_pixels.div_ceil(S::ROWS).max(1);
        let (rows, larger) = (n_pixels / n_tiles, n_pixels % n_tiles);
        for panel in weights.values.chunks(weights.columns * weights.depth) {
            let mut first = 0;
            for tile in 0..n_tiles {
                let rows = rows + usize::from(tile < larger);
                if S::COLUMNS == 2 && panel.len() == 2 * weights.depth {
                    self.tile::<S, 2>(simd, source, first, rows, panel);
                } else {
                    self.tile::<S, 1>(simd, source, first, rows, panel);
                }
                first += rows;
            }
            self.first_block += weights.columns;
        }
    }

    #[inline(always)]
    fn tile<S: Simd, const N: usize>(
        &mut self,
        simd: S,
        source: &impl Source,
        first: usize,
        rows: usize,
        panel: &[Block],
    ) {
        let panel = panel.as_chunks::<N>().0;
        // Guards are constants: what the registers cannot hold is not compiled.
        match rows {
            1 => self.multiply::<S, 1, N>(simd, source, first, panel),
            2 => self.multiply::<S, 2, N>(simd, source, first, panel),
            3 => self.multiply::<S, 3, N>(simd, source, first, panel),
            4 if 4 <= S::ROWS => self.multiply::<S, 4, N>(simd, source, first, panel),
            5 if 5 <= S::ROWS => self.multiply::<S, 5, N>(simd, source, first, panel),
            6 if 6 <= S::ROWS => self.multiply::<S, 6, N>(simd, source, first, panel),
            7 if 7 <= S::ROWS => self.multiply::<S, 7, N>(simd, source, first, panel),
            8 if 8 <= S::ROWS => self.multiply::<S, 8, N>(simd, source, first, panel),
            9 if 9 <= S::ROWS => self.multiply::<S, 9, N>(simd, source, first, panel),
            10 if 10 <= S::ROWS => self.multiply::<S, 10, N>(simd, source, first, panel),
            11 if 11 <= S::ROWS => self.multiply::<S, 11, N>(simd, source, first, panel),
            12 if 12 <= S::ROWS => self.multiply::<S, 12, N>(simd, source, first, panel),
            _ => debug_assert!(rows == 0, "tiles have at most ROWS rows"),
        }
    }

    #[inline(always)]
    fn multiply<S: Simd, const R: usize, const N: usize>(
        &mut self,
        simd: S,
        source: &impl Source,
        first: usize,
        panel: &[[Block; N]],
    ) {
        let mut bias = [simd.splat(0.0); N];
        for (bias, block) in bias.iter_mut().zip(&self.bias[self.first_block..]) {
            *bias = simd.load(block);
        }
        let mut sums = [bias; R];
        source.add(simd, first, panel, &mut sums);
        let start = first * self.out_blocks + self.first_block;
        if let Some(residual) = self.residual {
            for (r, sums) in sums.iter_mut().enumerate() {
                let pixel = &residual[start + r * self.out_blocks..][..N];
                for (sum, block) in sums.iter_mut().zip(pixel) {
                    *sum = simd.add(*sum, simd.load(block));
                }
            }
        }
        // Decided once, not for each block.
        match self.activation {
            Activation::None => self.store(simd, start, &sums, |_, sum| sum),
            Activation::Clamp { low, high } => {
                let (low, high) = (simd.splat(low), simd.splat(high));
                self.store(simd, start, &sums, |simd, sum| simd.min(simd.max(sum, low), high));
            }
            Activation::Leaky { slope } => {
                let slope = simd.splat(slope);
                self.store(simd, start, &sums, |simd, sum| {
                    simd.max(sum, simd.mul(sum, slope))
                });
            }
        }
    }

    #[inline(always)]
    fn store<S: Simd, const R: usize, const N: usize>(
        &mut self,
        simd: S,
        start: usize,
        sums: &[[S::Vector; N]; R],
        activate: impl Fn(S, S::Vector) -> S::Vector,
    ) {
        for (r, sums) in sums.iter().enumerate() {
            let pixel = &mut self.output[start + r * self.out_blocks..][..N];
            for (sum, block) in sums.iter().zip(pixel) {
                simd.store(activate(simd, *sum), block);
            }
        }
    }
}
