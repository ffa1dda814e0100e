//! A network under construction, and the value that each of its nodes should have.

use std::cell::RefCell;
use std::collections::HashMap;

use rten_onnx::onnx::{
    AttributeProto, AttributeType, DataType, Dimension, GraphProto, ModelProto, NodeProto, TensorProto,
    TensorShapeProto, TypeProto, TypeProtoTensor, ValueInfoProto,
};

use super::reference;
use crate::plain::Plain;
use crate::simd::Level;
use crate::window::{Padding, Window};
use crate::{Image, LoadError, Network};

/// Numbers that look random.
pub(super) struct Numbers(pub(super) u64);

impl Numbers {
    /// Within -1 to 1.
    pub(super) fn next(&mut self) -> f32 {
        // Knuth's multiplier; the upper bits are the good ones.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    }

    pub(super) fn take(&mut self, n: usize) -> Vec<f32> {
        (0..n).map(|_| self.next()).collect()
    }

    pub(super) fn plain(&mut self, shape: &[usize]) -> Plain {
        Plain {
            shape: shape.to_vec(),
            values: self.take(shape.iter().product()),
        }
    }
}

pub(super) struct Case {
    pub(super) graph: GraphProto,
    pub(super) numbers: Numbers,
    values: HashMap<String, Plain>,
}

impl Case {
    /// A network that is shown an image of a size.
    pub(super) fn new(seed: u64, [height, width]: [usize; 2]) -> Self {
        let mut case = Self {
            graph: GraphProto::default(),
            numbers: Numbers(seed),
            values: HashMap::new(),
        };
        let image = case.numbers.plain(&[1, 3, height, width]);
        case.values.insert("image".to_owned(), image);
        let dims = [Some(1), Some(3), None, None].map(|dim_value| Dimension {
            dim_value,
            dim_param: None,
        });
        case.graph.input.push(info("image", dims.to_vec()));
        case
    }

    pub(super) fn value(&self, name: &str) -> &Plain {
        &self.values[name]
    }

    /// Adds a node.
    pub(super) fn node(
        &mut self,
        operator: &str,
        inputs: &[&str],
        attributes: Vec<AttributeProto>,
        value: Plain,
    ) -> String {
        let name = format!("{operator}{}", self.graph.node.len());
        self.graph.node.push(NodeProto {
            domain: None,
            name: Some(name.clone()),
            input: inputs.iter().map(|&it| it.to_owned()).collect(),
            output: vec![name.clone()],
            op_type: Some(operator.to_owned()),
            attribute: attributes,
        });
        self.values.insert(name.clone(), value);
        name
    }

    pub(super) fn constant(&mut self, value: &Plain) -> String {
        let raw = value.values.iter().flat_map(|it| it.to_le_bytes()).collect();
        self.initializer(&value.shape, DataType::FLOAT, raw)
    }

    pub(super) fn integers(&mut self, values: &[i64]) -> String {
        let raw = values.iter().flat_map(|it| it.to_le_bytes()).collect();
        self.initializer(&[values.len()], DataType::INT64, raw)
    }

    pub(super) fn scalar(&mut self, value: f32) -> String {
        self.constant(&Plain {
            shape: vec![],
            values: vec![value],
        })
    }

    fn initializer(&mut self, shape: &[usize], data_type: DataType, raw: Vec<u8>) -> String {
        let name = format!("constant{}", self.graph.initializer.len());
        self.graph.initializer.push(TensorProto {
            dims: shape.iter().map(|&it| i64::try_from(it).unwrap()).collect(),
            data_type: Some(data_type),
            raw_data: Some(RefCell::new(raw)),
            name: Some(name.clone()),
            ..TensorProto::default()
        });
        name
    }

    /// A convolution with random weights.
    pub(super) fn conv(&mut self, input: &str, n_out: usize, groups: usize, window: &Window) -> String {
        let n_in = reference::dims(self.value(input))[0] / groups;
        let mut weights = self
            .numbers
            .plain(&[n_out, n_in, window.kernel[0], window.kernel[1]]);
        // Sums stay about as large as values, so that one tolerance suits all depths.
        let scale = ((n_in * window.taps()) as f32).sqrt().recip();
        weights.values.iter_mut().for_each(|it| *it *= scale);
        let bias = self.numbers.plain(&[n_out]);
        let value = reference::conv(self.value(input), &weights, &bias.values, window, groups);
        let names = [self.constant(&weights), self.constant(&bias)];
        let mut attributes = sliding(window);
        attributes.push(int("group", i64::try_from(groups).unwrap()));
        self.node("Conv", &[input, &names[0], &names[1]], attributes, value)
    }

