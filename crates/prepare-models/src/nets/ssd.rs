//! `SsdMobilenetv1`: MobileNetV1 with six prediction layers.
//!
//! Output `predictions`: `[1, anchors, 5]`, for each anchor the encoded y, x, height and width, and the
//! logit of "a face". Anchors come layer by layer, each by row, column and shape. Batch normalization is
//! folded into the depthwise convolutions, as the package has already done for the others; of the three
//! class outputs only the one that is read is kept.

use super::{Kernel, Layers};
use crate::error::NetworkError;
use crate::onnx::{Graph, Padding, Value};
use crate::source::Weights;

/// `epsilon` of the package's batch normalization.
const EPSILON: f32 = 0.001;

/// Depthwise layers that halve the image.
const HALVING: [usize; 4] = [2, 4, 6, 12];

/// Classes that each anchor is scored for; the second one, after "background", is "face".
const N_CLASSES: usize = 3;
const FACE_CLASS: usize = 1;

/// Numbers that encode a box.
const BOX_VALUES: usize = 4;

pub(crate) fn build(weights: &Weights) -> Result<Graph, NetworkError> {
    let mut layers = Layers::new(weights);
    let image = layers.graph.image_input(3, None);
    let mut out = pointwise(&mut layers, &image, "MobilenetV1/Conv2d_0_pointwise", 2)?;
    let mut predictions = Vec::new();
    for layer in 1..=13 {
        let stride = if HALVING.contains(&layer) { 2 } else { 1 };
        out = depthwise(
            &mut layers,
            &out,
            &format!("MobilenetV1/Conv2d_{layer}_depthwise"),
            stride,
        )?;
        out = pointwise(
            &mut layers,
            &out,
            &format!("MobilenetV1/Conv2d_{layer}_pointwise"),
            1,
        )?;
        if layer == 11 {
            predictions.push(predict(&mut layers, &out, 0)?);
        }
    }
    predictions.push(predict(&mut layers, &out, 1)?);
    for layer in 0..8 {
        // Pairs: narrow, then halve.
        let stride = 1 + layer % 2;
        out = pointwise(
            &mut layers,
            &out,
            &format!("Prediction/Conv2d_{layer}_pointwise"),
            stride,
        )?;
        if stride == 2 {
            let predictor = predictions.len();
            predictions.push(predict(&mut layers, &out, predictor)?);
        }
    }
    let predictions = layers.graph.concat(&predictions, 1);
    layers.graph.output(&predictions, "predictions", 3);
    Ok(layers.graph)
}

fn pointwise(layers: &mut Layers<'_>, input: &Value, name: &str, stride: i64) -> Result<Value, NetworkError> {
    let kernel = layers.kernel(&format!("{name}/weights"))?;
    let bias = layers.vector(&format!("{name}/convolution_bn_offset"))?;
    let out = layers.conv(input, &kernel, bias, (stride, Padding::Same))?;
    Ok(layers.graph.clip(&out, 0.0, 6.0))
}

fn depthwise(layers: &mut Layers<'_>, input: &Value, name: &str, stride: i64) -> Result<Value, NetworkError> {
    let mut kernel = layers.depthwise_kernel(&format!("{name}/depthwise_weights"))?;
    let norm = |part: &str| layers.vector(&format!("{name}/BatchNorm/{part}"));
    let (gamma, beta) = (norm("gamma")?, norm("beta")?);
    let (mean, variance) = (norm("moving_mean")?, norm("moving_variance")?);
    let factors: Vec<f32> = gamma
        .iter()
        .zip(variance)
        .map(|(g, v)| g / (v + EPSILON).sqrt())
        .collect();
    let bias: Vec<f32> = beta
        .iter()
        .zip(mean)
        .zip(&factors)
        .map(|((b, m), f)| b - m * f)
        .collect();
    kernel.scale_outputs(&factors)?;
    let out = layers.depthwise(input, &kernel, &bias, (stride, Padding::Same))?;
    Ok(layers.graph.clip(&out, 0.0, 6.0))
}

/// Boxes and scores of one feature map: `[1, rows * columns * shapes, 5]`.
fn predict(layers: &mut Layers<'_>, input: &Value, predictor: usize) -> Result<Value, NetworkError> {
    let name = format!("Prediction/BoxPredictor_{predictor}");
    let boxes = layers.kernel(&format!("{name}/BoxEncodingPredictor/weights"))?;
    let box_bias = layers.vector(&format!("{name}/BoxEncodingPredictor/biases"))?;
    let classes = layers.kernel(&format!("{name}/ClassPredictor/weights"))?;
    let class_bias = layers.vector(&format!("{name}/ClassPredictor/biases"))?;
    let shapes = boxes.shape[0] / BOX_VALUES;
    boxes.check_bias(box_bias)?;
    classes.check_bias(class_bias)?;
    if classes.shape[0] != shapes * N_CLASSES {
        return Err(NetworkError::Shape {
            tensor: format!("{name}/ClassPredictor/weights"),
            found: classes.shape.to_vec(),
        });
    }
    let mut merged = Kernel {
        shape: boxes.shape,
        values: Vec::new(),
    };
    merged.shape[0] = shapes * (BOX_VALUES + 1);
    let mut bias = Vec::new();
    for shape in 0..shapes {
        let channels = shape * BOX_VALUES..(shape + 1) * BOX_VALUES;
        bias.extend(&box_bias[channels.clone()]);
        merged
            .values
            .extend(channels.flat_map(|it| boxes.output_values(it)));
        let face = shape * N_CLASSES + FACE_CLASS;
        merged.values.extend(classes.output_values(face));
        bias.push(class_bias[face]);
    }
    let out = layers.conv(input, &merged, &bias, (1, Padding::Valid))?;
    let out = layers.graph.transpose(&out, &[0, 2, 3, 1]);
    // A box and its score.
    Ok(layers.graph.reshape(&out, &[1, -1, 5]))
}
