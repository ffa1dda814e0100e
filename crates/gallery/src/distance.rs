//! Squared Euclidean distance: the only measure of the crate.

use std::cmp::Ordering;
use std::fmt;

/// Partial sums that a distance is added up in. Sixteen `f32`s are one register of AVX-512, two of AVX, four of SSE or
/// NEON; whichever the compiler uses, the additions and their order are these, and so are the bits of the result.
pub(crate) const LANES: usize = 16;

/// A squared Euclidean distance: never negative, never "not a number", possibly infinite. Smaller is nearer.
///
/// A type of its own because published thresholds are plain distances: 0.6 for dlib's network is 0.36 here.
#[derive(Clone, Copy, PartialEq)]
pub struct SquaredDistance(f32);

impl SquaredDistance {
    /// Of an embedding to itself.
    pub const ZERO: Self = Self(0.0);
    /// As a limit: everything is within.
    pub const INFINITE: Self = Self(f32::INFINITY);

    /// Takes an already squared number; `None` if it is negative or not a number.
    #[must_use]
    pub fn new(squared: f32) -> Option<Self> {
        (0.0 <= squared).then(|| Self(squared.abs())) // `abs` makes -0.0 be 0.0
    }

    /// Squares a plain distance; `None` if it is negative or not a number.
    #[must_use]
    pub fn from_distance(distance: f32) -> Option<Self> {
        Self::new(distance).map(|it| Self(it.0 * it.0))
    }

    /// The squared number.
    #[must_use]
    pub fn squared(self) -> f32 {
        self.0
    }

    /// The plain distance.
    #[must_use]
    pub fn distance(self) -> f32 {
        self.0.sqrt()
    }
}

impl fmt::Debug for SquaredDistance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}²", self.distance())
    }
}

impl Eq for SquaredDistance {}

impl Ord for SquaredDistance {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for SquaredDistance {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Squared distance of two vectors of one length. Zeros appended to both change no bit of it.
///
/// The sum's relative error is below `(len / LANES + 6) * f32::EPSILON`: that many roundings touch a summand.
pub(crate) fn squared_distance(a: &[f32], b: &[f32]) -> SquaredDistance {
    debug_assert_eq!(a.len(), b.len());
    let (a_chunks, a_rest) = a.as_chunks::<LANES>();
    let (b_chunks, b_rest) = b.as_chunks::<LANES>();
    let mut sums = [0.0_f32; LANES];
    for (a, b) in a_chunks.iter().zip(b_chunks) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            let difference = a - b;
            *sum += difference * difference;
        }
    }
    for ((sum, a), b) in sums.iter_mut().zip(a_rest).zip(b_rest) {
        let difference = a - b;
        *sum += difference * difference;
    }
    let mut width = LANES / 2;
    while 0 < width {
        for lane in 0..width {
            sums[lane] += sums[lane + width];
        }
        width /= 2;
    }
    // Finite inputs: a difference may overflow to infinity, but nothing is subtracted from an infinity.
    SquaredDistance(sums[0])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_sum_is_as_exact_as_documented(
            pairs in prop::collection::vec((-1e3_f32..1e3, -1e3_f32..1e3), 0..300)
        ) {
            let (a, b): (Vec<f32>, Vec<f32>) = pairs.into_iter().unzip();
            let exact: f64 = a.iter().zip(&b).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum();
            let found = f64::from(squared_distance(&a, &b).squared());
            let tolerance = (a.len() / LANES + 6) as f64 * f64::from(f32::EPSILON) * exact;
            prop_assert!((found - exact).abs() <= tolerance, "{found} {exact}");
        }

        #[test]
        fn zeros_appended_to_both_change_no_bit(
            pairs in prop::collection::vec((-1e3_f32..1e3, -1e3_f32..1e3), 0..70), zeros in 0_usize..40
        ) {
            let (mut a, mut b): (Vec<f32>, Vec<f32>) = pairs.into_iter().unzip();
            let before = squared_distance(&a, &b);
            a.resize(a.len() + zeros, 0.0);
            b.resize(b.len() + zeros, 0.0);
            prop_assert_eq!(before.squared().to_bits(), squared_distance(&a, &b).squared().to_bits());
        }
    }

    #[test]
    fn extreme_vectors_are_infinitely_far_and_never_not_a_number() {
        let far = squared_distance(&[f32::MAX; 33], &[f32::MIN; 33]);
        assert_eq!(far, SquaredDistance::INFINITE);
    }

    #[test]
    fn only_numbers_from_zero_up_are_distances() {
        assert_eq!(SquaredDistance::new(f32::NAN), None);
        assert_eq!(SquaredDistance::new(-1.0), None);
        assert_eq!(SquaredDistance::new(-0.0), Some(SquaredDistance::ZERO));
        assert_eq!(
            SquaredDistance::from_distance(3.0).map(SquaredDistance::squared),
            Some(9.0)
        );
        assert!(SquaredDistance::ZERO < SquaredDistance::INFINITE);
    }
}
