//! Faces as callers bring and get them.

use std::fmt;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::embedding::Embedding;
use crate::names::{ExternalImageId, FaceId, ImageId, UserId};

/// Where a face is: fractions of the image's width and height, from its top left corner. May reach beyond the image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// Left edge, in widths of the image.
    pub left: f32,
    /// Top edge, in heights of the image.
    pub top: f32,
    /// Width, in widths of the image.
    pub width: f32,
    /// Height, in heights of the image.
    pub height: f32,
}

impl Bounds {
    /// Area that two boxes share, divided by the area that they cover together: 1 for equal boxes, 0 for disjoint or
    /// empty ones.
    #[must_use]
    pub fn overlap(&self, other: &Self) -> f32 {
        let shared =
            |a: f32, a_len: f32, b: f32, b_len: f32| ((a + a_len).min(b + b_len) - a.max(b)).max(0.0);
        let both = shared(self.left, self.width, other.left, other.width)
            * shared(self.top, self.height, other.top, other.height);
        let either = self.width * self.height + other.width * other.height - both;
        if 0.0 < either { both / either } else { 0.0 }
    }
}

/// Names the content of an image file: its SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ImageDigest(pub [u8; 32]);

impl ImageDigest {
    /// Of a file's bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl fmt::Debug for ImageDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImageDigest").finish_non_exhaustive()
    }
}

/// The faces of one image, to be stored all or none.
#[derive(Clone, Debug)]
pub struct NewFaces {
    /// The image they were found in.
    pub image: ImageDigest,
    /// The caller's own name of the image.
    pub external_image_id: Option<ExternalImageId>,
    /// Version of what detected them; at most 255 bytes.
    pub detection_model: Arc<str>,
    /// The faces; their order is that of the answer.
    pub faces: Vec<NewFace>,
}

/// A face to be stored.
#[derive(Clone, Debug)]
pub struct NewFace {
    /// Where it is in the image.
    pub bounds: Bounds,
    /// How certainly it is a face, in the caller's unit.
    pub confidence: f32,
    /// What it looks like.
    pub embedding: Embedding,
}

/// Answer to [`NewFaces`].
#[derive(Clone, Debug, PartialEq)]
pub struct AddedFaces {
    /// The image, under the same name as long as a face of it is stored.
    pub image_id: ImageId,
    /// One for each face brought, in that order.
    pub faces: Vec<AddedFace>,
}

/// A face that is stored now.
#[derive(Clone, Debug, PartialEq)]
pub struct AddedFace {
    /// The face as it is stored.
    pub face: Face,
    /// Whether it was stored by this call; otherwise an earlier one had stored it from the same image.
    pub is_new: bool,
}

/// A stored face.
#[derive(Clone, Debug, PartialEq)]
pub struct Face {
    /// Its name.
    pub id: FaceId,
    /// Name of the image it was found in.
    pub image_id: ImageId,
    /// The caller's name of that image.
    pub external_image_id: Option<ExternalImageId>,
    /// Where it is in the image.
    pub bounds: Bounds,
    /// How certainly it is a face, in the unit of whoever stored it.
    pub confidence: f32,
    /// Version of what detected it.
    pub detection_model: Arc<str>,
    /// The user it is associated with.
    pub user: Option<UserId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn bounds(left: f32, top: f32, width: f32, height: f32) -> Bounds {
        Bounds {
            left,
            top,
            width,
            height,
        }
    }

    #[test]
    fn overlap_is_shared_area_over_covered_area() {
        let unit = bounds(0.0, 0.0, 1.0, 1.0);
        assert_eq!(unit.overlap(&unit).to_bits(), 1.0_f32.to_bits());
        assert!((unit.overlap(&bounds(0.5, 0.0, 1.0, 1.0)) - 1.0 / 3.0).abs() < 1e-6);
        assert_eq!(unit.overlap(&bounds(2.0, 0.0, 1.0, 1.0)).to_bits(), 0);
        assert_eq!(
            bounds(0.0, 0.0, 0.0, 0.0)
                .overlap(&bounds(0.0, 0.0, 0.0, 0.0))
                .to_bits(),
            0
        );
    }
}
