//! Operators by definition, on values as ONNX has them.

use crate::plain::Plain;
use crate::window::{Padding, Window};

/// `[channels, height, width]` of one image.
pub(super) fn dims(value: &Plain) -> [usize; 3] {
    let &[1, channels, height, width] = &value.shape[..] else {
        panic!("{:?} is no shape of an image", value.shape)
    };
    [channels, height, width]
}

/// Padding before the first, and the number of windows, of one axis.
fn placed(window: &Window, axis: usize, length: usize) -> (usize, usize) {
    let (kernel, stride) = (window.kernel[axis], window.stride[axis]);
    match window.padding {
        Padding::Explicit(pads) => (
            pads[axis],
            (length + pads[axis] + pads[axis + 2] - kernel) / stride + 1,
        ),
        Padding::Same { odd_first } => {
            let n = length.div_ceil(stride);
            let total = ((n - 1) * stride + kernel).saturating_sub(length);
            (if odd_first { total.div_ceil(2) } else { total / 2 }, n)
        }
    }
}

/// Calls `make` with what lies below the window, tap by tap, for each output channel and pixel.
fn slide(
    input: &Plain,
    window: &Window,
    n_out: usize,
    mut make: impl FnMut(usize, &dyn Fn(usize, usize, usize) -> Option<f32>) -> f32,
) -> Plain {
    let [_, height, width] = dims(input);
    let (top, rows) = placed(window, 0, height);
    let (left, columns) = placed(window, 1, width);
    let mut values = Vec::new();
    for out in 0..n_out {
        for y in 0..rows {
            for x in 0..columns {
                let at = |channel: usize, down: usize, right: usize| {
                    let y = (y * window.stride[0] + down).checked_sub(top)?;
                    let x = (x * window.stride[1] + right).checked_sub(left)?;
                    let is_inside = y < height && x < width;
                    is_inside.then(|| input.values[(channel * height + y) * width + x])
                };
                values.push(make(out, &at));
            }
        }
    }
    Plain {
        shape: vec![1, n_out, rows, columns],
        values,
    }
}

pub(super) fn conv(input: &Plain, weights: &Plain, bias: &[f32], window: &Window, groups: usize) -> Plain {
    let &[n_out, n_in, height, width] = &weights.shape[..] else {
        panic!("weights have four dimensions")
    };
    slide(input, window, n_out, |out, at| {
        let first = out / (n_out / groups) * n_in;
        let mut sum = f64::from(bias[out]);
        for channel in 0..n_in {
            for down in 0..height {
                for right in 0..width {
                    let weight = weights.values[((out * n_in + channel) * height + down) * width + right];
                    let value = at(first + channel, down, right).unwrap_or_default();
                    sum += f64::from(weight) * f64::from(value);
                }
            }
        }
        sum as f32
    })
}

fn below(channel: usize, window: &Window, at: &dyn Fn(usize, usize, usize) -> Option<f32>) -> Vec<f32> {
    let taps = (0..window.kernel[0]).flat_map(|y| (0..window.kernel[1]).map(move |x| (y, x)));
    taps.filter_map(|(y, x)| at(channel, y, x)).collect()
}

pub(super) fn max_pool(input: &Plain, window: &Window) -> Plain {
    slide(input, window, dims(input)[0], |channel, at| {
        below(channel, window, at)
            .into_iter()
            .fold(f32::NEG_INFINITY, f32::max)
    })
}

pub(super) fn average_pool(input: &Plain, window: &Window) -> Plain {
    slide(input, window, dims(input)[0], |channel, at| {
        let values = below(channel, window, at);
        values.iter().sum::<f32>() / values.len() as f32
    })
}

pub(super) fn map(input: &Plain, f: impl Fn(f32) -> f32) -> Plain {
    Plain {
        shape: input.shape.clone(),
        values: input.values.iter().copied().map(f).collect(),
    }
}

pub(super) fn add(a: &Plain, b: &Plain) -> Plain {
    assert_eq!(a.shape, b.shape);
    Plain {
        shape: a.shape.clone(),
        values: a.values.iter().zip(&b.values).map(|(a, b)| a + b).collect(),
    }
}

/// Zeros after the end of channels, and around rows and columns.
pub(super) fn pad(input: &Plain, [more, top, left, bottom, right]: [usize; 5]) -> Plain {
    let [channels, height, width] = dims(input);
    let shape = [channels + more, height + top + bottom, width + left + right];
    let mut values = vec![0.0; shape.iter().product()];
    for c in 0..channels {
        for y in 0..height {
            for x in 0..width {
                values[(c * shape[1] + y + top) * shape[2] + x + left] =
                    input.values[(c * height + y) * width + x];
            }
        }
    }
    Plain {
        shape: vec![1, shape[0], shape[1], shape[2]],
        values,
    }
}

/// `[rows, n]` times `[n, columns]`, plus a row.
pub(super) fn gemm(a: &Plain, b: &Plain, bias: &[f32]) -> Plain {
    let (rows, n, columns) = (a.shape[0], a.shape[1], b.shape[1]);
    let product = |row: usize, column: usize| {
        let products = (0..n).map(|it| a.values[row * n + it] * b.values[it * columns + column]);
        products.sum::<f32>() + bias[column]
    };
    Plain {
        shape: vec![rows, columns],
        values: (0..rows * columns)
            .map(|it| product(it / columns, it % columns))
            .collect(),
    }
}
