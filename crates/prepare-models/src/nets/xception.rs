//! `AgeGenderNet`: a small Xception and two fully connected layers.
//!
//! Output `values`: `[1, 3]`: age in years, then the logits of male and female. Output `features`:
//! `[1, 512]`, what the fully connected layers read, for heads of our own.

use super::Layers;
use crate::error::NetworkError;
use crate::onnx::{Graph, Padding, Value};
use crate::source::Weights;

/// Side of the input in pixels, which the last pooling layer dictates.
const SIDE_PX: i64 = 112;

pub(crate) fn build(weights: &Weights) -> Result<Graph, NetworkError> {
    let mut layers = Layers::new(weights);
    let image = layers.graph.image_input(3, Some(SIDE_PX));
    let out = conv(&mut layers, &image, "entry_flow/conv_in")?;
    let out = layers.graph.relu(&out);
    let out = reduction_block(&mut layers, &out, "entry_flow/reduction_block_0", false)?;
    let out = reduction_block(&mut layers, &out, "entry_flow/reduction_block_1", true)?;
    let out = main_block(&mut layers, &out, "middle_flow/main_block_0")?;
    let out = main_block(&mut layers, &out, "middle_flow/main_block_1")?;
    let out = reduction_block(&mut layers, &out, "exit_flow/reduction_block", true)?;
    let out = layers.separable(&out, "exit_flow/separable_conv", 1)?;
    let out = layers.graph.relu(&out);
    let pooled = layers.graph.average_pool(&out, 7, 2);
    let flat = layers.graph.reshape(&pooled, &[1, -1]);
    let age = layers.fully_connected(&flat, "fc/age")?;
    let gender = layers.fully_connected(&flat, "fc/gender")?;
    let values = layers.graph.concat(&[age, gender], 1);
    layers.graph.output(&values, "values", 2);
    layers.graph.output(&flat, "features", 2);
    Ok(layers.graph)
}

/// A convolution with stride 2.
fn conv(layers: &mut Layers<'_>, input: &Value, name: &str) -> Result<Value, NetworkError> {
    let kernel = layers.kernel(&format!("{name}/filters"))?;
    let bias = layers.vector(&format!("{name}/bias"))?;
    layers.conv(input, &kernel, bias, (2, Padding::Same))
}

fn reduction_block(
    layers: &mut Layers<'_>,
    input: &Value,
    name: &str,
    rectify: bool,
) -> Result<Value, NetworkError> {
    let out = if rectify {
        layers.graph.relu(input)
    } else {
        input.clone()
    };
    let out = layers.separable(&out, &format!("{name}/separable_conv0"), 1)?;
    let out = layers.graph.relu(&out);
    let out = layers.separable(&out, &format!("{name}/separable_conv1"), 1)?;
    let out = layers.graph.max_pool(&out, 3, 2, Padding::Same);
    let shortcut = conv(layers, input, &format!("{name}/expansion_conv"))?;
    Ok(layers.graph.sum(&out, &shortcut))
}

fn main_block(layers: &mut Layers<'_>, input: &Value, name: &str) -> Result<Value, NetworkError> {
    let mut out = input.clone();
    for layer in 0..3 {
        let rectified = layers.graph.relu(&out);
        out = layers.separable(&rectified, &format!("{name}/separable_conv{layer}"), 1)?;
    }
    Ok(layers.graph.sum(&out, input))
}
