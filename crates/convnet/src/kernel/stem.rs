//! The first convolution, whose input has three channels and no blocks.

use super::Activation;
use super::multiply::{Packed, Source, Target, accumulate};
use crate::block::Block;
use crate::simd::{Job, Simd};

/// A row of the output.
pub(crate) struct StemRow<'a> {
    /// Rows of the input below the kernel, from the first that it touches on; the kernel stays inside of them.
    pub(crate) pixels: &'a [[f32; 3]],
    /// Pixels of a row of the input.
    pub(crate) width: usize,
    /// Rows and columns of the kernel.
    pub(crate) kernel: [usize; 2],
    /// Columns between neighbouring pixels of the output.
    pub(crate) stride: usize,
    /// Rows are channels within columns within rows of the kernel.
    pub(crate) weights: &'a Packed,
    pub(crate) bias: &'a [Block],
    pub(crate) residual: Option<&'a [Block]>,
    pub(crate) activation: Activation,
    pub(crate) output: &'a mut [Block],
}

impl Job for StemRow<'_> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let source = Windows {
            pixels: self.pixels,
            width: self.width,
            columns: self.kernel[1],
            stride: self.stride,
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

struct Windows<'a> {
    pixels: &'a [[f32; 3]],
    width: usize,
    columns: usize,
    stride: usize,
}

impl Source for Windows<'_> {
    #[inline(always)]
    fn add<S: Simd, const R: usize, const N: usize>(
        &self,
        simd: S,
        first: usize,
        panel: &[[Block; N]],
        sums: &mut [[S::Vector; N]; R],
    ) {
        let values = self.pixels.as_flattened();
        let row_len = self.columns * 3;
        for (y, weights) in panel.chunks_exact(row_len).enumerate() {
            let start = (y * self.width + first * self.stride) * 3;
            let mut rows = [&values[..0]; R];
            for (r, row) in rows.iter_mut().enumerate() {
                *row = &values[start + r * self.stride * 3..][..row_len];
            }
            // Not by pixels of three: unrolled, the sums no longer stay in registers.
            for (k, weights) in weights.iter().enumerate() {
                let mut values = [&[0.0]; R];
                for (value, row) in values.iter_mut().zip(&rows) {
                    *value = std::array::from_ref(&row[k]);
                }
                accumulate(simd, &values, std::array::from_ref(weights), sums);
            }
        }
    }
}
