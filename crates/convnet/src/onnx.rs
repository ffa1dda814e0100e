//! What the graph needs from an ONNX file, with every surprise refused.

use std::collections::HashMap;

use rten_onnx::onnx::{AttributeProto, DataType, GraphProto, ModelProto, NodeProto, TensorProto};

use crate::LoadError;
use crate::window::{Padding, Window};

/// Constants of a file.
#[derive(Debug)]
pub(crate) enum Constant {
    Floats(Vec<usize>, Vec<f32>),
    Integers(Vec<i64>),
}

/// Shape and values.
pub(crate) type Tensor<'a> = (&'a [usize], &'a [f32]);

/// Reads a file.
pub(crate) fn read(bytes: &[u8]) -> Result<GraphProto, LoadError> {
    let model = ModelProto::parse_buf(bytes).map_err(|it| malformed(it.to_string()))?;
    model.graph.ok_or_else(|| malformed("there is no graph"))
}

pub(crate) fn malformed(what: impl Into<String>) -> LoadError {
    LoadError::Malformed(what.into())
}

/// Constants by name.
pub(crate) fn constants(graph: &GraphProto) -> Result<HashMap<&str, Constant>, LoadError> {
    let mut constants = HashMap::new();
    for tensor in &graph.initializer {
        let name = tensor.name.as_deref().unwrap_or_default();
        constants.insert(name, constant(tensor)?);
    }
    Ok(constants)
}

fn constant(tensor: &TensorProto) -> Result<Constant, LoadError> {
    let dims: Option<Vec<usize>> = tensor.dims.iter().map(|&it| usize::try_from(it).ok()).collect();
    let dims = dims.ok_or_else(|| malformed("a tensor has a negative length"))?;
    let raw = tensor.raw_data.as_ref().map(std::cell::RefCell::borrow);
    if !tensor.external_data.is_empty() {
        return Err(unsupported("initializer", "weights lie in another file"));
    }
    let (len, constant) = match tensor.data_type {
        Some(DataType::FLOAT) => {
            let values = match raw {
                Some(raw) => raw
                    .as_chunks()
                    .0
                    .iter()
                    .map(|it| f32::from_le_bytes(*it))
                    .collect(),
                None => tensor.float_data.clone(),
            };
            (values.len(), Constant::Floats(dims.clone(), values))
        }
        Some(DataType::INT64) => {
            let values = match raw {
                Some(raw) => raw
                    .as_chunks()
                    .0
                    .iter()
                    .map(|it| i64::from_le_bytes(*it))
                    .collect(),
                None => tensor.int64_data.clone(),
            };
            (values.len(), Constant::Integers(values))
        }
        _ => return Err(unsupported("initializer", "numbers are neither f32 nor i64")),
    };
    if dims.iter().product::<usize>() == len {
        Ok(constant)
    } else {
        Err(malformed("a tensor has another number of values than its shape"))
    }
}

pub(crate) fn unsupported(operator: &str, what: &'static str) -> LoadError {
    LoadError::Unsupported {
        operator: operator.to_owned(),
        what,
    }
}

/// A node, and the constants that it may read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'a> {
    pub(crate) proto: &'a NodeProto,
    pub(crate) constants: &'a HashMap<&'a str, Constant>,
}

