//! Each operator's reading.

use super::{Builder, INPUT, Step};
use crate::LoadError;
use crate::conv::{Conv, Parts};
use crate::depthwise::Depthwise;
use crate::kernel::Activation;
use crate::kernel::pixelwise::Pool;
use crate::onnx::{Node, malformed};
use crate::op::Op;
use crate::window::Window;

impl<'a> Builder<'a> {
    /// Adds what a node computes.
    pub(super) fn add(&mut self, node: Node<'a>) -> Result<(), LoadError> {
        if !node.proto.domain.as_deref().unwrap_or_default().is_empty() {
            return Err(node.unsupported("it is no operator of ONNX itself"));
        }
        match node.operator() {
            "Conv" => self.add_conv(node),
            "Gemm" => self.add_gemm(node),
            "Relu" => {
                node.only(&[])?;
                self.activate(node, Activation::RELU)
            }
            "LeakyRelu" => self.add_leaky(node),
            "Clip" => self.add_clip(node),
            "Add" => {
                node.only(&[])?;
                self.add_sum(node)
            }
            "MaxPool" => {
                node.only(&[
                    "kernel_shape",
                    "strides",
                    "pads",
                    "auto_pad",
                    "dilations",
                    "ceil_mode",
                    "storage_order",
                ])?;
                self.add_pool(node, Pool::Max)
            }
            "AveragePool" => {
                node.only(&[
                    "kernel_shape",
                    "strides",
                    "pads",
                    "auto_pad",
                    "ceil_mode",
                    "count_include_pad",
                ])?;
                self.add_pool(node, Pool::Mean)
            }
            "GlobalAveragePool" => {
                node.only(&[])?;
                let input = self.map(node, 0)?;
                self.step(node, Op::GlobalMean, vec![input])
            }
            "Pad" => self.add_pad(node),
            "Concat" => self.add_concat(node),
            "Transpose" => self.add_transpose(node),
            "Reshape" => self.add_reshape(node),
            "Identity" => {
                node.only(&[])?;
                let input = self.any(node, 0)?;
                self.becomes(node, input)
            }
            _ => Err(node.unsupported("it is not known here")),
        }
    }

    fn add_conv(&mut self, node: Node<'a>) -> Result<(), LoadError> {
        node.only(&[
            "kernel_shape",
            "strides",
            "pads",
            "auto_pad",
            "dilations",
            "group",
        ])?;
        let weights = node.floats(1)?;
        let Some((&[n_out, n_in, height, width], weights)) = weights else {
            return Err(node.unsupported("weights should have four dimensions"));
        };
        let bias = node.floats(2)?.map_or(&[][..], |it| it.1);
        if n_out == 0 || n_in == 0 || !(bias.is_empty() || bias.len() == n_out) {
            return Err(malformed(format!(
                "node {} has no channels, or not as many biases",
                node.name()
            )));
        }
        let window = node.window([height, width])?;
        let groups = usize::try_from(node.int("group", 1)).unwrap_or_default();
        if groups == n_out && n_in == 1 && groups != 1 {
            let input = self.map(node, 0)?;
            let conv = Depthwise::new(self.level, window, n_out, weights, bias);
            return self.step(node, Op::Depthwise(conv), vec![input]);
        }
        if groups != 1 {
            return Err(node.unsupported("groups of several channels"));
        }
        let parts = Parts {
            window,
            n_in,
            n_out,
            weights,
            bias,
        };
        let input = self.value(node, 0)?;
        let input = if input == INPUT { input } else { self.map(node, 0)? };
        let mut conv = if input == INPUT {
            Conv::of_image(self.level, &parts)
        } else {
            Conv::of_map(self.level, &parts)
        };
        if input == INPUT && n_in != 3 {
            return Err(malformed(format!(
                "node {} reads another number of channels",
                node.name()
            )));
        }
        let input = self.join_depthwise(&mut conv, n_in, input);
        self.step(node, Op::Conv(conv), vec![input])
    }

    /// Lets a depthwise convolution that only `conv` reads become its first half. What `conv` reads then.
    fn join_depthwise(&mut self, conv: &mut Conv, n_in: usize, input: usize) -> usize {
        let is_before = |step: &mut Step| {
            let fits = matches!(&step.op, Op::Depthwise(it) if it.channels() == n_in);
            fits && step.output == input
        };
        if self.readers[input] != 1 || !conv.can_follow() {
            return input;
        }
        let Some(step) = self.steps.pop_if(is_before) else {
            return input;
        };
        if let Op::Depthwise(before) = step.op
            && let [first] = step.inputs[..]
        {
            conv.follow(before);
            return first;
        }
        input
    }

