//! Winograd's transforms of a 3 by 3 convolution: squares of `OUT` by `OUT` outputs from squares of `OUT + 2`, with one
//! multiplication for each value of the larger square.
//!
//! Matrices are those of Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (2015).

use super::Activation;
use crate::block::Block;
use crate::simd::{Job, Simd};

/// Outputs of a square's side, by its side: 6 gives 4, 4 gives 2.
pub(crate) const fn outputs(side: usize) -> usize {
    side - 2
}

/// A 3 by 3 kernel as a square of `SIDE` by `SIDE`.
pub(crate) fn kernel<const SIDE: usize>(weights: &[[f32; 3]]) -> [[f32; SIDE]; SIDE] {
    let mut across = [[0.0; 3]; SIDE];
    for (y, weights) in weights.iter().enumerate() {
        for (column, value) in across.iter_mut().zip(kernel_1d::<SIDE>(weights.map(f64::from))) {
            column[y] = value;
        }
    }
    let columns: [[f64; SIDE]; SIDE] = across.map(kernel_1d);
    std::array::from_fn(|y| std::array::from_fn(|x| columns[x][y] as f32))
}

fn kernel_1d<const SIDE: usize>([a, b, c]: [f64; 3]) -> [f64; SIDE] {
    let mut out = [0.0; SIDE];
    if SIDE == 4 {
        let even = a + c;
        out.copy_from_slice(&[a, (even + b) * 0.5, (even - b) * 0.5, c]);
    } else {
        let (even, odd) = (a / 24.0 + c / 6.0, b / 12.0);
        out.copy_from_slice(&[
            a / 4.0,
            (a + b + c) / -6.0,
            (a - b + c) / -6.0,
            even + odd,
            even - odd,
            c,
        ]);
    }
    out
}

/// Turns one square of the input into factors.
pub(crate) struct ToFactors<'a, const SIDE: usize> {
    pub(crate) input: &'a [Block],
    /// Where in `input` the square's pixels lie.
    pub(crate) starts: [[usize; SIDE]; SIDE],
    /// Blocks of a pixel.
    pub(crate) depth: usize,
    /// For each place in the square, from where on this square's blocks are; `stride` apart.
    pub(crate) output: &'a mut [Block],
    pub(crate) stride: usize,
}

impl<const SIDE: usize> Job for ToFactors<'_, SIDE> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        for block in 0..self.depth {
            let mut square = [[simd.splat(0.0); SIDE]; SIDE];
            for (row, starts) in square.iter_mut().zip(&self.starts) {
                for (value, start) in row.iter_mut().zip(starts) {
                    *value = simd.load(&self.input[start + block]);
                }
                *row = input_1d(simd, row);
            }
            for x in 0..SIDE {
                let mut column = [simd.splat(0.0); SIDE];
                for (value, row) in column.iter_mut().zip(&square) {
                    *value = row[x];
                }
                for (y, value) in input_1d(simd, &column).into_iter().enumerate() {
                    simd.store(value, &mut self.output[(y * SIDE + x) * self.stride + block]);
                }
            }
        }
    }
}

#[inline(always)]
fn input_1d<S: Simd, const SIDE: usize>(s: S, d: &[S::Vector; SIDE]) -> [S::Vector; SIDE] {
    let mut out = *d;
    if SIDE == 4 {
        out[0] = s.sub(d[0], d[2]);
        out[1] = s.add(d[1], d[2]);
        out[2] = s.sub(d[2], d[1]);
        out[3] = s.sub(d[1], d[3]);
    } else {
        let four = s.splat(4.0);
        let two = s.splat(2.0);
        let minus_four = s.splat(-4.0);
        let minus_five = s.splat(-5.0);
        // 4 d0 - 5 d2 + d4, and the same of the odd ones.
        out[0] = s.mul_add(four, d[0], s.mul_add(minus_five, d[2], d[4]));
        out[5] = s.mul_add(four, d[1], s.mul_add(minus_five, d[3], d[5]));
        let even = s.mul_add(minus_four, d[2], d[4]);
        let odd = s.mul_add(minus_four, d[1], d[3]);
        out[1] = s.add(even, odd);
        out[2] = s.sub(even, odd);
        let even = s.sub(d[4], d[2]);
        let odd = s.mul(two, s.sub(d[3], d[1]));
        out[3] = s.add(even, odd);
        out[4] = s.sub(even, odd);
    }
    out
}

/// Turns the sums of products of one square into outputs.
pub(crate) struct FromSums<'a, const SIDE: usize> {
    /// For each place in the square, from where on this square's blocks are; `stride` apart.
    pub(crate) sums: &'a [Block],
    pub(crate) stride: usize,
    pub(crate) bias: &'a [Block],
    /// An image like the output.
    pub(crate) residual: Option<&'a [Block]>,
    pub(crate) activation: Activation,
    /// The whole image.
    pub(crate) output: &'a mut [Block],
    /// Where in `output` the square's first pixel is.
    pub(crate) start: usize,
    /// Blocks between rows of `output`.
    pub(crate) row: usize,
    /// Rows and columns of the square that are inside of the image.
    pub(crate) inside: [usize; 2],
}

impl<const SIDE: usize> Job for FromSums<'_, SIDE> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let depth = self.bias.len();
        for block in 0..depth {
            let bias = simd.load(&self.bias[block]);
            let mut square = [[simd.splat(0.0); 4]; SIDE];
            for (y, row) in square.iter_mut().enumerate() {
                let mut sums = [simd.splat(0.0); SIDE];
                for (x, value) in sums.iter_mut().enumerate() {
                    *value = simd.load(&self.sums[(y * SIDE + x) * self.stride + block]);
                }
                *row = output_1d(simd, &sums);
            }
            for x in 0..outputs(SIDE).min(self.inside[1]) {
                let mut column = [simd.splat(0.0); SIDE];
                for (value, row) in column.iter_mut().zip(&square) {
                    *value = row[x];
                }
                let values = output_1d(simd, &column);
                for (y, &value) in values.iter().enumerate().take(outputs(SIDE).min(self.inside[0])) {
                    let at = self.start + y * self.row + x * depth + block;
                    let mut value = simd.add(value, bias);
                    if let Some(residual) = self.residual {
                        value = simd.add(value, simd.load(&residual[at]));
                    }
                    self.activation.store(simd, value, &mut self.output[at]);
                }
            }
        }
    }
}

#[inline(always)]
fn output_1d<S: Simd, const SIDE: usize>(s: S, m: &[S::Vector; SIDE]) -> [S::Vector; 4] {
    let mut out = [s.splat(0.0); 4];
    let plus = s.add(m[1], m[2]);
    let minus = s.sub(m[1], m[2]);
    if SIDE == 4 {
        out[0] = s.add(m[0], plus);
        out[1] = s.sub(minus, m[3]);
    } else {
        let plus_2 = s.add(m[3], m[4]);
        let minus_2 = s.sub(m[3], m[4]);
        out[0] = s.add(m[0], s.add(plus, plus_2));
        out[1] = s.mul_add(s.splat(2.0), minus_2, minus);
        out[2] = s.mul_add(s.splat(4.0), plus_2, plus);
        out[3] = s.add(m[5], s.mul_add(s.splat(8.0), minus_2, minus));
    }
    out
}
