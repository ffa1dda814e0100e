//! A graph of operators, built in the order in which it runs.
//!
//! Field numbers are those of `onnx.proto3`, IR version 8; operators are those of opset 13.

use super::protobuf::Message;

const IR_VERSION: i64 = 8;
const OPSET: i64 = 13;

/// `TensorProto.DataType`.
const FLOAT: i64 = 1;
const INT64: i64 = 7;

/// `AttributeProto.AttributeType`.
const ATTRIBUTE_FLOAT: i64 = 1;
const ATTRIBUTE_INT: i64 = 2;
const ATTRIBUTE_STRING: i64 = 3;
const ATTRIBUTE_INTS: i64 = 7;

/// Name of something that an operator reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Value(String);

/// What lies beyond the edges of an image.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Padding {
    /// Nothing: the kernel stays inside.
    Valid,
    /// TensorFlow's `SAME`: output is input divided by stride, the odd row of padding comes last.
    Same,
}

/// A network.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    nodes: Vec<Message>,
    initializers: Vec<Message>,
    inputs: Vec<Message>,
    outputs: Vec<Message>,
    n_values: usize,
}

impl Graph {
    /// Declares the input `[1, channels, side, side]`; without a side, height and width are free.
    pub(crate) fn image_input(&mut self, channels: i64, side: Option<i64>) -> Value {
        let fixed = |value: i64| Message::default().int(1, value);
        let (height, width) = match side {
            Some(side) => (fixed(side), fixed(side)),
            None => (
                Message::default().text(2, "height"),
                Message::default().text(2, "width"),
            ),
        };
        self.inputs
            .push(value_info("image", [fixed(1), fixed(channels), height, width]));
        Value("image".to_owned())
    }

    /// Declares `value` as the output `name`, whose shape is left to the runtime.
    pub(crate) fn output(&mut self, value: &Value, name: &str, n_dims: usize) {
        let dims = (0..n_dims).map(|it| Message::default().text(2, &format!("{name}_{it}")));
        self.outputs.push(value_info(name, dims));
        self.nodes.push(node("Identity", &[value], name, []));
    }

    /// A constant of 32-bit floats.
    pub(crate) fn constant(&mut self, shape: &[usize], values: &[f32]) -> Value {
        debug_assert_eq!(
            shape.iter().product::<usize>(),
            values.len(),
            "shape and values disagree"
        );
        self.initializer(
            shape,
            FLOAT,
            &values.iter().flat_map(|it| it.to_le_bytes()).collect::<Vec<_>>(),
        )
    }

    /// A constant of 64-bit integers in one dimension, as shapes and axes are given.
    pub(crate) fn integers(&mut self, values: &[i64]) -> Value {
        let bytes: Vec<_> = values.iter().flat_map(|it| it.to_le_bytes()).collect();
        self.initializer(&[values.len()], INT64, &bytes)
    }

    /// Convolution with `weights` `[out, in / groups, height, width]`.
    pub(crate) fn conv(
        &mut self,
        input: &Value,
        weights: (&[usize; 4], &[f32]),
        bias: &[f32],
        shape: (i64, Padding, usize),
    ) -> Value {
        let (stride, padding, groups) = shape;
        let (&[out, _, height, width], values) = weights;
        let kernel = self.constant(weights.0, values);
        let bias = self.constant(&[out], bias);
        let mut attributes = window([dim(height), dim(width)], stride, padding);
        attributes.push(int("group", dim(groups)));
        self.add("Conv", &[input, &kernel, &bias], attributes)
    }

    pub(crate) fn max_pool(&mut self, input: &Value, size: i64, stride: i64, padding: Padding) -> Value {
        self.add("MaxPool", &[input], window([size, size], stride, padding))
    }

    pub(crate) fn average_pool(&mut self, input: &Value, size: i64, stride: i64) -> Value {
        self.add(
            "AveragePool",
            &[input],
            window([size, size], stride, Padding::Valid),
        )
    }

    /// Mean over height and width: `[1, channels, 1, 1]`.
    pub(crate) fn global_average_pool(&mut self, input: &Value) -> Value {
        self.add("GlobalAveragePool", &[input], vec![])
    }

    pub(crate) fn relu(&mut self, input: &Value) -> Value {
        self.add("Relu", &[input], vec![])
    }

    pub(crate) fn leaky_relu(&mut self, input: &Value, slope: f32) -> Value {
        let alpha = attribute("alpha", ATTRIBUTE_FLOAT).float(2, slope);
        self.add("LeakyRelu", &[input], vec![alpha])
    }

