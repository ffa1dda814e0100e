//! `FaceRecognitionNet`: dlib's ResNet-34 of faces.
//!
//! Input: an aligned chip of 150 px. Output `descriptor`: `[1, 128]`.

use super::Layers;
use crate::error::NetworkError;
use crate::onnx::{Graph, Padding, Value};
use crate::source::Weights;

/// Side of the input in pixels, which the zero padding of the last two blocks assumes.
const SIDE_PX: i64 = 150;

/// Blocks in order: name, and what the halving ones need, or nothing for the others.
const BLOCKS: [(&str, Option<Halving>); 14] = [
    ("conv32_1", None),
    ("conv32_2", None),
    ("conv32_3", None),
    (
        "conv64_down",
        Some(Halving {
            more_channels: 32,
            missing: 0,
        }),
    ),
    ("conv64_1", None),
    ("conv64_2", None),
    ("conv64_3", None),
    (
        "conv128_down",
        Some(Halving {
            more_channels: 64,
            missing: 0,
        }),
    ),
    ("conv128_1", None),
    ("conv128_2", None),
    (
        "conv256_down",
        Some(Halving {
            more_channels: 128,
            missing: 1,
        }),
    ),
    ("conv256_1", None),
    ("conv256_2", None),
    (
        "conv256_down_out",
        Some(Halving {
            more_channels: 0,
            missing: 1,
        }),
    ),
];

/// A block that halves the image: its shortcut is pooled and gets channels of zeros, its convolution may
/// end up a row and a column short of that and gets zeros there.
#[derive(Clone, Copy)]
struct Halving {
    more_channels: i64,
    missing: i64,
}

pub(crate) fn build(weights: &Weights) -> Result<Graph, NetworkError> {
    let mut layers = Layers::new(weights);
    let image = layers.graph.image_input(3, Some(SIDE_PX));
    let out = conv(&mut layers, &image, "conv32_down", (2, Padding::Valid))?;
    let out = layers.graph.relu(&out);
    let mut out = layers.graph.max_pool(&out, 3, 2, Padding::Valid);
    for (name, halving) in BLOCKS {
        out = block(&mut layers, &out, name, halving)?;
    }
    let pooled = layers.graph.global_average_pool(&out);
    let flat = layers.graph.reshape(&pooled, &[1, -1]);
    let (matrix, shape) = weights.get::<2>("fc")?;
    let descriptor = layers
        .graph
        .dense(&flat, (&shape, &matrix.values), &vec![0.0; shape[1]]);
    layers.graph.output(&descriptor, "descriptor", 2);
    Ok(layers.graph)
}

/// A convolution with the scale layer that follows it folded in.
fn conv(
    layers: &mut Layers<'_>,
    input: &Value,
    name: &str,
    shape: (i64, Padding),
) -> Result<Value, NetworkError> {
    let mut kernel = layers.kernel(&format!("{name}/conv/filters"))?;
    let bias = layers.vector(&format!("{name}/conv/bias"))?;
    let factors = layers.vector(&format!("{name}/scale/weights"))?;
    let offsets = layers.vector(&format!("{name}/scale/biases"))?;
    kernel.scale_outputs(factors)?;
    let bias: Vec<f32> = bias
        .iter()
        .zip(factors)
        .zip(offsets)
        .map(|((b, f), o)| b * f + o)
        .collect();
    layers.conv(input, &kernel, &bias, shape)
}

fn block(
    layers: &mut Layers<'_>,
    input: &Value,
    name: &str,
    halving: Option<Halving>,
) -> Result<Value, NetworkError> {
    let first = if halving.is_some() {
        (2, Padding::Valid)
    } else {
        (1, Padding::Same)
    };
    let out = conv(layers, input, &format!("{name}/conv1"), first)?;
    let out = layers.graph.relu(&out);
    let mut out = conv(layers, &out, &format!("{name}/conv2"), (1, Padding::Same))?;
    let mut shortcut = input.clone();
    if let Some(Halving {
        more_channels,
        missing,
    }) = halving
    {
        shortcut = layers.graph.average_pool(input, 2, 2);
        if 0 < more_channels {
            shortcut = layers.graph.pad_end(&shortcut, [0, more_channels, 0, 0]);
        }
        if 0 < missing {
            out = layers.graph.pad_end(&out, [0, 0, missing, missing]);
        }
    }
    let sum = layers.graph.sum(&shortcut, &out);
    Ok(layers.graph.relu(&sum))
}
