//! The ways through a convolution.

use super::{Conv, Method};
use crate::arena::Arena;
use crate::block::Block;
use crate::depthwise::Depthwise;
use crate::kernel::multiply::{Multiply, Packed};
use crate::kernel::stem::StemRow;
use crate::kernel::{Activation, winograd};
use crate::map::Map;
use crate::network::Image;
use crate::window::{Placed, Window};

/// Input that is worked on at a time, in blocks: 128 KiB, an eighth of the second cache of most servers, so that panels
/// of weights and the output fit beside it.
const BLOCKS_AT_A_TIME: usize = 2048;

impl Conv {
    /// The output for the network's input; `None` if shapes do not fit.
    pub(crate) fn run_image(
        &self,
        arena: &mut Arena,
        image: Image<'_>,
        residual: Option<&Map>,
    ) -> Option<Map> {
        let Method::Stem(weights) = &self.method else {
            return None;
        };
        let placed = self.window.on([image.height, image.width])?;
        let mut output = self.output(arena, placed, residual)?;
        let mut edged = std::mem::take(&mut arena.pixels);
        let (pixels, width) = with_edges(image, placed, &mut edged);
        let row_len = (placed.size[1] * output.depth()).max(1);
        for (y, row) in output.blocks_mut().chunks_exact_mut(row_len).enumerate() {
            self.level.run(StemRow {
                pixels: &pixels[y * self.window.stride[0] * width..],
                width,
                kernel: self.window.kernel,
                stride: self.window.stride[1],
                weights,
                bias: &self.bias,
                residual: residual.map(|it| &it.blocks()[y * row_len..(y + 1) * row_len]),
                activation: self.activation,
                output: row,
            });
        }
        arena.pixels = edged;
        Some(output)
    }

    /// The output for an image of another layer; `None` if shapes do not fit.
    pub(crate) fn run(&self, arena: &mut Arena, input: &Map, residual: Option<&Map>) -> Option<Map> {
        if input.channels != self.n_in {
            return None;
        }
        let window = self.before.as_ref().map_or(&self.window, Depthwise::window);
        let placed = window.on([input.height, input.width])?;
        let mut output = self.output(arena, placed, residual)?;
        match (&self.method, &self.before) {
            (Method::Direct(weights), Some(before)) => {
                self.run_after(arena, input, (before, placed), weights, residual, &mut output);
            }
            (Method::Stem(_), _) => return None,
            (Method::Direct(weights), None) => {
                self.run_direct(arena, input, placed, weights, residual, &mut output);
            }
            (Method::Winograd(6, weights), _) => {
                self.run_squares::<6>(arena, input, placed, weights, residual, &mut output);
            }
            (Method::Winograd(_, weights), _) => {
                self.run_squares::<4>(arena, input, placed, weights, residual, &mut output);
            }
        }
        Some(output)
    }

    fn output(&self, arena: &mut Arena, placed: Placed, residual: Option<&Map>) -> Option<Map> {
        let shape = [placed.size[0], placed.size[1], self.n_out];
        let fits = residual.is_none_or(|it| it.shape() == shape);
        fits.then(|| arena.map(shape))
    }

    /// Some rows of the convolution before, then the same rows of this one.
    fn run_after(
        &self,
        arena: &mut Arena,
        input: &Map,
        (before, placed): (&Depthwise, Placed),
        weights: &Packed,
        residual: Option<&Map>,
        output: &mut Map,
    ) {
        let (depth, out_depth) = (input.depth(), output.depth());
        let [height, width] = placed.size;
        let at_a_time = (BLOCKS_AT_A_TIME / 2 / (width * depth)).clamp(1, height);
        let mut rows = arena.take(at_a_time * width * depth);
        arena.starts.clear();
        arena.starts.extend((0..at_a_time * width).map(|it| it * depth));
        for first in (0..height).step_by(at_a_time) {
            let bottom = (first + at_a_time).min(height);
            for (y, row) in (first..bottom).zip(rows.chunks_exact_mut(width * depth)) {
                before.run_row(input, placed, y, row);
            }
            let range = first * width * out_depth..bottom * width * out_depth;
            self.level.run(Multiply {
                input: &rows,
                starts: &arena.starts[..(bottom - first) * width],
                depth,
                weights,
                bias: &self.bias,
                residual: residual.map(|it| &it.blocks()[range.clone()]),
                activation: self.activation,
                output: &mut output.blocks_mut()[range],
            });
        }
        arena.give(rows);
    }

