//! Distances between landmarks that tell about eyes and mouth, as fractions of the face.

use crate::geometry::{Point, Rect};
use crate::landmarks::Landmarks;

/// How many there are.
pub(crate) const RATIOS: usize = 10;

/// Openings of eyes and mouth, width of the mouth, and how far its corners are drawn up.
pub(crate) fn ratios(points: &Landmarks) -> [f32; RATIOS] {
    let bounds = Rect::around(points);
    let size = bounds.area().sqrt().max(1e-3);
    let apart = |a: usize, b: usize| points[a].distance(points[b]);
    let opening = |upper: [usize; 2], lower: [usize; 2], corners: [usize; 2]| {
        (apart(upper[0], lower[0]) + apart(upper[1], lower[1])) / (2.0 * apart(corners[0], corners[1]) + 1e-3)
    };
    let left = opening([37, 38], [41, 40], [36, 39]);
    let right = opening([43, 44], [47, 46], [42, 45]);
    let lids = apart(37, 41) + apart(38, 40) + apart(43, 47) + apart(44, 46);
    let lips = (apart(61, 67) + apart(62, 66) + apart(63, 65)) / (3.0 * apart(60, 64) + 1e-3);
    [
        left.midpoint(right),
        left.min(right),
        lips,
        apart(48, 54) / size,
        apart(62, 66) / size,
        corners_up(points) / size,
        apart(51, 62) / size,
        apart(66, 57) / size,
        apart(51, 57) / size,
        lids / 4.0 / size,
    ]
}

/// How far the corners of the mouth are above its middle, along the nose.
fn corners_up(points: &Landmarks) -> f32 {
    let middle = |a: usize, b: usize| Point::mean(&[points[a], points[b]]);
    let (corners, lips) = (middle(48, 54), middle(51, 57));
    let nose = Point {
        x: points[33].x - points[27].x,
        y: points[33].y - points[27].y,
    };
    let length = nose.x.hypot(nose.y).max(1e-3);
    -((corners.x - lips.x) * nose.x + (corners.y - lips.y) * nose.y) / length
}
