//! What the tool that fits the heads needs to see of the engine. Nothing else should.

pub use crate::attributes::{AgeSpread, Group, Head, Heads, Inputs};

pub use crate::landmarks::TWIN;
pub use crate::pose::{SHAPE, SHAPE_WEIGHT};

use crate::Face;

/// A face and everything that the heads read of it.
#[derive(Debug, Clone)]
pub struct Measured {
    /// Without attributes.
    pub face: Face,
    /// By group.
    pub inputs: Inputs,
    /// Logits of calm, happy, sad, angry, fear, disgusted, surprised.
    pub expression: Vec<f32>,
}
