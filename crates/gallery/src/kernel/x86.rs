//! The loop for processors with AVX2.
//!
//! Holds the crate's only unsafe block. Its soundness is local: an [`Avx2`] exists only where the processor was asked.

use std::arch::x86_64::{
    __m128i, __m256i, _mm_add_epi32, _mm_cvtsi128_si32, _mm_set_epi64x, _mm_shuffle_epi32, _mm256_add_epi32,
    _mm256_castsi256_si128, _mm256_cvtepi8_epi16, _mm256_extracti128_si256, _mm256_madd_epi16,
    _mm256_set_epi64x, _mm256_setzero_si256, _mm256_sub_epi16,
};

use super::ROW_UNIT;

/// Proof that the processor has AVX2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Avx2(());

impl Avx2 {
    pub(super) fn detect() -> Option<Self> {
        std::arch::is_x86_feature_detected!("avx2").then_some(Self(()))
    }

    /// See [`super::Kernel::distances`].
    pub(super) fn distances(self, query: &[i16], codes: &[i8], distances: &mut [i32]) {
        let Self(()) = self;
        #[expect(
            unsafe_code,
            reason = "a function compiled for AVX2 cannot be called in any other way"
        )]
        // SAFETY: `distances` needs AVX2 and nothing else. `self` is only made by `detect`, on processors that have it.
        unsafe {
            distances_avx2(query, codes, distances);
        }
    }
}

#[target_feature(enable = "avx2")]
fn distances_avx2(query: &[i16], codes: &[i8], distances: &mut [i32]) {
    let (query_units, _) = query.as_chunks::<ROW_UNIT>();
    for (row, distance) in codes.chunks_exact(query.len()).zip(distances) {
        let mut sums = _mm256_setzero_si256();
        for (query, row) in query_units.iter().zip(row.as_chunks::<ROW_UNIT>().0) {
            let difference = _mm256_sub_epi16(load_words(query), _mm256_cvtepi8_epi16(load_bytes(row)));
            sums = _mm256_add_epi32(sums, _mm256_madd_epi16(difference, difference));
        }
        *distance = total(sums);
    }
}

/// One load instruction, once optimized.
#[inline]
#[target_feature(enable = "avx2")]
fn load_bytes(unit: &[i8; ROW_UNIT]) -> __m128i {
    let bits = i128::from_le_bytes(unit.map(i8::cast_unsigned));
    _mm_set_epi64x((bits >> 64) as i64, bits as i64)
}

/// One load instruction, once optimized.
#[inline]
#[target_feature(enable = "avx2")]
fn load_words(unit: &[i16; ROW_UNIT]) -> __m256i {
    let quarter = |first: usize| {
        let word = |offset: usize| u64::from(unit[first + offset].cast_unsigned()) << (16 * offset);
        (word(0) | word(1) | word(2) | word(3)).cast_signed()
    };
    _mm256_set_epi64x(quarter(12), quarter(8), quarter(4), quarter(0))
}

#[inline]
#[target_feature(enable = "avx2")]
fn total(sums: __m256i) -> i32 {
    let four = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256::<1>(sums));
    let two = _mm_add_epi32(four, _mm_shuffle_epi32::<0b01_00_11_10>(four));
    let one = _mm_add_epi32(two, _mm_shuffle_epi32::<0b10_11_00_01>(two));
    _mm_cvtsi128_si32(one)
}
