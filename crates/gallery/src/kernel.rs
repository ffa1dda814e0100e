//! Distances between rows of small integers: the inner loop of a search.
//!
//! [`Kernel::distances`] is what both the scalar code and its AVX2 twin do. Integers leave no room for rounding, so the
//! two agree to the bit, and a test says so.

#[cfg(target_arch = "x86_64")]
mod x86;

/// A row's length is a multiple of this, in components.
pub(crate) const ROW_UNIT: usize = 16;

/// Which instructions the loop is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kernel {
    /// Whatever the compiler makes of it for any processor of the architecture: SSE2 or NEON.
    Scalar,
    /// Twice as wide.
    #[cfg(target_arch = "x86_64")]
    Avx2(x86::Avx2),
}

impl Kernel {
    /// The fastest that this processor runs.
    pub(crate) fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(avx2) = x86::Avx2::detect() {
            return Self::Avx2(avx2);
        }
        Self::Scalar
    }

    /// Writes to `distances[i]` the sum of the squares of `query - rows[i]`, where `rows[i]` is the i-th piece of
    /// `codes` as long as `query`.
    ///
    /// The query's components must be within `-127..=127`, its length a multiple of [`ROW_UNIT`] and at most 4,096, so
    /// that no sum reaches 2³¹ and no difference 2⁸.
    pub(crate) fn distances(self, query: &[i16], codes: &[i8], distances: &mut [i32]) {
        debug_assert!(query.len().is_multiple_of(ROW_UNIT) && query.len() <= 4096);
        debug_assert!(query.iter().all(|it| it.unsigned_abs() <= 127));
        debug_assert_eq!(codes.len(), query.len() * distances.len());
        match self {
            Self::Scalar => scalar(query, codes, distances),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(avx2) => avx2.distances(query, codes, distances),
        }
    }
}

/// Sixteen independent sums per row, which the compiler turns into vectors of whatever width the target has.
fn scalar(query: &[i16], codes: &[i8], distances: &mut [i32]) {
    let (query_units, _) = query.as_chunks::<ROW_UNIT>();
    for (row, distance) in codes.chunks_exact(query.len()).zip(distances) {
        let mut sums = [0_i32; ROW_UNIT];
        for (query, row) in query_units.iter().zip(row.as_chunks::<ROW_UNIT>().0) {
            for ((sum, query), code) in sums.iter_mut().zip(query).zip(row) {
                let difference = i32::from(query - i16::from(*code));
                *sum += difference * difference;
            }
        }
        *distance = sums.iter().sum();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn by_definition(query: &[i16], codes: &[i8]) -> Vec<i32> {
        let square = |(query, code): (&i16, &i8)| (i32::from(*query) - i32::from(*code)).pow(2);
        codes
            .chunks(query.len())
            .map(|row| query.iter().zip(row).map(square).sum())
            .collect()
    }

    fn found(kernel: Kernel, query: &[i16], codes: &[i8]) -> Vec<i32> {
        let mut distances = vec![-1; codes.len() / query.len()];
        kernel.distances(query, codes, &mut distances);
        distances
    }

    proptest! {
        #[test]
        fn every_kernel_gives_the_sum_of_squares(
            (query, codes) in (1_usize..=20, 0_usize..=9).prop_flat_map(|(units, rows)| (
                prop::collection::vec(-127_i16..=127, units * ROW_UNIT),
                prop::collection::vec(any::<i8>(), units * ROW_UNIT * rows),
            ))
        ) {
            let expected = by_definition(&query, &codes);
            prop_assert_eq!(&found(Kernel::Scalar, &query, &codes), &expected);
            prop_assert_eq!(&found(Kernel::detect(), &query, &codes), &expected);
        }
    }

    #[test]
    fn the_longest_and_most_distant_rows_do_not_overflow() {
        let query = vec![-127_i16; 4096];
        let codes = vec![127_i8; 4096 * 3];
        for kernel in [Kernel::Scalar, Kernel::detect()] {
            assert_eq!(found(kernel, &query, &codes), [254 * 254 * 4096; 3]);
        }
    }
}
