//! Where the faces are.
//!
//! The network finds faces of 30 to 200 pixels of the image that it is shown, and finds them best near 50
//! and 100. So the photo is shown to it at several sizes: small, where a face that fills the photo is as
//! small as the network wants it, and larger and larger for as long as there are small faces to be found.
//! What it is not sure of is looked at once more, in a crop of its own.

mod anchors;
mod nms;
mod ssd;

pub(crate) use nms::Detection;

use crate::EngineError;
use crate::geometry::{Point, Rect};
use crate::models::Model;
use crate::pyramid::{Grid, Pyramid};
use crate::tensor::sigmoid;

/// How to look. Sizes are those of the image that the network is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Policy {
    /// Longer sides at which the whole photo is shown, each at least [`LEAST_STEP`] times the one before.
    pub(crate) sides_px: &'static [usize],
    /// Largest enlargement at those sides, `1.0..`: a small photo has no small faces that could be told.
    pub(crate) zoom: f32,
    /// Longer sides at which it is shown in addition, in this order, as long as small faces turn up.
    pub(crate) closer_sides_px: &'static [usize],
    /// A face is small if it is shorter than this, at the largest size shown so far.
    pub(crate) small_px: f32,
    /// Longer side of the tiles that a large image is cut into.
    pub(crate) tile_px: usize,
    /// How far tiles overlap, so that a small face is whole in one of them.
    pub(crate) overlap_px: usize,
    /// Largest enlargement at the closer sides, `1.0..`.
    pub(crate) max_zoom: f32,
    /// Score above which something may be a face, `0.0..1.0`.
    pub(crate) candidate: f32,
    /// Score above which it is looked at only once, `0.0..1.0`.
    pub(crate) sure: f32,
    /// Size of the crop for the second look, in heights of the face.
    pub(crate) look_heights: f32,
    /// Side of that crop as the network is shown it.
    pub(crate) look_px: usize,
    /// Score above which it is a face, `0.0..1.0`. Eight of ten detections that just exceed it are faces
    /// ([`confidence`]).
    pub(crate) confident: f32,
}

/// A side is left out if it is less than so many times the one before.
const LEAST_STEP: f32 = 1.25;

impl Policy {
    /// Measured on photos of every kind; `docs/models.md` has the figures.
    pub(crate) const DEFAULT: Self = Self {
        sides_px: &[64, 128, 256, 512],
        zoom: 1.25,
        closer_sides_px: &[1024, 2048],
        small_px: 36.0,
        tile_px: 1024,
        overlap_px: 128,
        max_zoom: 3.0,
        candidate: 0.15,
        sure: 0.85,
        look_heights: 3.0,
        look_px: 160,
        confident: 0.3,
    };
}

/// Finds faces.
#[derive(Debug)]
pub(crate) struct Detector {
    model: Model,
    policy: Policy,
}

/// Passes at this side or above see a face well enough to be believed at once; so does the closest look at a photo that
/// is too small for it.
const RELIABLE_SIDE_PX: usize = 512;

impl Detector {
    pub(crate) fn new(model: Model, policy: Policy) -> Self {
        Self { model, policy }
    }

    /// All faces of the photo, most confident first.
    pub(crate) fn detect(&self, photo: &Pyramid<'_>) -> Result<Vec<Detection>, EngineError> {
        let mut found = Vec::new();
        let sides = self.sides(photo);
        let mut largest_side = sides.last().copied().unwrap_or(RELIABLE_SIDE_PX);
        let reliable_side = RELIABLE_SIDE_PX.min(largest_side);
        for side in sides {
            let seen = self.show(photo, side)?.into_iter();
            found.extend(seen.map(|it| Detection {
                is_reliable: reliable_side <= side,
                ..it
            }));
        }
        for &side in self.policy.closer_sides_px {
            if !self.pays_to_look_closer(photo, &found, largest_side, side) {
                break;
            }
            let seen = self.show(photo, side)?.into_iter();
            found.extend(seen.map(|it| Detection {
                is_reliable: true,
                ..it
            }));
            largest_side = side;
        }
        let merged = nms::merge(found);
        let looked = merged
            .into_iter()
            .map(|it| self.look_again(photo, it))
            .collect::<Result<Vec<_>, _>>()?;
        let mut faces = nms::merge(looked);
        faces.retain(|it| self.policy.confident < it.score);
        Ok(faces)
    }

    /// Longer sides at which the photo is shown in any case.
    fn sides(&self, photo: &Pyramid<'_>) -> Vec<usize> {
        let longer = photo.width().max(photo.height()) as f32;
        let largest = (longer * self.policy.zoom).ceil() as usize;
        let mut sides: Vec<usize> = Vec::new();
        for side in self.policy.sides_px.iter().map(|it| largest.min(*it)) {
            if sides
                .last()
                .is_none_or(|it| *it as f32 * LEAST_STEP <= side as f32)
            {
                sides.push(side);
            }
        }
        sides
    }

