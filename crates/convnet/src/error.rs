//! What can go wrong, when a file is loaded and when a network runs.

/// Why a file cannot be run by this crate.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file uses an operator, or a way of using one, that is not implemented. Another runtime may know it.
    #[error("operator {operator} is not supported: {what}")]
    Unsupported {
        /// The operator as ONNX calls it, `Conv` for example.
        operator: String,
        /// What about it.
        what: &'static str,
    },
    /// The file is not an ONNX model, or contradicts itself.
    #[error("the ONNX file is malformed: {0}")]
    Malformed(String),
}

/// Why a network gives no output for an image.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The network takes images of another size, or there are not as many values as the size says.
    #[error("the network does not take {values} values as an image of {width} by {height} pixels")]
    Input {
        /// Columns, in pixels.
        width: usize,
        /// Rows, in pixels.
        height: usize,
        /// Numbers in the image.
        values: usize,
    },
    /// Shapes do not fit together at a node, for an image of this size.
    #[error("shapes do not fit at the node {node}")]
    Shape {
        /// The node's name in the file.
        node: String,
    },
}
