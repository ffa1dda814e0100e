//! Small convolutional networks on one thread, channels last.
//!
//! [`Network::load`] reads an ONNX file of a network that looks at one image, [`Network::run`] shows it one. The
//! operators are those of the networks that find and describe faces (`graph` lists them); a file with any other is
//! refused by name, so that the caller can hand it to a general runtime.
//!
//! An image is kept as blocks of sixteen channels, pixel after pixel. Convolutions are products of such pixels with
//! weights that are packed when the file is loaded; what follows a convolution (a sum, a rectifier) is done before its
//! output leaves the registers. The loops are written once and compiled for AVX-512, for AVX2 and for any processor.
//!
//! One run uses one thread. A network can be run by several threads at once, each then has buffers of its own, which
//! are kept for later runs: the largest image seen decides how much memory stays with the network.

mod arena;
mod block;
mod conv;
mod depthwise;
mod error;
mod graph;
mod kernel;
mod map;
mod network;
mod onnx;
mod op;
mod plain;
mod simd;
#[cfg(test)]
mod tests;
mod window;

pub use error::{LoadError, RunError};
pub use network::{Image, Network, Output};
