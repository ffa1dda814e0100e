//! The layer graphs, as the package's TypeScript has them, and what they share.
//!
//! TensorFlow keeps images as height, width, channels and kernels as height, width, in, out; ONNX wants
//! channels first and out first. [`Layers`] is where that turn is made.

mod dense;
mod resnet;
mod ssd;
mod tiny_yolo;
mod xception;

use crate::error::NetworkError;
use crate::onnx::{Graph, Padding, Value};
use crate::source::Weights;

/// Builds the network that the manifest calls `name`.
pub(crate) fn build(name: &str, weights: &Weights) -> Result<Graph, NetworkError> {
    match name {
        "ssd-mobilenet-v1" => ssd::build(weights),
        "tiny-yolo-v2-separable" => tiny_yolo::build(weights),
        "dense-4-blocks" => dense::build(weights),
        "tiny-xception" => xception::build(weights),
        "resnet-34" => resnet::build(weights),
        _ => Err(NetworkError::Unknown {
            name: name.to_owned(),
        }),
    }
}

/// A graph under construction and the weights it is made from.
pub(crate) struct Layers<'a> {
    pub(crate) graph: Graph,
    pub(crate) weights: &'a Weights,
}

impl<'a> Layers<'a> {
    pub(crate) fn new(weights: &'a Weights) -> Self {
        Self {
            graph: Graph::default(),
            weights,
        }
    }

    /// Values of a vector.
    pub(crate) fn vector(&self, name: &str) -> Result<&'a [f32], NetworkError> {
        let (tensor, [_]) = self.weights.get::<1>(name)?;
        Ok(&tensor.values)
    }

    /// A kernel, turned to out, in, height, width.
    pub(crate) fn kernel(&self, name: &str) -> Result<Kernel, NetworkError> {
        let (tensor, [height, width, n_in, n_out]) = self.weights.get::<4>(name)?;
        Ok(Kernel::turned([n_out, n_in, height, width], |[o, i, y, x]| {
            tensor.values[((y * width + x) * n_in + i) * n_out + o]
        }))
    }

    /// A depthwise kernel `[height, width, channels, 1]`, turned to channels, 1, height, width.
    pub(crate) fn depthwise_kernel(&self, name: &str) -> Result<Kernel, NetworkError> {
        let (tensor, shape @ [height, width, channels, multiplier]) = self.weights.get::<4>(name)?;
        if multiplier != 1 {
            return Err(NetworkError::Shape {
                tensor: name.to_owned(),
                found: shape.to_vec(),
            });
        }
        Ok(Kernel::turned([channels, 1, height, width], |[c, _, y, x]| {
            tensor.values[(y * width + x) * channels + c]
        }))
    }

    pub(crate) fn conv(
        &mut self,
        input: &Value,
        kernel: &Kernel,
        bias: &[f32],
        shape: (i64, Padding),
    ) -> Result<Value, NetworkError> {
        kernel.check_bias(bias)?;
        Ok(self.graph.conv(
            input,
            (&kernel.shape, &kernel.values),
            bias,
            (shape.0, shape.1, 1),
        ))
    }

    pub(crate) fn depthwise(
        &mut self,
        input: &Value,
        kernel: &Kernel,
        bias: &[f32],
        shape: (i64, Padding),
    ) -> Result<Value, NetworkError> {
        kernel.check_bias(bias)?;
        let groups = kernel.shape[0];
        Ok(self.graph.conv(
            input,
            (&kernel.shape, &kernel.values),
            bias,
            (shape.0, shape.1, groups),
        ))
    }

    /// `name/depthwise_filter`, then `name/pointwise_filter`, then `name/bias`.
    pub(crate) fn separable(
        &mut self,
        input: &Value,
        name: &str,
        stride: i64,
    ) -> Result<Value, NetworkError> {
        let depthwise = self.depthwise_kernel(&format!("{name}/depthwise_filter"))?;
        let no_bias = vec![0.0; depthwise.shape[0]];
        let spread = self.depthwise(input, &depthwise, &no_bias, (stride, Padding::Same))?;
        let pointwise = self.kernel(&format!("{name}/pointwise_filter"))?;
        let bias = self.vector(&format!("{name}/bias"))?;
        self.conv(&spread, &pointwise, bias, (1, Padding::Valid))
    }

    /// `name/weights` and `name/bias` on a `[1, in]` input.
    pub(crate) fn fully_connected(&mut self, input: &Value, name: &str) -> Result<Value, NetworkError> {
        let (matrix, shape) = self.weights.get::<2>(&format!("{name}/weights"))?;
        let bias = self.vector(&format!("{name}/bias"))?;
        if bias.len() != shape[1] {
            return Err(NetworkError::Shape {
                tensor: format!("{name}/bias"),
                found: vec![bias.len()],
            });
        }
        Ok(self.graph.dense(input, (&shape, &matrix.values), bias))
    }
}

/// A convolution's kernel: out, in (of the group), height, width.
#[derive(Debug, Clone)]
pub(crate) struct Kernel {
    pub(crate) shape: [usize; 4],
    pub(crate) values: Vec<f32>,
}

impl Kernel {
    fn turned(shape: [usize; 4], at: impl Fn([usize; 4]) -> f32) -> Self {
        let mut values = Vec::with_capacity(shape.iter().product());
        for o in 0..shape[0] {
            for i in 0..shape[1] {
                for y in 0..shape[2] {
                    for x in 0..shape[3] {
                        values.push(at([o, i, y, x]));
                    }
                }
            }
        }
        Self { shape, values }
    }

    /// Values that make one output channel.
    pub(crate) fn output_values(&self, channel: usize) -> &[f32] {
        let size = self.values.len() / self.shape[0];
        &self.values[channel * size..(channel + 1) * size]
    }

    /// Multiplies what makes each output channel by that channel's factor.
    pub(crate) fn scale_outputs(&mut self, factors: &[f32]) -> Result<(), NetworkError> {
        self.check_bias(factors)?;
        let size = self.values.len() / self.shape[0];
        for (values, factor) in self.values.chunks_exact_mut(size).zip(factors) {
            for it in values {
                *it *= factor;
            }
        }
        Ok(())
    }

    /// A vector with one value for each output channel has as many values as there are.
    pub(crate) fn check_bias(&self, bias: &[f32]) -> Result<(), NetworkError> {
        if bias.len() == self.shape[0] {
            Ok(())
        } else {
            Err(NetworkError::Shape {
                tensor: "bias of a convolution".to_owned(),
                found: vec![bias.len(), self.shape[0]],
            })
        }
    }
}
