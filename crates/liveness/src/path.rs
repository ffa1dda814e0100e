//! The nose's path: points, and how far they are from a parabola.
//!
//! A head that turns draws a smooth curve. A picture held in a hand shakes, and pictures cut together jump.

use crate::space::Point;

/// Root of the mean squared distance, along `y`, of the points from their least-squares parabola y = a + bx + cx².
///
/// `None` where the points do not determine a parabola with something left to judge it by: fewer than four points,
/// fewer than three different `x`, or numbers that are not finite.
#[must_use]
pub fn residual(points: &[Point]) -> Option<f64> {
    if points.len() < 4 || points.iter().any(|it| !it.x.is_finite() || !it.y.is_finite()) {
        return None;
    }
    let n = points.len() as f64;
    let mean = points.iter().map(|it| it.x).sum::<f64>() / n;
    let reach = points.iter().map(|it| (it.x - mean).abs()).fold(0.0, f64::max);
    if reach <= f64::EPSILON * mean.abs().max(1.0) {
        return None;
    }
    // Centred and scaled to -1..1: the fit is the same, and its equations are well conditioned.
    let scaled: Vec<(f64, f64)> = points.iter().map(|it| ((it.x - mean) / reach, it.y)).collect();
    let [a, b, c] = parabola(&scaled)?;
    let squares = scaled.iter().map(|&(x, y)| (y - a - b * x - c * x * x).powi(2));
    Some((squares.sum::<f64>() / n).sqrt())
}

/// Smallest pivot of normal equations that have rank 3, relative to the number of points.
///
/// `x` is within -1..1; below this, differences in `x` are rounding. Chosen: the square of 1e-5, far under a pixel.
const SMALLEST_PIVOT: f64 = 1e-10;

/// Coefficients of the least-squares parabola, by Gaussian elimination of the normal equations.
fn parabola(points: &[(f64, f64)]) -> Option<[f64; 3]> {
    let mut rows = [[0.0; 4]; 3];
    for &(x, y) in points {
        let powers = [1.0, x, x * x];
        for (row, power) in rows.iter_mut().zip(powers) {
            for (cell, factor) in row.iter_mut().zip([1.0, x, x * x, y]) {
                *cell += power * factor;
            }
        }
    }
    // The matrix is symmetric and not negative: its pivots can be taken in order.
    for at in 0..3 {
        let pivot = rows[at];
        if pivot[at] <= SMALLEST_PIVOT * points.len() as f64 {
            return None;
        }
        for row in &mut rows[at + 1..] {
            let factor = row[at] / pivot[at];
            for (cell, above) in row.iter_mut().zip(pivot) {
                *cell -= factor * above;
            }
        }
    }
    let c = rows[2][3] / rows[2][2];
    let b = (rows[1][3] - rows[1][2] * c) / rows[1][1];
    let a = (rows[0][3] - rows[0][1] * b - rows[0][2] * c) / rows[0][0];
    Some([a, b, c])
}

/// Number of points that are farther than `spacing` from every one before them.
#[must_use]
pub fn distinct(points: &[Point], spacing: f64) -> usize {
    let is_new = |&at: &usize| points[..at].iter().all(|it| spacing < it.distance(points[at]));
    (0..points.len()).filter(is_new).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(coordinates: &[(f64, f64)]) -> Vec<Point> {
        coordinates.iter().map(|&(x, y)| Point { x, y }).collect()
    }

    #[test]
    fn points_of_a_parabola_leave_nothing() {
        let curve: Vec<_> = (0..9)
            .map(|step| 300.0 + 7.0 * f64::from(step))
            .map(|x| Point {
                x,
                y: 240.0 - 0.3 * x + 0.002 * x * x,
            })
            .collect();
        assert!(residual(&curve).unwrap() < 1e-9);
    }

    #[test]
    fn what_is_left_is_the_root_mean_square() {
        // The parabola through four equidistant points misses each by the same share of the third difference:
        // residuals of y = (0, 1, -1, 0) are (-1, 3, -3, 1) · 6/20.
        let rms = residual(&points(&[(0.0, 0.0), (1.0, 1.0), (2.0, -1.0), (3.0, 0.0)])).unwrap();
        assert!((rms - 0.3 * 5.0_f64.sqrt()).abs() < 1e-12, "{rms}");
    }

    #[test]
    fn points_that_determine_no_parabola_have_no_residual() {
        assert_eq!(residual(&points(&[(0.0, 0.0), (1.0, 1.0), (2.0, 4.0)])), None);
        assert_eq!(
            residual(&points(&[(1.0, 0.0), (1.0, 1.0), (1.0, 2.0), (1.0, 3.0)])),
            None
        );
        assert_eq!(
            residual(&points(&[(0.0, 0.0), (1.0, 1.0), (0.0, 2.0), (1.0, 3.0)])),
            None
        );
        assert_eq!(
            residual(&points(&[(0.0, f64::NAN), (1.0, 1.0), (2.0, 2.0), (3.0, 3.0)])),
            None
        );
    }

    #[test]
    fn a_point_that_was_there_before_is_not_distinct() {
        let path = points(&[(0.0, 0.0), (0.5, 0.0), (2.0, 0.0), (0.2, 0.1), (4.0, 0.0)]);
        assert_eq!(distinct(&path, 1.0), 3);
        assert_eq!(distinct(&[], 1.0), 0);
    }
}