    /// `min(max(input, low), high)`.
    pub(crate) fn clip(&mut self, input: &Value, low: f32, high: f32) -> Value {
        let (low, high) = (self.constant(&[], &[low]), self.constant(&[], &[high]));
        self.add("Clip", &[input, &low, &high], vec![])
    }

    pub(crate) fn sum(&mut self, a: &Value, b: &Value) -> Value {
        self.add("Add", &[a, b], vec![])
    }

    pub(crate) fn concat(&mut self, values: &[Value], axis: i64) -> Value {
        self.add(
            "Concat",
            &values.iter().collect::<Vec<_>>(),
            vec![int("axis", axis)],
        )
    }

    pub(crate) fn transpose(&mut self, input: &Value, order: &[i64]) -> Value {
        self.add("Transpose", &[input], vec![ints("perm", order)])
    }

    pub(crate) fn reshape(&mut self, input: &Value, shape: &[i64]) -> Value {
        let shape = self.integers(shape);
        self.add("Reshape", &[input, &shape], vec![])
    }

    /// Zeros after the end of each axis.
    pub(crate) fn pad_end(&mut self, input: &Value, ends: [i64; 4]) -> Value {
        let pads = self.integers(&[[0; 4], ends].concat());
        self.add("Pad", &[input, &pads], vec![])
    }

    /// `[1, in]` times `[in, out]`, plus the bias.
    pub(crate) fn dense(&mut self, input: &Value, weights: (&[usize; 2], &[f32]), bias: &[f32]) -> Value {
        let matrix = self.constant(weights.0, weights.1);
        let bias = self.constant(&[weights.0[1]], bias);
        self.add("Gemm", &[input, &matrix, &bias], vec![])
    }

    /// The whole model file.
    pub(crate) fn to_model_bytes(&self, name: &str, version: &str) -> Vec<u8> {
        let all = |graph: Message, field, parts: &[Message]| {
            parts
                .iter()
                .fold(graph, |it, part| it.bytes(field, part.as_bytes()))
        };
        let graph = all(Message::default(), 1, &self.nodes).text(2, name);
        let graph = all(graph, 5, &self.initializers);
        let graph = all(graph, 11, &self.inputs);
        let graph = all(graph, 12, &self.outputs);
        let opset = Message::default().text(1, "").int(2, OPSET);
        Message::default()
            .int(1, IR_VERSION)
            .text(2, "prepare-models")
            .text(3, version)
            .message(7, &graph)
            .message(8, &opset)
            .into_bytes()
    }

    fn add(&mut self, operator: &str, inputs: &[&Value], attributes: Vec<Message>) -> Value {
        let output = self.next_value();
        self.nodes.push(node(operator, inputs, &output.0, attributes));
        output
    }

    fn initializer(&mut self, shape: &[usize], data_type: i64, raw: &[u8]) -> Value {
        let value = self.next_value();
        let tensor = Message::default()
            .each(shape, |it, &length| it.int(1, dim(length)))
            .int(2, data_type)
            .text(8, &value.0)
            .bytes(9, raw);
        self.initializers.push(tensor);
        value
    }

    fn next_value(&mut self) -> Value {
        self.n_values += 1;
        Value(format!("v{}", self.n_values))
    }
}

fn node(
    operator: &str,
    inputs: &[&Value],
    output: &str,
    attributes: impl IntoIterator<Item = Message>,
) -> Message {
    Message::default()
        .each(inputs, |it, input| it.text(1, &input.0))
        .text(2, output)
        .text(3, &format!("{operator}_{output}"))
        .text(4, operator)
        .each(attributes, |it, attribute| it.message(5, &attribute))
}

fn value_info(name: &str, dims: impl IntoIterator<Item = Message>) -> Message {
    let shape = Message::default().each(dims, |it, dim| it.message(1, &dim));
    let tensor = Message::default().int(1, FLOAT).message(2, &shape);
    Message::default()
        .text(1, name)
        .message(2, &Message::default().message(1, &tensor))
}

/// A length as ONNX writes it.
fn dim(length: usize) -> i64 {
    i64::try_from(length).expect("no tensor in memory is longer than i64::MAX")
}

fn attribute(name: &str, kind: i64) -> Message {
    Message::default().text(1, name).int(20, kind)
}

fn int(name: &str, value: i64) -> Message {
    attribute(name, ATTRIBUTE_INT).int(3, value)
}

