//! The face's shape as a 3 × 3 histogram of its landmarks.
//!
//! The bins span the landmarks' own extent, so moving or scaling a picture changes nothing, while turning a head
//! (points at different depths move past each other) does. From the reference challenge.

use serde::{Deserialize, Serialize};

use crate::space::Point;

/// Bins a side, from the reference.
const BINS: usize = 3;

/// Number of landmarks in each of 3 × 3 bins, row by row. More than 65,535 landmarks are not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape([u16; BINS * BINS]);

impl Shape {
    /// Returns the shape of these landmarks, all of which are finite; all bins are 0 where there are none.
    #[must_use]
    pub fn of(landmarks: &[Point]) -> Self {
        let mut bins = [0_u16; BINS * BINS];
        let columns = Axis::of(landmarks.iter().map(|it| it.x));
        let rows = Axis::of(landmarks.iter().map(|it| it.y));
        for point in landmarks {
            let bin = &mut bins[BINS * rows.bin(point.y) + columns.bin(point.x)];
            *bin = bin.saturating_add(1);
        }
        Self(bins)
    }

    /// Euclidean distance of two shapes as shares of their landmarks, 0 to √2.
    #[must_use]
    pub fn distance(&self, other: &Self) -> f64 {
        let squares = self.shares().zip(other.shares()).map(|(a, b)| (a - b) * (a - b));
        squares.sum::<f64>().sqrt()
    }

    /// Share of the landmarks in each bin; all 0 where there are none.
    fn shares(&self) -> impl Iterator<Item = f64> {
        let count = self.0.iter().map(|it| f64::from(*it)).sum::<f64>().max(1.0);
        self.0.into_iter().map(move |it| f64::from(it) / count)
    }
}

/// The extent of one coordinate.
struct Axis {
    first: f64,
    length: f64,
}

impl Axis {
    fn of(values: impl Iterator<Item = f64> + Clone) -> Self {
        let first = values.clone().fold(f64::INFINITY, f64::min);
        let last = values.fold(f64::NEG_INFINITY, f64::max);
        if first < last {
            Self {
                first,
                length: last - first,
            }
        } else {
            // All on one line: half a pixel on both sides, as numpy widens a degenerate range.
            Self {
                first: first - 0.5,
                length: 1.0,
            }
        }
    }

    /// The last bin includes its upper edge.
    fn bin(&self, value: f64) -> usize {
        ((BINS as f64 * (value - self.first) / self.length) as usize).min(BINS - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(coordinates: &[(f64, f64)]) -> Vec<Point> {
        coordinates.iter().map(|&(x, y)| Point { x, y }).collect()
    }

    #[test]
    fn corners_and_centre_fall_into_corners_and_centre() {
        let shape = Shape::of(&points(&[
            (0.0, 0.0),
            (9.0, 0.0),
            (4.5, 4.5),
            (0.0, 9.0),
            (9.0, 9.0),
        ]));
        assert_eq!(shape, Shape([1, 0, 1, 0, 1, 0, 1, 0, 1]));
    }

    #[test]
    fn moving_and_scaling_change_nothing() {
        let face = points(&[(0.0, 0.0), (9.0, 0.0), (4.0, 5.0), (1.0, 8.0), (7.0, 9.0)]);
        let moved: Vec<_> = face
            .iter()
            .map(|it| Point {
                x: 3.0 * it.x + 100.0,
                y: 2.0 * it.y - 40.0,
            })
            .collect();
        assert!(Shape::of(&face).distance(&Shape::of(&moved)) < 1e-12);
    }

    #[test]
    fn one_point_and_none_have_a_shape_too() {
        let one = Shape::of(&points(&[(5.0, 5.0)]));
        assert_eq!(one, Shape([0, 0, 0, 0, 1, 0, 0, 0, 0]));
        // All in one bin against one landmark in each of two.
        let two = Shape::of(&points(&[(0.0, 5.0), (9.0, 5.0)]));
        assert!((one.distance(&two) - 1.5_f64.sqrt()).abs() < 1e-12);
        assert!((one.distance(&Shape::of(&[])) - 1.0).abs() < 1e-12);
    }
}
