//! The loops in which all of the time is spent.

pub(crate) mod depthwise;
pub(crate) mod multiply;
pub(crate) mod pixelwise;
pub(crate) mod stem;
pub(crate) mod winograd;

use crate::block::Block;
use crate::simd::Simd;

/// What is done to a sum before it is stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Activation {
    None,
    /// `min(max(x, low), high)`.
    Clamp {
        low: f32,
        high: f32,
    },
    /// `x` above zero, `slope * x` below; the slope is within 0 to 1.
    Leaky {
        slope: f32,
    },
}

impl Activation {
    pub(crate) const RELU: Self = Self::Clamp {
        low: 0.0,
        high: f32::INFINITY,
    };

    #[inline(always)]
    fn apply<S: Simd>(self, simd: S, vector: S::Vector) -> S::Vector {
        match self {
            Self::None => vector,
            Self::Clamp { low, high } => simd.min(simd.max(vector, simd.splat(low)), simd.splat(high)),
            Self::Leaky { slope } => simd.max(vector, simd.mul(vector, simd.splat(slope))),
        }
    }

    #[inline(always)]
    fn store<S: Simd>(self, simd: S, vector: S::Vector, block: &mut Block) {
        simd.store(self.apply(simd, vector), block);
    }
}