fn ints(name: &str, values: &[i64]) -> Message {
    attribute(name, ATTRIBUTE_INTS).each(values, |it, &value| it.int(8, value))
}

/// Attributes of an operator that moves a kernel over an image.
fn window(kernel: [i64; 2], stride: i64, padding: Padding) -> Vec<Message> {
    let padding = match padding {
        Padding::Valid => ints("pads", &[0; 4]),
        Padding::Same => attribute("auto_pad", ATTRIBUTE_STRING).text(4, "SAME_UPPER"),
    };
    vec![
        ints("kernel_shape", &kernel),
        ints("strides", &[stride, stride]),
        padding,
    ]
}

/// What is written is read and run by the runtime that the engine uses.
#[cfg(test)]
mod tests {
    use rten_tensor::prelude::*;
    use rten_tensor::{NdTensor, Tensor};

    use super::*;

    fn run(
        graph: &mut Graph,
        output: &Value,
        n_dims: usize,
        shape: [usize; 4],
        values: Vec<f32>,
    ) -> Vec<f32> {
        graph.output(output, "out", n_dims);
        let model = rten::Model::load(graph.to_model_bytes("test", "0")).unwrap();
        let input = NdTensor::from_data(shape, values);
        let output: Tensor<f32> = model
            .run_one(input.view().into(), None)
            .unwrap()
            .try_into()
            .unwrap();
        output.into_data()
    }

    #[test]
    fn the_odd_row_of_same_padding_comes_last() {
        let mut graph = Graph::default();
        let image = graph.image_input(1, None);
        let ones = [1.0; 9];
        let sums = graph.conv(&image, (&[1, 1, 3, 3], &ones), &[0.5], (2, Padding::Same, 1));
        let values = (1..=16_u8).map(f32::from).collect();
        // Windows start at rows and columns 0 and 2 of a 4 by 4 image and run out of it at the end.
        let expected = [
            [1.0, 2.0, 3.0, 5.0, 6.0, 7.0, 9.0, 10.0, 11.0]
                .iter()
                .sum::<f32>()
                + 0.5,
            [3.0, 4.0, 7.0, 8.0, 11.0, 12.0].iter().sum::<f32>() + 0.5,
            [9.0, 10.0, 11.0, 13.0, 14.0, 15.0].iter().sum::<f32>() + 0.5,
            [11.0, 12.0, 15.0, 16.0].iter().sum::<f32>() + 0.5,
        ];
        assert_eq!(run(&mut graph, &sums, 4, [1, 1, 4, 4], values), expected);
    }

    #[test]
    fn channels_of_a_depthwise_convolution_stay_apart() {
        let mut graph = Graph::default();
        let image = graph.image_input(2, None);
        let out = graph.conv(
            &image,
            (&[2, 1, 1, 1], &[2.0, 10.0]),
            &[0.0, 1.0],
            (1, Padding::Valid, 2),
        );
        assert_eq!(
            run(&mut graph, &out, 4, [1, 2, 1, 2], vec![1.0, 2.0, 3.0, 4.0]),
            [2.0, 4.0, 31.0, 41.0]
        );
    }

    #[test]
    fn rectifiers_and_clips_do_what_they_are_called() {
        let mut graph = Graph::default();
        let image = graph.image_input(1, None);
        let (relu, leaky) = (graph.relu(&image), graph.leaky_relu(&image, 0.1));
        let clipped = graph.clip(&image, 0.0, 6.0);
        let all = graph.concat(&[relu, leaky, clipped], 1);
        let expected = [0.0, 8.0, -0.2, 8.0, 0.0, 6.0];
        assert_eq!(run(&mut graph, &all, 4, [1, 1, 1, 2], vec![-2.0, 8.0]), expected);
    }

    #[test]
    fn pooling_padding_and_dense_layers_agree_with_a_hand() {
        let mut graph = Graph::default();
        let image = graph.image_input(1, None);
        let padded = graph.pad_end(&image, [0, 0, 1, 1]);
        let largest = graph.max_pool(&padded, 2, 1, Padding::Valid);
        let mean = graph.global_average_pool(&largest);
        let flat = graph.reshape(&mean, &[1, -1]);
        let dense = graph.dense(&flat, (&[1, 2], &[2.0, -1.0]), &[1.0, 0.0]);
        // 1 2 / 3 4 with a row and a column of zeros: largest of four are 4 4 / 4 4.
        assert_eq!(
            run(&mut graph, &dense, 2, [1, 1, 2, 2], vec![1.0, 2.0, 3.0, 4.0]),
            [9.0, -4.0]
        );
    }
}