    fn add_gemm(&mut self, node: Node<'a>) -> Result<(), LoadError> {
        node.only(&["alpha", "beta", "transA", "transB"])?;
        let is_one = |name| (node.float(name, 1.0) - 1.0).abs() < f32::EPSILON;
        if node.int("transA", 0) != 0 || !is_one("alpha") || !is_one("beta") {
            return Err(node.unsupported("factors, or the first matrix transposed"));
        }
        let Some((&[rows, columns], matrix)) = node.floats(1)? else {
            return Err(node.unsupported("the second matrix should have two dimensions"));
        };
        let is_transposed = node.int("transB", 0) != 0;
        let (n_in, n_out) = if is_transposed {
            (columns, rows)
        } else {
            (rows, columns)
        };
        let bias = node.floats(2)?.map_or(&[][..], |it| it.1);
        if n_in == 0 || n_out == 0 || !(bias.is_empty() || bias.len() == n_out) {
            return Err(node.unsupported("a bias that is no row"));
        }
        // Outputs come first in a convolution's weights.
        let weights: Vec<f32> = if is_transposed {
            matrix.to_vec()
        } else {
            (0..n_out * n_in)
                .map(|it| matrix[it % n_in * n_out + it / n_in])
                .collect()
        };
        let conv = Conv::of_map(
            self.level,
            &Parts {
                window: Window::POINT,
                n_in,
                n_out,
                weights: &weights,
                bias,
            },
        );
        let input = self.any(node, 0)?;
        self.step(node, Op::Gemm(conv), vec![input])
    }

    fn add_leaky(&mut self, node: Node<'a>) -> Result<(), LoadError> {
        node.only(&["alpha"])?;
        let slope = node.float("alpha", 0.01);
        if !(0.0..=1.0).contains(&slope) {
            return Err(node.unsupported("a slope that is not within 0 to 1"));
        }
        self.activate(node, Activation::Leaky { slope })
    }

    fn add_clip(&mut self, node: Node<'a>) -> Result<(), LoadError> {
        node.only(&[])?;
        let low = node.scalar(1)?.unwrap_or(f32::NEG_INFINITY);
        let high = node.scalar(2)?.unwrap_or(f32::INFINITY);
        self.activate(node, Activation::Clamp { low, high })
    }

    fn add_pool(&mut self, node: Node<'a>, pool: Pool) -> Result<(), LoadError> {
        let is_plain = ["ceil_mode", "storage_order", "count_include_pad"]
            .iter()
            .all(|it| node.int(it, 0) == 0);
        let Some(&[height, width]) = node.lengths("kernel_shape")?.as_deref() else {
            return Err(node.unsupported("images should have two dimensions"));
        };
        if !is_plain {
            return Err(node.unsupported("sizes rounded up, or padding that counts"));
        }
        let window = node.window([height, width])?;
        let input = self.map(node, 0)?;
        self.step(node, Op::Pool(pool, window), vec![input])
    }

    fn add_pad(&mut self, node: Node<'a>) -> Result<(), LoadError> {
        node.only(&["mode"])?;
        let is_zero = node.scalar(2)?.is_none_or(|it| it == 0.0);
        if node.text("mode", "constant") != "constant" || !is_zero || node.input(3).is_some() {
            return Err(node.unsupported("padding with anything but zeros"));
        }
        let &[0, 0, top, left, 0, more, bottom, right] = node.integers(1)? else {
            return Err(node.unsupported("padding of images, or of channels before the first"));
        };
        let pads = [top, left, bottom, right, more].map(usize::try_from);
        let [Ok(top), Ok(left), Ok(bottom), Ok(right), Ok(more)] = pads else {
            return Err(node.unsupported("padding that takes away"));
        };
        let input = self.map(node, 0)?;
        self.step(node, Op::Pad([top, left, bottom, right, more]), vec![input])
    }

    fn add_concat(&mut self, node: Node<'a>) -> Result<(), LoadError> {
        node.only(&["axis"])?;
        let inputs: Result<_, _> = (0..node.proto.input.len()).map(|it| self.any(node, it)).collect();
        self.step(node, Op::Concat(node.int("axis", 0)), inputs?)
    }

    fn add_transpose(&mut self, node: Node<'a>) -> Result<(), LoadError> {
        node.only(&["perm"])?;
        let Some(order) = node.lengths("perm")? else {
            return Err(node.unsupported("an order that is not given"));
        };
        let input = self.any(node, 0)?;
        self.step(node, Op::Transpose(order), vec![input])
    }

    fn add_reshape(&mut self, node: Node<'a>) -> Result<(), LoadError> {
        node.only(&["allowzero"])?;
        if node.int("allowzero", 0) != 0 {
            return Err(node.unsupported("lengths of zero"));
        }
        let lengths = node.integers(1)?.to_vec();
        let input = self.any(node, 0)?;
        self.step(node, Op::Reshape(lengths), vec![input])
    }
}
