//! The aligned chip of a face: the face upright, its features always in the same places.

use serde::Deserialize;

use crate::geometry::Point;
use crate::landmarks::Landmarks;
use crate::pyramid::Grid;

/// Where a network wants to see the features of a face.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Template {
    /// dlib's mean face with a quarter of its width around it.
    Dlib,
    /// The five points that InsightFace's networks, SFace and many others are trained with: eyes, tip of the nose,
    /// corners of the mouth.
    Arcface,
}

impl Template {
    /// Grid of the chip of `pixels` across.
    pub(crate) fn grid(self, points: &Landmarks, pixels: usize) -> Grid {
        match self {
            Self::Dlib => chip(points, pixels),
            Self::Arcface => five_points(points, pixels),
        }
    }
}

/// Part of a face's width that a chip shows on each side of it.
const PADDING: f32 = 0.25;

/// Grid of the chip of `pixels` across: the similarity that takes dlib's mean face closest to the
/// landmarks, in the sense of least squares. Brows and lower lip are left out, because they move.
pub(crate) fn chip(points: &Landmarks, pixels: usize) -> Grid {
    let pairs: Vec<(Point, Point)> = (FIRST..points.len())
        .filter(|it| !matches!(it, 17..=26 | 55..=59))
        .map(|it| {
            let place = |mean: f32| (PADDING + mean) / (1.0 + 2.0 * PADDING) * pixels as f32;
            (
                Point {
                    x: place(MEAN_X[it - FIRST]),
                    y: place(MEAN_Y[it - FIRST]),
                },
                points[it],
            )
        })
        .collect();
    similarity(&pairs)
}

/// Grid of the chip that shows five points where ArcFace's template has them.
fn five_points(points: &Landmarks, pixels: usize) -> Grid {
    let found = [
        Point::mean(&points[36..42]),
        Point::mean(&points[42..48]),
        points[30],
        points[48],
        points[54],
    ];
    let scale = pixels as f32 / ARCFACE_PX;
    let pairs: Vec<(Point, Point)> = ARCFACE
        .into_iter()
        .map(|(x, y)| Point {
            x: x * scale,
            y: y * scale,
        })
        .zip(found)
        .collect();
    similarity(&pairs)
}

/// The grid that takes the first point of each pair closest to the second.
fn similarity(pairs: &[(Point, Point)]) -> Grid {
    let from_center = Point::mean(&pairs.iter().map(|it| it.0).collect::<Vec<_>>());
    let to_center = Point::mean(&pairs.iter().map(|it| it.1).collect::<Vec<_>>());
    let (mut along, mut across, mut spread) = (0.0, 0.0, 0.0);
    for (from, to) in pairs {
        let from = Point {
            x: from.x - from_center.x,
            y: from.y - from_center.y,
        };
        let to = Point {
            x: to.x - to_center.x,
            y: to.y - to_center.y,
        };
        along += from.x * to.x + from.y * to.y;
        across += from.x * to.y - from.y * to.x;
        spread += from.x * from.x + from.y * from.y;
    }
    let right = Point {
        x: along / spread,
        y: across / spread,
    };
    let origin = Point {
        x: to_center.x - from_center.x * right.x + from_center.y * right.y,
        y: to_center.y - from_center.x * right.y - from_center.y * right.x,
    };
    Grid { origin, right }
}

/// First landmark of the mean face: the jaw is not in it.
const FIRST: usize = 17;