impl<'a> Node<'a> {
    pub(crate) fn operator(&self) -> &'a str {
        self.proto.op_type.as_deref().unwrap_or_default()
    }

    pub(crate) fn name(&self) -> &'a str {
        self.proto.name.as_deref().unwrap_or_else(|| self.operator())
    }

    pub(crate) fn unsupported(&self, what: &'static str) -> LoadError {
        unsupported(self.operator(), what)
    }

    /// Name of an input, `None` if it is left out.
    pub(crate) fn input(&self, idx: usize) -> Option<&'a str> {
        self.proto
            .input
            .get(idx)
            .map(String::as_str)
            .filter(|it| !it.is_empty())
    }

    /// The only output.
    pub(crate) fn output(&self) -> Result<&'a str, LoadError> {
        match &self.proto.output[..] {
            [it] => Ok(it),
            _ => Err(self.unsupported("it has not one output")),
        }
    }

    /// Refuses attributes that are not in `known`.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), LoadError> {
        let is_known = |it: &AttributeProto| known.contains(&it.name.as_deref().unwrap_or_default());
        if self.proto.attribute.iter().all(is_known) {
            Ok(())
        } else {
            Err(self.unsupported("it has an attribute that is not known here"))
        }
    }

    fn attribute(&self, name: &str) -> Option<&'a AttributeProto> {
        self.proto
            .attribute
            .iter()
            .find(|it| it.name.as_deref() == Some(name))
    }

    pub(crate) fn int(&self, name: &str, default: i64) -> i64 {
        self.attribute(name).and_then(|it| it.i).unwrap_or(default)
    }

    pub(crate) fn float(&self, name: &str, default: f32) -> f32 {
        self.attribute(name).and_then(|it| it.f).unwrap_or(default)
    }

    pub(crate) fn text(&self, name: &str, default: &'a str) -> &'a str {
        self.attribute(name)
            .and_then(|it| it.s.as_deref())
            .unwrap_or(default)
    }

    /// Integers that cannot be negative.
    pub(crate) fn lengths(&self, name: &str) -> Result<Option<Vec<usize>>, LoadError> {
        let Some(attribute) = self.attribute(name) else {
            return Ok(None);
        };
        let lengths: Option<_> = attribute
            .ints
            .iter()
            .map(|&it| usize::try_from(it).ok())
            .collect();
        lengths
            .map(Some)
            .ok_or_else(|| self.unsupported("an attribute is negative"))
    }

    /// Shape and values of a constant input, `None` if it is left out.
    pub(crate) fn floats(&self, idx: usize) -> Result<Option<Tensor<'a>>, LoadError> {
        match self.input(idx).map(|it| self.constants.get(it)) {
            None => Ok(None),
            Some(Some(Constant::Floats(shape, values))) => Ok(Some((shape, values))),
            Some(_) => Err(self.unsupported("what should be constant is computed")),
        }
    }

    /// Values of a constant input of integers.
    pub(crate) fn integers(&self, idx: usize) -> Result<&'a [i64], LoadError> {
        match self.input(idx).and_then(|it| self.constants.get(it)) {
            Some(Constant::Integers(values)) => Ok(values),
            _ => Err(self.unsupported("what should be constant is computed, or missing")),
        }
    }

    /// The only value of a constant input, `None` if it is left out.
    pub(crate) fn scalar(&self, idx: usize) -> Result<Option<f32>, LoadError> {
        match self.floats(idx)? {
            None => Ok(None),
            Some((_, &[value])) => Ok(Some(value)),
            Some(_) => Err(self.unsupported("there should be one value")),
        }
    }

    /// Attributes of an operator that moves a kernel of `kernel` rows and columns over an image.
    pub(crate) fn window(&self, kernel: [usize; 2]) -> Result<Window, LoadError> {
        let pair = |name, default| match self.lengths(name)?.as_deref() {
            None => Ok(default),
            Some(&[a, b]) => Ok([a, b]),
            Some(_) => Err(self.unsupported("images should have two dimensions")),
        };
        if pair("dilations", [1, 1])? != [1, 1] {
            return Err(self.unsupported("dilations"));
        }
        let stride = pair("strides", [1, 1])?;
        if pair("kernel_shape", kernel)? != kernel || kernel.contains(&0) || stride.contains(&0) {
            return Err(malformed("a kernel or its step has no size, or two"));
        }
        let padding = match self.text("auto_pad", "NOTSET") {
            // One pixel has no neighbours to miss.
            "SAME_UPPER" | "SAME_LOWER" if kernel == [1, 1] && stride == [1, 1] => Padding::Explicit([0; 4]),
            "SAME_UPPER" => Padding::Same { odd_first: false },
            "SAME_LOWER" => Padding::Same { odd_first: true },
            "VALID" => Padding::Explicit([0; 4]),
            "NOTSET" => match self.lengths("pads")?.as_deref() {
                None => Padding::Explicit([0; 4]),
                Some(&[a, b, c, d]) => Padding::Explicit([a, b, c, d]),
                Some(_) => return Err(self.unsupported("images should have two dimensions")),
            },
            _ => return Err(self.unsupported("padding of an unknown kind")),
        };
        Ok(Window {
            kernel,
            stride,
            padding,
        })
    }
}
