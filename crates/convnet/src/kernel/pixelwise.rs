//! What is done to values where they are: sums, rectifiers, pooling.

use super::Activation;
use crate::block::Block;
use crate::simd::{Job, Simd};

/// `activation(a + b)`, or of `a` alone.
pub(crate) struct Elementwise<'a> {
    pub(crate) a: &'a [Block],
    pub(crate) b: Option<&'a [Block]>,
    pub(crate) activation: Activation,
    pub(crate) output: &'a mut [Block],
}

impl Job for Elementwise<'_> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        match self.b {
            Some(b) => {
                for ((a, b), output) in self.a.iter().zip(b).zip(self.output) {
                    self.activation
                        .store(simd, simd.add(simd.load(a), simd.load(b)), output);
                }
            }
            None => {
                for (a, output) in self.a.iter().zip(self.output) {
                    self.activation.store(simd, simd.load(a), output);
                }
            }
        }
    }
}

/// Which number stands for a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pool {
    Max,
    Mean,
}

/// A row of a pooled image.
pub(crate) struct PoolRow<'a> {
    pub(crate) pool: Pool,
    /// Rows of the input that the window lies on, at least one, and nothing else.
    pub(crate) rows: &'a [Block],
    /// Pixels of such a row.
    pub(crate) width: usize,
    /// Columns of the input that the window lies on, for each pixel of the output; at least one.
    pub(crate) columns: &'a [(usize, usize)],
    /// Blocks of a pixel.
    pub(crate) depth: usize,
    pub(crate) output: &'a mut [Block],
}

impl Job for PoolRow<'_> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let depth = self.depth;
        let row_len = self.width * depth;
        let n_rows = self.rows.len() / row_len;
        for (pixel, &(left, right)) in self.output.chunks_exact_mut(depth).zip(self.columns) {
            let share = simd.splat(1.0 / (n_rows * (right - left)) as f32);
            for (block, output) in pixel.iter_mut().enumerate() {
                let mut value = match self.pool {
                    Pool::Max => simd.splat(f32::NEG_INFINITY),
                    Pool::Mean => simd.splat(0.0),
                };
                for y in 0..n_rows {
                    let row = &self.rows[y * row_len..][..row_len];
                    for column in left..right {
                        let next = simd.load(&row[column * depth + block]);
                        value = match self.pool {
                            Pool::Max => simd.max(value, next),
                            Pool::Mean => simd.add(value, next),
                        };
                    }
                }
                if self.pool == Pool::Mean {
                    value = simd.mul(value, share);
                }
                simd.store(value, output);
            }
        }
    }
}
