//! The pixels of an upload, and the picture of them that is kept.
//!
//! Pure and synchronous; handlers call it away from the async executor. Nothing of the uploaded file but its pixels gets past
//! [`Photo::read`]: what is kept is encoded anew.

use picture::{Format, Limits, Picture, PictureError};

/// Longest side of a photo that is kept, in pixels.
///
/// Chosen: it holds a photo of 16 megapixels whole, and more does not help Rekognition, which finds faces from
/// 40 px in a photo of 1920 x 1080.
pub const KEPT_SIDE_PX: u32 = 4096;

/// Largest photo that Rekognition reads from S3, in bytes (Amazon Rekognition, "Guidelines and quotas").
pub const REKOGNITION_MAX_BYTES: usize = 15 * 1024 * 1024;

/// Largest photo that Rekognition takes within a request, in bytes (Amazon Rekognition, "Guidelines and quotas").
pub const REKOGNITION_MAX_INLINE_BYTES: usize = 5 * 1024 * 1024;

/// Quality of the JPEGs that are kept, 1 to 100; the first that stays under [`REKOGNITION_MAX_BYTES`] is used.
///
/// Chosen: at 92 the difference is not seen. The others are for pictures that are mostly noise.
const PHOTO_QUALITIES: [u8; 4] = [92, 80, 60, 30];

/// An uploaded photo, decoded, upright and small enough for Rekognition.
#[derive(Debug)]
pub struct Photo {
    picture: Picture,
}

/// A photo that fits into a request to Rekognition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inline {
    /// At most [`REKOGNITION_MAX_INLINE_BYTES`].
    pub jpeg: Jpeg,
    /// Its width and height in pixels.
    pub size_px: (u32, u32),
}

/// A JPEG without metadata. Hides its bytes from logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Jpeg(pub Vec<u8>);

impl std::fmt::Debug for Jpeg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jpeg")
            .field("size_bytes", &self.0.len())
            .finish_non_exhaustive()
    }
}

impl Photo {
    /// Decodes an upload and reduces it to [`KEPT_SIDE_PX`].
    ///
    /// # Errors
    ///
    /// [`PictureError`] for whatever is not a photo within [`Limits::UPLOAD`].
    pub fn read(bytes: &[u8]) -> Result<Self, PictureError> {
        let picture = picture::decode(bytes, &Limits::UPLOAD)?;
        if picture.width.max(picture.height) <= KEPT_SIDE_PX {
            return Ok(Self { picture });
        }
        let picture = picture::thumbnail(&picture, KEPT_SIDE_PX);
        // A strip of 8192 x 80 gets too low for Rekognition, although the upload was not.
        if picture.width.min(picture.height) < Limits::UPLOAD.min_side_px {
            let Picture { width, height, .. } = picture;
            return Err(PictureError::TooSmall { width, height });
        }
        Ok(Self { picture })
    }

    /// Format of the file it came from, by its bytes.
    #[must_use]
    pub fn format(&self) -> Format {
        self.picture.format
    }

    /// Width in pixels.
    #[must_use]
    pub fn width_px(&self) -> u32 {
        self.picture.width
    }

    /// Height in pixels.
    #[must_use]
    pub fn height_px(&self) -> u32 {
        self.picture.height
    }

    /// Returns the photo as it is kept.
    #[must_use]
    pub fn original(&self) -> Jpeg {
        encode(&self.picture)
    }

    /// Returns the photo small enough to be sent to Rekognition within a request.
    #[must_use]
    pub fn inline(&self) -> Inline {
        encode_inline(&self.picture)
    }

    /// The pixels.
    #[must_use]
    pub const fn picture(&self) -> &Picture {
        &self.picture
    }
}

/// Encodes at the best quality that Rekognition still reads. The last one always does: it needs less than a
/// byte for a pixel, and there are fewer than 16 million.
#[must_use]
pub fn encode(picture: &Picture) -> Jpeg {
    encode_within(picture, REKOGNITION_MAX_BYTES)
}

/// Encodes at the best quality below `most_bytes`, or at the last one.
fn encode_within(picture: &Picture, most_bytes: usize) -> Jpeg {
    let mut bytes = Vec::new();
    for quality in PHOTO_QUALITIES {
        bytes = picture::encode_jpeg(picture, quality);
        if bytes.len() <= most_bytes {
            break;
        }
    }
    Jpeg(bytes)
}

/// Encodes within [`REKOGNITION_MAX_INLINE_BYTES`], at half the size where no quality is enough: with less than a byte for each of
/// then at most 4 million pixels, one is. Whatever has so many bytes is more than 1000 px high, so half of it is high enough.
fn encode_inline(picture: &Picture) -> Inline {
    let jpeg = encode_within(picture, REKOGNITION_MAX_INLINE_BYTES);
    if jpeg.0.len() <= REKOGNITION_MAX_INLINE_BYTES {
        let size_px = (picture.width, picture.height);
        return Inline { jpeg, size_px };
    }
    let half = picture::thumbnail(picture, picture.width.max(picture.height) / 2);
    Inline {
        jpeg: encode_within(&half, REKOGNITION_MAX_INLINE_BYTES),
        size_px: (half.width, half.height),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let rgb = [180, 140, 110].repeat((width * height) as usize);
        picture::encode_jpeg(
            &Picture {
                width,
                height,
                rgb,
                format: Format::Jpeg,
            },
            90,
        )
    }

    #[test]
    fn a_photo_of_ordinary_size_keeps_its_size() {
        let photo = Photo::read(&jpeg(640, 480)).unwrap();
        assert_eq!((photo.width_px(), photo.height_px()), (640, 480));
        let kept = picture::decode(&photo.original().0, &Limits::REKOGNITION).unwrap();
        assert_eq!((kept.width, kept.height), (640, 480));
    }

    #[test]
    fn a_large_photo_is_reduced_to_what_is_kept() {
        let photo = Photo::read(&jpeg(5000, 1000)).unwrap();
        assert_eq!((photo.width_px(), photo.height_px()), (4096, 819));
    }

    #[test]
    fn a_strip_that_reducing_makes_too_low_is_refused() {
        assert!(matches!(
            Photo::read(&jpeg(8000, 90)),
            Err(PictureError::TooSmall { .. })
        ));
    }

    fn noise(width: u32, height: u32) -> Picture {
        let mut state = 1_u32;
        let rgb = (0..width * height * 3)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .collect();
        Picture {
            width,
            height,
            rgb,
            format: Format::Jpeg,
        }
    }

    #[test]
    fn noise_is_encoded_within_rekognitions_limits() {
        let noise = noise(4096, 4096);
        let kept = encode(&noise);
        assert!(kept.0.len() <= REKOGNITION_MAX_BYTES, "{}", kept.0.len());
        let sent = encode_inline(&noise);
        let size_bytes = sent.jpeg.0.len();
        assert!(size_bytes <= REKOGNITION_MAX_INLINE_BYTES, "{size_bytes}");
        let decoded = picture::decode(&sent.jpeg.0, &Limits::REKOGNITION).unwrap();
        assert_eq!((decoded.width, decoded.height), sent.size_px);
    }

    #[test]
    fn a_photo_of_ordinary_size_is_sent_as_it_is_kept() {
        let photo = Photo::read(&jpeg(640, 480)).unwrap();
        let sent = photo.inline();
        assert_eq!((sent.jpeg, sent.size_px), (photo.original(), (640, 480)));
    }

    #[test]
    fn bytes_do_not_show_in_debug_output() {
        assert_eq!(format!("{:?}", Jpeg(vec![1, 2, 3])), "Jpeg { size_bytes: 3, .. }");
    }
}
