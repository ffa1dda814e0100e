//! `TinyFaceDetector`: a seven-layer TinyYOLOv2 of separable convolutions.
//!
//! Input sides are multiples of 32. Output `predictions`: `[1, rows, columns, 25]`, for each cell and each
//! of five anchors x, y, width, height and the logit of the score.

use super::Layers;
use crate::error::NetworkError;
use crate::onnx::{Graph, Padding};
use crate::source::Weights;

/// Slope of the leaky rectifier below zero.
const SLOPE: f32 = 0.1;

pub(crate) fn build(weights: &Weights) -> Result<Graph, NetworkError> {
    let mut layers = Layers::new(weights);
    let image = layers.graph.image_input(3, None);
    let kernel = layers.kernel("conv0/filters")?;
    let bias = layers.vector("conv0/bias")?;
    // The package's own padding is missing here: its first layer is `valid`.
    let mut out = layers.conv(&image, &kernel, bias, (1, Padding::Valid))?;
    out = layers.graph.leaky_relu(&out, SLOPE);
    for layer in 1..=5 {
        out = layers.graph.max_pool(&out, 2, 2, Padding::Same);
        out = layers.separable(&out, &format!("conv{layer}"), 1)?;
        out = layers.graph.leaky_relu(&out, SLOPE);
    }
    out = layers.graph.max_pool(&out, 2, 1, Padding::Same);
    let kernel = layers.kernel("conv8/filters")?;
    let bias = layers.vector("conv8/bias")?;
    out = layers.conv(&out, &kernel, bias, (1, Padding::Valid))?;
    let predictions = layers.graph.transpose(&out, &[0, 2, 3, 1]);
    layers.graph.output(&predictions, "predictions", 4);
    Ok(layers.graph)
}
