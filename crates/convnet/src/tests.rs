//! Whole networks of a few nodes, on every set of instructions that the processor has, beside a computation that does
//! nothing but follow the definitions of ONNX.

mod case;
mod operators;
mod reference;
mod refusals;
