//! The pictures that are kept of a photo besides itself.
//!
//! Pure and synchronous; the handler calls it away from the async executor.

mod annotate;
mod digits;

use intake::{Jpeg, Photo, encode};

pub use annotate::{Mark, annotate};

/// Longest side of a thumbnail, in pixels: twice the 160 px at which the client's history shows one.
pub const THUMBNAIL_SIDE_PX: u32 = 320;

/// Quality of thumbnails, 1 to 100. Chosen, not measured.
const THUMBNAIL_QUALITY: u8 = 82;

/// Returns the photo with its faces marked.
#[must_use]
pub fn annotated(photo: &Photo, marks: &[Mark]) -> Jpeg {
    encode(&annotate(photo.picture(), marks))
}

/// Returns the photo small, for lists.
#[must_use]
pub fn thumbnail(photo: &Photo) -> Jpeg {
    let small = picture::thumbnail(photo.picture(), THUMBNAIL_SIDE_PX);
    Jpeg(picture::encode_jpeg(&small, THUMBNAIL_QUALITY))
}

#[cfg(test)]
mod tests {
    use picture::{Format, Limits};

    use super::*;
    use crate::capabilities::fakes::jpeg;

    #[test]
    fn a_thumbnail_is_small_and_a_jpeg() {
        let small = thumbnail(&Photo::read(&jpeg(1000, 800)).unwrap());
        let header = picture::probe(&small.0, &Limits::REKOGNITION).unwrap();
        assert_eq!(
            (header.width, header.height, header.format),
            (320, 256, Format::Jpeg)
        );
    }
}