    fn run_direct(
        &self,
        arena: &mut Arena,
        input: &Map,
        placed: Placed,
        weights: &Packed,
        residual: Option<&Map>,
        output: &mut Map,
    ) {
        let depth = input.depth();
        let out_depth = output.depth();
        let at_a_time = (BLOCKS_AT_A_TIME / depth).max(1).next_multiple_of(12);
        let n_pixels = placed.n_pixels();
        for first in (0..n_pixels).step_by(at_a_time) {
            let pixels = first..(first + at_a_time).min(n_pixels);
            arena.starts.clear();
            if self.window == Window::POINT {
                arena.starts.extend(pixels.clone().map(|it| it * depth));
            } else {
                for pixel in pixels.clone() {
                    let taps = placed.taps(pixel / placed.size[1], pixel % placed.size[1]);
                    arena.starts.extend(taps.map(|(y, x)| input.start(y, x)));
                }
            }
            let range = pixels.start * out_depth..pixels.end * out_depth;
            self.level.run(Multiply {
                input: input.blocks_and_zeros(),
                starts: &arena.starts,
                depth,
                weights,
                bias: &self.bias,
                residual: residual.map(|it| &it.blocks()[range.clone()]),
                activation: self.activation,
                output: &mut output.blocks_mut()[range],
            });
        }
    }

    fn run_squares<const SIDE: usize>(
        &self,
        arena: &mut Arena,
        input: &Map,
        placed: Placed,
        weights: &[Packed],
        residual: Option<&Map>,
        output: &mut Map,
    ) {
        let step = winograd::outputs(SIDE);
        let (depth, out_depth) = (input.depth(), output.depth());
        let [height, width] = placed.size;
        let across = width.div_ceil(step);
        let n_squares = height.div_ceil(step) * across;
        let at_a_time = (BLOCKS_AT_A_TIME / (SIDE * SIDE * depth.max(out_depth))).max(12);
        let at_a_time = n_squares.div_ceil(n_squares.div_ceil(at_a_time));
        let (stride, out_stride) = (at_a_time * depth, at_a_time * out_depth);
        let mut factors = arena.take(SIDE * SIDE * stride);
        let mut sums = arena.take(SIDE * SIDE * out_stride);
        let no_bias = vec![Block::ZERO; out_depth];
        arena.starts.clear();
        arena.starts.extend((0..at_a_time).map(|it| it * depth));
        for first in (0..n_squares).step_by(at_a_time) {
            let squares = first..(first + at_a_time).min(n_squares);
            let corner = |square: usize| [square / across * step, square % across * step];
            for (idx, square) in squares.clone().enumerate() {
                let [top, left] = corner(square);
                let row = |y: usize| (top + y).checked_sub(placed.before[0]);
                let column = |x: usize| (left + x).checked_sub(placed.before[1]);
                self.level.run(winograd::ToFactors::<SIDE> {
                    input: input.blocks_and_zeros(),
                    starts: std::array::from_fn(|y| std::array::from_fn(|x| input.start(row(y), column(x)))),
                    depth,
                    output: &mut factors[idx * depth..],
                    stride,
                });
            }
            for (place, weights) in weights.iter().enumerate() {
                self.level.run(Multiply {
                    input: &factors[place * stride..],
                    starts: &arena.starts[..squares.len()],
                    depth,
                    weights,
                    bias: &no_bias,
                    residual: None,
                    activation: Activation::None,
                    output: &mut sums[place * out_stride..][..squares.len() * out_depth],
                });
            }
            for (idx, square) in squares.enumerate() {
                let [top, left] = corner(square);
                self.level.run(winograd::FromSums::<SIDE> {
                    sums: &sums[idx * out_depth..],
                    stride: out_stride,
                    bias: &self.bias,
                    residual: residual.map(Map::blocks),
                    activation: self.activation,
                    output: output.blocks_mut(),
                    start: (top * width + left) * out_depth,
                    row: width * out_depth,
                    inside: [height - top, width - left],
                });
            }
        }
        arena.give(factors);
        arena.give(sums);
    }
}

/// The image with as many zeros around it as the kernel reaches, in `buffer`, or as it is, if that is none; and the
/// pixels of a row.
fn with_edges<'a>(
    image: Image<'a>,
    placed: Placed,
    buffer: &'a mut Vec<[f32; Image::CHANNELS]>,
) -> (&'a [[f32; Image::CHANNELS]], usize) {
    let pixels = image.values.as_chunks().0;
    let [height, width] = placed.reach();
    let [top, left] = placed.before;
    if [top, left] == [0, 0] && height <= image.height && width <= image.width {
        return (pixels, image.width);
    }
    buffer.clear();
    buffer.resize(height * width, [0.0; 3]);
    let rows = pixels.chunks_exact(image.width);
    for (from, to) in rows.zip(buffer.chunks_exact_mut(width).skip(top)) {
        let inside = from.len().min(width - left);
        to[left..left + inside].copy_from_slice(&from[..inside]);
    }
    (buffer, width)
}