/// dlib's mean face (`face_pose_normalization` of its chip extraction, BSL-1.0), points 17 to 67.
#[rustfmt::skip]
#[expect(clippy::unreadable_literal, reason = "as dlib has them")]
const MEAN_X: [f32; 51] = [
    0.000213256, 0.0752622, 0.18113, 0.29077, 0.393397, 0.586856, 0.689483, 0.799124, 0.904991, 0.98004,
    0.490127, 0.490127, 0.490127, 0.490127, 0.36688, 0.426036, 0.490127, 0.554217, 0.613373, 0.121737,
    0.187122, 0.265825, 0.334606, 0.260918, 0.182743, 0.645647, 0.714428, 0.793132, 0.858516, 0.79751,
    0.719335, 0.254149, 0.340985, 0.428858, 0.490127, 0.551395, 0.639268, 0.726104, 0.642159, 0.556721,
    0.490127, 0.423532, 0.338094, 0.290379, 0.428096, 0.490127, 0.552157, 0.689874, 0.553364, 0.490127,
    0.42689,
];

/// See [`MEAN_X`].
#[rustfmt::skip]
#[expect(clippy::unreadable_literal, reason = "as dlib has them")]
const MEAN_Y: [f32; 51] = [
    0.106454, 0.038915, 0.0187482, 0.0344891, 0.0773906, 0.0773906, 0.0344891, 0.0187482, 0.038915, 0.106454,
    0.203352, 0.307009, 0.409805, 0.515625, 0.587326, 0.609345, 0.628106, 0.609345, 0.587326, 0.216423,
    0.178758, 0.179852, 0.231733, 0.245099, 0.244077, 0.231733, 0.179852, 0.178758, 0.216423, 0.244077,
    0.245099, 0.780233, 0.745405, 0.727388, 0.742578, 0.727388, 0.745405, 0.780233, 0.864805, 0.902192,
    0.909281, 0.902192, 0.864805, 0.784792, 0.778746, 0.785343, 0.778746, 0.784792, 0.824182, 0.831803,
    0.824182,
];

/// Side of the chip that [`ARCFACE`] is given for.
const ARCFACE_PX: f32 = 112.0;

/// Left eye, right eye, tip of the nose, left and right corner of the mouth, as the image shows them: the template that
/// InsightFace publishes (`face_align.py`, MIT).
const ARCFACE: [(f32, f32); 5] = [
    (38.2946, 51.6963),
    (73.5318, 51.5014),
    (56.0252, 71.7366),
    (41.5493, 92.3655),
    (70.7299, 92.2041),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_face_itself_is_not_moved() {
        let place = |mean: f32| (PADDING + mean) / 1.5 * 150.0;
        let face = std::array::from_fn(|it| {
            let it = it.max(FIRST) - FIRST;
            Point {
                x: place(MEAN_X[it]),
                y: place(MEAN_Y[it]),
            }
        });
        let grid = chip(&face, 150);
        assert!(grid.to_photo(Point { x: 0.0, y: 0.0 }).distance(Point::default()) < 1e-2);
        assert!((grid.step() - 1.0).abs() < 1e-4);
    }

    #[test]
    fn five_points_of_the_template_itself_are_not_moved() {
        let face = std::array::from_fn(|it| {
            let at = match it {
                36..42 => 0,
                42..48 => 1,
                30 => 2,
                48 => 3,
                _ => 4,
            };
            let (x, y) = ARCFACE[at];
            Point { x, y }
        });
        let grid = Template::Arcface.grid(&face, 112);
        assert!(grid.to_photo(Point { x: 0.0, y: 0.0 }).distance(Point::default()) < 1e-3);
        assert!((grid.step() - 1.0).abs() < 1e-4);
    }

    #[test]
    fn a_turned_and_enlarged_face_gives_a_turned_and_enlarged_grid() {
        let face = std::array::from_fn(|it| {
            let it = it.max(FIRST) - FIRST;
            // Twice as large, turned by a quarter clockwise.
            Point {
                x: 100.0 - 200.0 * MEAN_Y[it],
                y: 50.0 + 200.0 * MEAN_X[it],
            }
        });
        let grid = chip(&face, 150);
        assert!((grid.step() - 2.0).abs() < 1e-3);
        assert!(grid.right.x.abs() < 1e-3 && (grid.right.y - 2.0).abs() < 1e-3);
    }
}
