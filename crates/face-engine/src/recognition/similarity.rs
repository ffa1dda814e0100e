//! What a distance between two embeddings means to people: a percentage.

use serde::Deserialize;

/// A falling curve from distance to similarity, by straight lines between knots.
///
/// The knots of the shipped model are its measured false-accept rates (`docs/accuracy.md`), so that a threshold on the
/// similarity is a statement about false accepts.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "Vec<(f32, f32)>")]
pub struct SimilarityCurve {
    /// Distance and similarity in percent: the first rises, the second falls, from `(0, 100)` down to 0.
    knots: Vec<(f32, f32)>,
}

/// Knots that make no falling curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "similarity must be knots [distance, percent] from [0, 100] to 0 percent, distances rising, percents falling"
)]
pub struct BadCurve;

impl TryFrom<Vec<(f32, f32)>> for SimilarityCurve {
    type Error = BadCurve;

    fn try_from(knots: Vec<(f32, f32)>) -> Result<Self, BadCurve> {
        let first_is_right = knots.first() == Some(&(0.0, 100.0));
        let last_is_right = knots.last().is_some_and(|it| it.0.is_finite() && it.1 == 0.0);
        let is_falling = knots.is_sorted_by(|a, b| a.0 < b.0 && b.1 < a.1);
        if first_is_right && last_is_right && is_falling {
            Ok(Self { knots })
        } else {
            Err(BadCurve)
        }
    }
}

impl SimilarityCurve {
    /// Similarity in percent, `0.0..=100.0`, of two embeddings at this squared Euclidean distance.
    #[must_use]
    pub fn percent(&self, squared_distance: f32) -> f32 {
        let distance = squared_distance.max(0.0).sqrt();
        let after = self.knots.partition_point(|it| it.0 <= distance);
        match (
            after.checked_sub(1).map(|it| self.knots[it]),
            self.knots.get(after),
        ) {
            (Some(a), Some(b)) => a.1 + (b.1 - a.1) * (distance - a.0) / (b.0 - a.0),
            (None, _) => 100.0,
            (_, None) => 0.0,
        }
    }

    /// The largest squared Euclidean distance whose similarity is at least `percent`; infinite for 0 and less.
    #[must_use]
    pub fn squared_distance(&self, percent: f32) -> f32 {
        if percent <= 0.0 {
            return f32::INFINITY;
        }
        let after = self.knots.partition_point(|it| percent < it.1);
        let distance = match (
            after.checked_sub(1).map(|it| self.knots[it]),
            self.knots.get(after),
        ) {
            (Some(a), Some(b)) => a.0 + (b.0 - a.0) * (percent - a.1) / (b.1 - a.1),
            // More than 100 percent is reached by nobody, exactly 100 by equal embeddings.
            (None, _) if 100.0 < percent => return -1.0,
            (None, _) => 0.0,
            (Some(last), None) => last.0,
        };
        distance * distance
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve() -> SimilarityCurve {
        SimilarityCurve::try_from(vec![(0.0, 100.0), (0.5, 99.0), (0.6, 80.0), (1.0, 0.0)]).unwrap()
    }

    #[test]
    fn it_goes_through_its_knots_and_falls_between_them() {
        for (distance, percent) in [
            (0.0_f32, 100.0_f32),
            (0.25, 99.5),
            (0.5, 99.0),
            (0.6, 80.0),
            (0.8, 40.0),
            (1.0, 0.0),
            (9.0, 0.0),
        ] {
            assert!(
                (curve().percent(distance * distance) - percent).abs() < 1e-3,
                "{distance}"
            );
        }
    }

    #[test]
    fn a_threshold_and_its_distance_belong_together() {
        for percent in [0.1_f32, 20.0, 79.9, 80.0, 80.1, 99.0, 99.9, 100.0] {
            let back = curve().percent(curve().squared_distance(percent));
            assert!((back - percent).abs() < 1e-3, "{percent} {back}");
        }
        assert!(curve().squared_distance(0.0).is_infinite());
    }

    #[test]
    fn what_does_not_fall_is_no_curve() {
        for knots in [
            vec![],
            vec![(0.0, 100.0)],
            vec![(0.1, 100.0), (1.0, 0.0)],
            vec![(0.0, 100.0), (0.5, 50.0), (0.4, 20.0), (1.0, 0.0)],
            vec![(0.0, 100.0), (0.5, 50.0), (0.6, 50.0), (1.0, 0.0)],
            vec![(0.0, 100.0), (1.0, 5.0)],
            vec![(0.0, 100.0), (f32::INFINITY, 0.0)],
        ] {
            assert_eq!(
                SimilarityCurve::try_from(knots.clone()),
                Err(BadCurve),
                "{knots:?}"
            );
        }
    }
}
