//! Blocks in the registers of AVX2 and AVX-512.
//!
//! Holds the crate's only unsafe block, in a macro. Its soundness is local: an [`Avx2`] or [`Avx512`] exists only where
//! the processor was asked, and pointers come from references to whole blocks.

use std::arch::x86_64::{
    __m256, __m512, _mm256_add_ps, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_max_ps, _mm256_min_ps,
    _mm256_mul_ps, _mm256_set1_ps, _mm256_storeu_ps, _mm256_sub_ps, _mm512_add_ps, _mm512_fmadd_ps,
    _mm512_loadu_ps, _mm512_max_ps, _mm512_min_ps, _mm512_mul_ps, _mm512_set1_ps, _mm512_storeu_ps,
    _mm512_sub_ps,
};

use super::{Job, Simd};
use crate::block::{Block, LANES};

/// Proof that the processor has AVX2 and FMA.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Avx2(());

/// Proof that the processor has AVX-512F.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Avx512(());

/// Calls what the token `$self` proves to be there.
macro_rules! proven {
    ($self:ident, $call:expr) => {{
        let Self(()) = $self;
        #[expect(
            unsafe_code,
            reason = "what is compiled for some processors cannot be called in any other way"
        )]
        // SAFETY: tokens are only made by `detect`, on processors that have the instructions. What is read or written
        // through pointers lies inside of arrays of the length that the instruction moves, behind references.
        unsafe {
            $call
        }
    }};
}

impl Avx2 {
    pub(super) fn detect() -> Option<Self> {
        let has = std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma");
        has.then_some(Self(()))
    }

    pub(super) fn run(self, job: impl Job) {
        proven!(self, run_avx2(job, self));
    }
}

impl Avx512 {
    pub(super) fn detect() -> Option<Self> {
        // Where there is AVX-512F there is AVX2 and FMA; they are asked for because `run_avx512` is compiled for them.
        let has = std::arch::is_x86_feature_detected!("avx512f") && Avx2::detect().is_some();
        has.then_some(Self(()))
    }

    pub(super) fn run(self, job: impl Job) {
        proven!(self, run_avx512(job, self));
    }
}

#[target_feature(enable = "avx2,fma")]
fn run_avx2(job: impl Job, simd: Avx2) {
    job.run(simd);
}

#[target_feature(enable = "avx512f,avx2,fma")]
fn run_avx512(job: impl Job, simd: Avx512) {
    job.run(simd);
}

impl Simd for Avx512 {
    type Vector = __m512;
    // 24 sums, two weights and a value in 32 registers.
    const ROWS: usize = 12;
    const COLUMNS: usize = 2;

    #[inline(always)]
    fn splat(self, value: f32) -> __m512 {
        proven!(self, _mm512_set1_ps(value))
    }

    #[inline(always)]
    fn load(self, block: &Block) -> __m512 {
        proven!(self, _mm512_loadu_ps(block.0.as_ptr()))
    }

    #[inline(always)]
    fn store(self, vector: __m512, block: &mut Block) {
        proven!(self, _mm512_storeu_ps(block.0.as_mut_ptr(), vector));
    }

    #[inline(always)]
    fn add(self, a: __m512, b: __m512) -> __m512 {
        proven!(self, _mm512_add_ps(a, b))
    }

    #[inline(always)]
    fn sub(self, a: __m512, b: __m512) -> __m512 {
        proven!(self, _mm512_sub_ps(a, b))
    }

    #[inline(always)]
    fn mul(self, a: __m512, b: __m512) -> __m512 {
        proven!(self, _mm512_mul_ps(a, b))
    }

    #[inline(always)]
    fn mul_add(self, a: __m512, b: __m512, c: __m512) -> __m512 {
        proven!(self, _mm512_fmadd_ps(a, b, c))
    }

    #[inline(always)]
    fn max(self, a: __m512, b: __m512) -> __m512 {
        proven!(self, _mm512_max_ps(a, b))
    }

    #[inline(always)]
    fn min(self, a: __m512, b: __m512) -> __m512 {
        proven!(self, _mm512_min_ps(a, b))
    }
}

/// Both halves of a block.
#[inline(always)]
fn halves(block: &Block) -> [&[f32; LANES / 2]; 2] {
    let [a, b] = block.0.as_chunks().0 else {
        unreachable!("a block has two halves")
    };
    [a, b]
}

impl Simd for Avx2 {
    type Vector = [__m256; 2];
    // Twelve sums, two weights and a value in 16 registers.
    const ROWS: usize = 6;
    const COLUMNS: usize = 1;

    #[inline(always)]
    fn splat(self, value: f32) -> Self::Vector {
        let half = proven!(self, _mm256_set1_ps(value));
        [half, half]
    }

    #[inline(always)]
    fn load(self, block: &Block) -> Self::Vector {
        let [a, b] = halves(block);
        proven!(self, [_mm256_loadu_ps(a.as_ptr()), _mm256_loadu_ps(b.as_ptr())])
    }

    #[inline(always)]
    fn store(self, vector: Self::Vector, block: &mut Block) {
        for (half, vector) in block.0.as_chunks_mut::<{ LANES / 2 }>().0.iter_mut().zip(vector) {
            proven!(self, _mm256_storeu_ps(half.as_mut_ptr(), vector));
        }
    }

    #[inline(always)]
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        proven!(self, [_mm256_add_ps(a[0], b[0]), _mm256_add_ps(a[1], b[1])])
    }

    #[inline(always)]
    fn sub(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        proven!(self, [_mm256_sub_ps(a[0], b[0]), _mm256_sub_ps(a[1], b[1])])
    }

    #[inline(always)]
    fn mul(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        proven!(self, [_mm256_mul_ps(a[0], b[0]), _mm256_mul_ps(a[1], b[1])])
    }

    #[inline(always)]
    fn mul_add(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
        proven!(
            self,
            [
                _mm256_fmadd_ps(a[0], b[0], c[0]),
                _mm256_fmadd_ps(a[1], b[1], c[1])
            ]
        )
    }

    #[inline(always)]
    fn max(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        proven!(self, [_mm256_max_ps(a[0], b[0]), _mm256_max_ps(a[1], b[1])])
    }

    #[inline(always)]
    fn min(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        proven!(self, [_mm256_min_ps(a[0], b[0]), _mm256_min_ps(a[1], b[1])])
    }
}