    /// Whether the photo should be shown at `next`, after it was shown at `side` and below.
    fn pays_to_look_closer(
        &self,
        photo: &Pyramid<'_>,
        found: &[Detection],
        side: usize,
        next: usize,
    ) -> bool {
        let longer = photo.width().max(photo.height()) as f32;
        if longer * self.policy.max_zoom < next as f32 {
            return false;
        }
        let zoom = side as f32 / longer;
        found
            .iter()
            .any(|it| it.bounds.height * zoom < self.policy.small_px)
    }

    /// Shows the whole photo, its longer side `side` pixels, in tiles if that is large.
    fn show(&self, photo: &Pyramid<'_>, side: usize) -> Result<Vec<Detection>, EngineError> {
        let longer = photo.width().max(photo.height());
        let step = longer as f32 / side as f32;
        let shown = |length: usize| ((length as f32 / step).round() as usize).max(1);
        let (width, height) = (shown(photo.width()), shown(photo.height()));
        let mut found = Vec::new();
        for (top, rows) in self.tiles(height) {
            for (left, columns) in self.tiles(width) {
                let origin = Point {
                    x: left as f32 * step,
                    y: top as f32 * step,
                };
                let grid = Grid {
                    origin,
                    right: Point { x: step, y: 0.0 },
                };
                found.extend(self.run(photo, grid, rows, columns)?);
            }
        }
        Ok(found)
    }

    /// Starts and lengths of the tiles along a side of `length` pixels.
    fn tiles(&self, length: usize) -> Vec<(usize, usize)> {
        let Policy {
            tile_px, overlap_px, ..
        } = self.policy;
        if length <= tile_px {
            return vec![(0, length)];
        }
        let n = (length - overlap_px).div_ceil(tile_px - overlap_px);
        let stride = (length - tile_px).div_ceil(n - 1);
        (0..n)
            .map(|it| ((it * stride).min(length - tile_px), tile_px))
            .collect()
    }

    /// What the network sees in an image of `height` by `width`, in pixels of the photo.
    fn run(
        &self,
        photo: &Pyramid<'_>,
        grid: Grid,
        height: usize,
        width: usize,
    ) -> Result<Vec<Detection>, EngineError> {
        let canvas = |length: usize| length.next_multiple_of(ssd::CANVAS_STEP_PX);
        let (rows, columns) = (canvas(height), canvas(width));
        let image = photo.sample(grid, rows, columns, &self.model.input);
        let [output] = self.model.run(&image)?;
        let boxes = ssd::decode(&output, rows, columns, self.policy.candidate)
            .ok_or_else(|| self.model.unexpected_shape())?;
        let mut found: Vec<_> = boxes
            .into_iter()
            .map(|it| {
                let corner = grid.to_photo(Point {
                    x: it.bounds.left,
                    y: it.bounds.top,
                });
                let (width, height) = (it.bounds.width * grid.step(), it.bounds.height * grid.step());
                let bounds = Rect {
                    left: corner.x,
                    top: corner.y,
                    width,
                    height,
                };
                Detection { bounds, ..it }
            })
            .filter(|it| it.bounds.is_proper())
            .collect();
        found = nms::suppress(found, ssd::IOU);
        Ok(found)
    }

    /// A second look at what is not certain: confidence becomes the mean of both looks.
    fn look_again(&self, photo: &Pyramid<'_>, first: Detection) -> Result<Detection, EngineError> {
        if self.policy.sure < first.score && first.is_reliable {
            return Ok(first);
        }
        let side = first.bounds.width.max(first.bounds.height) * self.policy.look_heights;
        let pixels = self.policy.look_px;
        let grid = Grid::square(first.bounds.center(), side, 0.0, pixels);
        let seen = self.run(photo, grid, pixels, pixels)?;
        let same = seen
            .into_iter()
            .filter(|it| SAME_FACE_IOU < it.bounds.iou(first.bounds));
        let second = same.max_by(|a, b| a.score.total_cmp(&b.score));
        Ok(match second {
            Some(second) => Detection {
                bounds: if first.is_reliable {
                    first.bounds
                } else {
                    second.bounds
                },
                score: first.score.midpoint(second.score),
                is_reliable: true,
            },
            None => Detection {
                score: first.score / 2.0,
                ..first
            },
        })
    }
}

/// Probability that a detection of this score is a face, `0.0..=1.0`.
///
/// The logistic curve through the shares of faces among 1,299 detections in photos of crowds, portraits and tight crops:
/// 0.67 at scores around 0.25, 0.80 at 0.35, 0.92 at 0.55, 0.97 at 0.7, 0.998 at 0.95. `docs/models.md` says how they
/// were counted.
pub(crate) fn confidence(score: f32) -> f32 {
    const SLOPE: f32 = 1.35;
    const OFFSET: f32 = 2.22;
    let score = score.clamp(1e-6, 1.0 - 1e-6);
    sigmoid(SLOPE * (score / (1.0 - score)).ln() + OFFSET)
}

/// Overlap above which two boxes are of the same face.
const SAME_FACE_IOU: f32 = 0.3;

#[cfg(test)]
mod tests;
