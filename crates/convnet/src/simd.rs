//! Arithmetic on blocks of sixteen numbers, and the choice of instructions for it.
//!
//! A kernel is written once, as a [`Job`] over any [`Simd`]. [`Level::run`] compiles it for each set of instructions
//! and runs the one that the processor has. For that to work everything inside of a job must be `#[inline(always)]`: a
//! function that is not would be compiled for any processor.

#[cfg(target_arch = "x86_64")]
mod x86;

use crate::block::{Block, LANES};

/// Sixteen numbers at a time.
pub(crate) trait Simd: Copy {
    /// Sixteen numbers, in registers.
    type Vector: Copy;
    /// Rows of a tile of the matrix product: as many as registers hold.
    const ROWS: usize;
    /// Blocks of columns of such a tile.
    const COLUMNS: usize;

    fn splat(self, value: f32) -> Self::Vector;
    fn load(self, block: &Block) -> Self::Vector;
    fn store(self, vector: Self::Vector, block: &mut Block);
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn sub(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn mul(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a * b + c`; whether the product is rounded depends on the processor.
    fn mul_add(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
    fn max(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn min(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
}

/// A computation over any [`Simd`].
pub(crate) trait Job {
    /// Must be `#[inline(always)]`.
    fn run<S: Simd>(self, simd: S);
}

/// A set of instructions.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Level {
    /// Whatever the compiler makes of it for any processor of the architecture: SSE2 or NEON.
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2(x86::Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(x86::Avx512),
}

impl Level {
    /// The fastest that this processor runs.
    pub(crate) fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if let Some(avx512) = x86::Avx512::detect() {
                return Self::Avx512(avx512);
            }
            if let Some(avx2) = x86::Avx2::detect() {
                return Self::Avx2(avx2);
            }
        }
        Self::Portable
    }

    /// All that this processor runs.
    #[cfg(test)]
    pub(crate) fn all() -> Vec<Self> {
        let mut levels = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            levels.extend(x86::Avx2::detect().map(Self::Avx2));
            levels.extend(x86::Avx512::detect().map(Self::Avx512));
        }
        levels
    }

    /// Blocks of columns of a tile, by which weights are packed.
    pub(crate) fn columns(self) -> usize {
        match self {
            Self::Portable => Portable::COLUMNS,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => x86::Avx2::COLUMNS,
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) => x86::Avx512::COLUMNS,
        }
    }

    /// Does `job` with these instructions.
    #[inline]
    pub(crate) fn run(self, job: impl Job) {
        match self {
            Self::Portable => job.run(Portable),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(it) => it.run(job),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(it) => it.run(job),
        }
    }
}

/// Arrays, which the compiler keeps in whatever registers there are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Portable;

#[inline(always)]
fn zip(a: [f32; LANES], b: [f32; LANES], f: impl Fn(f32, f32) -> f32) -> [f32; LANES] {
    let mut out = a;
    for (a, b) in out.iter_mut().zip(b) {
        *a = f(*a, b);
    }
    out
}

impl Simd for Portable {
    type Vector = [f32; LANES];
    // Four registers hold a vector: 16 registers are three rows and what they are made from, 32 are six.
    const ROWS: usize = if cfg!(target_arch = "aarch64") { 6 } else { 3 };
    const COLUMNS: usize = 1;

    #[inline(always)]
    fn splat(self, value: f32) -> Self::Vector {
        [value; LANES]
    }

    #[inline(always)]
    fn load(self, block: &Block) -> Self::Vector {
        block.0
    }

    #[inline(always)]
    fn store(self, vector: Self::Vector, block: &mut Block) {
        block.0 = vector;
    }

    #[inline(always)]
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        zip(a, b, |a, b| a + b)
    }

    #[inline(always)]
    fn sub(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        zip(a, b, |a, b| a - b)
    }

    #[inline(always)]
    fn mul(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        zip(a, b, |a, b| a * b)
    }

    #[inline(always)]
    fn mul_add(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
        let mut out = c;
        for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
            // Without an instruction for it, `mul_add` is a slow function.
            *out = if cfg!(target_arch = "aarch64") {
                a.mul_add(b, *out)
            } else {
                a * b + *out
            };
        }
        out
    }

    #[inline(always)]
    fn max(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        zip(a, b, |a, b| if a < b { b } else { a })
    }

    #[inline(always)]
    fn min(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        zip(a, b, |a, b| if b < a { b } else { a })
    }
}
