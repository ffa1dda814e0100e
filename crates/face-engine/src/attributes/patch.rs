//! Small grey patches of a face, described by the directions of their edges.
//!
//! The convolutional networks see a face in 112 pixels, of which an eye has ten. Lids and lips are looked
//! at more closely here: histograms of oriented gradients of an eye and of the mouth at a fixed size.

use crate::geometry::Point;
use crate::landmarks::{self, Landmarks};
use crate::models::{Channels, Normalization};
use crate::pyramid::{Grid, Pyramid};

/// Side of the square cells that a histogram is made of.
const CELL_PX: usize = 6;

/// Directions that are told apart.
const DIRECTIONS: usize = 8;

const EYE: Size = Size {
    width: 36,
    height: 24,
};
const MOUTH: Size = Size {
    width: 48,
    height: 36,
};

/// Width of a patch, in widths of what it shows.
const EYE_MARGIN: f32 = 1.9;
const MOUTH_MARGIN: f32 = 1.5;

/// Least width of an eye and of the mouth, in distances between the eyes: a face in profile has one of each
/// that is seen edge-on.
const LEAST_EYE: f32 = 0.3;
const LEAST_MOUTH: f32 = 0.7;

#[derive(Clone, Copy)]
struct Size {
    width: usize,
    height: usize,
}

impl Size {
    const fn values(self) -> usize {
        self.width / CELL_PX * (self.height / CELL_PX) * DIRECTIONS
    }
}

/// Edges of the eyes: the mean of both, the right one mirrored.
pub(crate) fn eyes(photo: &Pyramid<'_>, points: &Landmarks) -> Vec<f32> {
    let (left, right) = (&points[36..42], &points[42..48]);
    let between = Point::mean(left).distance(Point::mean(right));
    let angle = landmarks::tilt(points);
    let patch = |eye: &[Point]| {
        let width = eye[0].distance(eye[3]).max(between * LEAST_EYE) * EYE_MARGIN;
        Patch::take(photo, Point::mean(eye), width, angle, EYE)
    };
    mean(&patch(left).edges(), &patch(right).mirrored().edges())
}

/// Edges of the mouth: the mean of the patch and its mirror image, because a face has no favourite side.
pub(crate) fn mouth(photo: &Pyramid<'_>, points: &Landmarks) -> Vec<f32> {
    let between = Point::mean(&points[36..42]).distance(Point::mean(&points[42..48]));
    let width = points[48].distance(points[54]).max(between * LEAST_MOUTH) * MOUTH_MARGIN;
    let patch = Patch::take(
        photo,
        Point::mean(&points[48..60]),
        width,
        landmarks::tilt(points),
        MOUTH,
    );
    mean(&patch.edges(), &patch.mirrored().edges())
}

fn mean(a: &[f32], b: &[f32]) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| a.midpoint(*b)).collect()
}

/// Luma, row-major.
struct Patch {
    size: Size,
    luma: Vec<f32>,
}

impl Patch {
    fn take(photo: &Pyramid<'_>, center: Point, width: f32, angle: f32, size: Size) -> Self {
        // A patch of nothing would be NaN all over.
        let step = width.max(0.5) / size.width as f32;
        let grid = Grid::around(center, step, angle, size.height, size.width);
        let rgb = photo.sample(grid, size.height, size.width, &BYTES);
        let luma = |[r, g, b]: &[f32; 3]| 0.299 * r + 0.587 * g + 0.114 * b;
        Self {
            size,
            luma: rgb.values.as_chunks::<3>().0.iter().map(luma).collect(),
        }
    }

    fn mirrored(&self) -> Self {
        let rows = self.luma.chunks_exact(self.size.width);
        Self {
            size: self.size,
            luma: rows.flat_map(|row| row.iter().rev()).copied().collect(),
        }
    }

    /// For each cell, how much edge there is in each direction; the root of the share of the whole.
    fn edges(&self) -> Vec<f32> {
        let Size { width, height } = self.size;
        let mut bins = vec![0.0_f32; self.size.values()];
        for y in 0..height {
            for x in 0..width {
                let across = if 0 < x && x + 1 < width {
                    self.at(x + 1, y) - self.at(x - 1, y)
                } else {
                    0.0
                };
                let down = if 0 < y && y + 1 < height {
                    self.at(x, y + 1) - self.at(x, y - 1)
                } else {
                    0.0
                };
                let turn = down.atan2(across) / std::f32::consts::TAU;
                let direction = turn.rem_euclid(1.0) * DIRECTIONS as f32;
                let (first, part) = (direction as usize, direction.fract());
                let cell = (y / CELL_PX) * (width / CELL_PX) + x / CELL_PX;
                let strength = across.hypot(down);
                bins[cell * DIRECTIONS + first % DIRECTIONS] += strength * (1.0 - part);
                bins[cell * DIRECTIONS + (first + 1) % DIRECTIONS] += strength * part;
            }
        }
        let total = bins.iter().sum::<f32>() + 1e-3;
        bins.into_iter().map(|it| (it / total).sqrt()).collect()
    }

    fn at(&self, x: usize, y: usize) -> f32 {
        self.luma[y * self.size.width + x]
    }
}

/// Bytes as they are.
const BYTES: Normalization = Normalization {
    side_px: 0,
    mean: [0.0; 3],
    scale: 1.0,
    channels: Channels::Rgb,
};

#[cfg(test)]
mod tests {
    use super::*;

    fn stripes(across: f32, down: f32) -> Patch {
        let at = |it: usize| {
            let (x, y) = ((it % EYE.width) as f32, (it / EYE.width) as f32);
            100.0 + 20.0 * (x * across + y * down)
        };
        Patch {
            size: EYE,
            luma: (0..EYE.width * EYE.height).map(at).collect(),
        }
    }

    /// Direction with the most edge in a cell that touches no border.
    fn main_direction(patch: &Patch) -> usize {
        let cell = (EYE.width / CELL_PX + 2) * DIRECTIONS;
        let bins = patch.edges();
        let of_cell = &bins[cell..cell + DIRECTIONS];
        (0..DIRECTIONS)
            .max_by(|a, b| of_cell[*a].total_cmp(&of_cell[*b]))
            .unwrap()
    }

    #[test]
    fn edges_have_their_direction() {
        assert_eq!(main_direction(&stripes(1.0, 0.0)), 0);
        assert_eq!(main_direction(&stripes(0.0, 1.0)), 2);
        assert_eq!(main_direction(&stripes(-1.0, 0.0)), 4);
        assert_eq!(main_direction(&stripes(1.0, 0.0).mirrored()), 4);
    }

    #[test]
    fn contrast_does_not_matter_and_nothing_is_not_a_number() {
        let (weak, strong) = (stripes(0.3, 0.1).edges(), stripes(3.0, 1.0).edges());
        assert!(weak.iter().zip(&strong).all(|(a, b)| (a - b).abs() < 1e-3));
        assert!(stripes(0.0, 0.0).edges().iter().all(|it| *it == 0.0));
    }
}