    /// The image in so many channels.
    pub(super) fn channels(&mut self, n: usize) -> String {
        self.conv("image", n, 1, &Window::POINT)
    }

    pub(super) fn relu(&mut self, input: &str) -> String {
        let value = reference::map(self.value(input), |it| it.max(0.0));
        self.node("Relu", &[input], vec![], value)
    }

    pub(super) fn add(&mut self, a: &str, b: &str) -> String {
        let value = reference::add(self.value(a), self.value(b));
        self.node("Add", &[a, b], vec![], value)
    }

    /// The file, with these outputs.
    pub(super) fn file(&mut self, outputs: &[&str]) -> Vec<u8> {
        self.graph.output = outputs.iter().map(|it| info(it, vec![])).collect();
        let model = ModelProto {
            graph: Some(self.graph.clone()),
            ..ModelProto::default()
        };
        model.write_buf().unwrap()
    }

    /// What loading the file says.
    pub(super) fn refusal(&mut self, output: &str) -> LoadError {
        Network::load(&self.file(&[output])).unwrap_err()
    }

    /// Fails the test unless all outputs are as they should be, whatever the instructions.
    pub(super) fn check(&mut self, outputs: &[&str]) {
        let file = self.file(outputs);
        for level in Level::all() {
            let network = Network::load_for(level, &file).unwrap();
            // The second run finds the buffers of the first.
            for _ in 0..2 {
                let found = run(&network, self.value("image"));
                assert_eq!(found.len(), outputs.len());
                for (found, name) in found.iter().zip(outputs) {
                    assert_near(level, found, self.value(name));
                }
            }
        }
    }
}

/// Outputs of the network for an image.
pub(super) fn run(network: &Network, image: &Plain) -> Vec<Plain> {
    let [_, height, width] = reference::dims(image);
    let values = image.transposed(&[0, 2, 3, 1]).unwrap().values;
    let outputs = network.run(Image {
        height,
        width,
        values: &values,
    });
    let plain = |it: crate::Output| Plain {
        shape: it.shape,
        values: it.values,
    };
    outputs.unwrap().into_iter().map(plain).collect()
}

fn assert_near(level: Level, found: &Plain, expected: &Plain) {
    assert_eq!(found.shape, expected.shape, "{level:?}");
    for (at, (found, expected)) in found.values.iter().zip(&expected.values).enumerate() {
        // Winograd's squares of six lose two digits more than the sums themselves.
        let tolerance = 1e-4 * expected.abs().max(1.0);
        assert!(
            (found - expected).abs() <= tolerance,
            "{level:?}: {found} instead of {expected} at {at}"
        );
    }
}

fn info(name: &str, dim: Vec<Dimension>) -> ValueInfoProto {
    ValueInfoProto {
        name: Some(name.to_owned()),
        r#type: Some(TypeProto {
            tensor_type: Some(TypeProtoTensor {
                elem_type: Some(DataType::FLOAT),
                shape: Some(TensorShapeProto { dim }),
            }),
            sequence: None,
        }),
    }
}

fn attribute(name: &str, kind: AttributeType) -> AttributeProto {
    AttributeProto {
        name: Some(name.to_owned()),
        r#type: Some(kind),
        ..AttributeProto::default()
    }
}

pub(super) fn int(name: &str, value: i64) -> AttributeProto {
    AttributeProto {
        i: Some(value),
        ..attribute(name, AttributeType::INT)
    }
}

pub(super) fn float(name: &str, value: f32) -> AttributeProto {
    AttributeProto {
        f: Some(value),
        ..attribute(name, AttributeType::FLOAT)
    }
}

pub(super) fn ints(name: &str, values: &[usize]) -> AttributeProto {
    AttributeProto {
        ints: values.iter().map(|&it| i64::try_from(it).unwrap()).collect(),
        ..attribute(name, AttributeType::INTS)
    }
}

fn text(name: &str, value: &str) -> AttributeProto {
    AttributeProto {
        s: Some(value.to_owned()),
        ..attribute(name, AttributeType::STRING)
    }
}

pub(super) fn sliding(window: &Window) -> Vec<AttributeProto> {
    let padding = match window.padding {
        Padding::Explicit(pads) => ints("pads", &pads),
        Padding::Same { odd_first: false } => text("auto_pad", "SAME_UPPER"),
        Padding::Same { odd_first: true } => text("auto_pad", "SAME_LOWER"),
    };
    vec![
        ints("kernel_shape", &window.kernel),
        ints("strides", &window.stride),
        padding,
    ]
}
