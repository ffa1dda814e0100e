//! From the detector's numbers to boxes.

use super::anchors::anchors;
use super::nms::Detection;
use crate::geometry::Rect;
use crate::tensor::{Output, sigmoid};

/// Sides of the image are rounded up to a multiple of this, so that the first three feature maps divide it.
pub(crate) const CANVAS_STEP_PX: usize = 64;

/// Intersection over union above which the reference library drops the lower score.
pub(crate) const IOU: f32 = 0.5;

/// What encodes a box relative to its anchor is multiplied by these (TensorFlow's `faster_rcnn_box_coder`).
const CENTER_SCALE: f32 = 10.0;
const SIZE_SCALE: f32 = 5.0;

/// Logarithm of the largest growth of an anchor; the largest box of the network's data is far below it.
const MAX_LOG_GROWTH: f32 = 4.0;

/// Boxes of an image of `height` by `width` whose score is above `min_score`, in pixels of that image.
/// `None` if the output is not one of this network for an image of that size.
pub(crate) fn decode(output: &Output, height: usize, width: usize, min_score: f32) -> Option<Vec<Detection>> {
    let anchors = anchors(height, width);
    if output.values.len() != anchors.len() * 5 {
        return None;
    }
    let mut found = Vec::new();
    for (&[y, x, h, w, logit], anchor) in output.values.as_chunks::<5>().0.iter().zip(anchors) {
        let score = sigmoid(logit);
        // Not a number is no face.
        if score.is_nan() || score <= min_score {
            continue;
        }
        let growth = |it: f32| (it / SIZE_SCALE).min(MAX_LOG_GROWTH).exp();
        let (width, height) = (growth(w) * anchor.width, growth(h) * anchor.height);
        let left = x / CENTER_SCALE * anchor.width + anchor.x - width / 2.0;
        let top = y / CENTER_SCALE * anchor.height + anchor.y - height / 2.0;
        let bounds = Rect {
            left,
            top,
            width,
            height,
        };
        found.push(Detection {
            bounds,
            score,
            is_reliable: true,
        });
    }
    Some(found)
}
