//! Just enough ONNX to write a convolutional network: a graph builder and the protobuf behind it.

mod graph;
mod protobuf;

pub(crate) use graph::{Graph, Padding, Value};
