//! `FaceFeatureExtractor` and one fully connected layer: the 68 landmarks, and the expressions.
//!
//! Output `values`: `[1, n]`. For landmarks x and y in turn, as fractions of the input's side; for
//! expressions logits, to be made probabilities by a softmax. Output `features`: `[1, 256]`, what the
//! fully connected layer reads, for heads of our own.

use super::Layers;
use crate::error::NetworkError;
use crate::onnx::{Graph, Padding, Value};
use crate::source::Weights;

/// Side of the input in pixels, which the last pooling layer dictates.
const SIDE_PX: i64 = 112;

pub(crate) fn build(weights: &Weights) -> Result<Graph, NetworkError> {
    let mut layers = Layers::new(weights);
    let mut out = layers.graph.image_input(3, Some(SIDE_PX));
    for block in ["dense0", "dense1", "dense2", "dense3"] {
        out = dense_block(&mut layers, &out, block)?;
    }
    let pooled = layers.graph.average_pool(&out, 7, 2);
    let flat = layers.graph.reshape(&pooled, &[1, -1]);
    let values = layers.fully_connected(&flat, "fc")?;
    layers.graph.output(&values, "values", 2);
    layers.graph.output(&flat, "features", 2);
    Ok(layers.graph)
}

/// `denseBlock4`: halves the image, then three convolutions that each see the sum of all before.
fn dense_block(layers: &mut Layers<'_>, input: &Value, name: &str) -> Result<Value, NetworkError> {
    let conv = |layer: usize| format!("{name}/conv{layer}");
    let first = if name == "dense0" {
        let kernel = layers.kernel(&format!("{}/filters", conv(0)))?;
        let bias = layers.vector(&format!("{}/bias", conv(0)))?;
        layers.conv(input, &kernel, bias, (2, Padding::Same))?
    } else {
        layers.separable(input, &conv(0), 2)?
    };
    let first = layers.graph.relu(&first);
    let mut sum = first.clone();
    let mut rectified = first;
    for layer in 1..=3 {
        let next = layers.separable(&rectified, &conv(layer), 1)?;
        sum = layers.graph.sum(&sum, &next);
        rectified = layers.graph.relu(&sum);
    }
    Ok(rectified)
}
