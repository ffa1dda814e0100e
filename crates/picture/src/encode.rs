//! Writing JPEGs.

use image::ExtendedColorType;
use image::codecs::jpeg::JpegEncoder;

use crate::Picture;

/// Encodes `picture` as a baseline JPEG of `quality` 1 to 100, without any metadata.
///
/// # Panics
///
/// If `rgb` does not hold exactly `width * height * 3` samples, or a side is zero or above 65,535 px;
/// [`decode`](crate::decode) and [`thumbnail`](crate::thumbnail) return no such picture.
#[must_use]
pub fn encode_jpeg(picture: &Picture, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(picture.rgb.len() / 6);
    JpegEncoder::new_with_quality(&mut bytes, quality.clamp(1, 100))
        .encode(
            &picture.rgb,
            picture.width,
            picture.height,
            ExtendedColorType::Rgb8,
        )
        .expect("writing to memory cannot fail, and the size is a JPEG's");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Format, Limits, decode};

    #[test]
    fn what_is_written_carries_no_metadata_and_reads_back() {
        let rgb = [90, 120, 200].repeat(100 * 90);
        let picture = Picture {
            width: 100,
            height: 90,
            rgb,
            format: Format::Png,
        };
        let bytes = encode_jpeg(&picture, 92);
        // EXIF, XMP, ICC profile, comments.
        for marker in [0xE1, 0xE2, 0xED, 0xFE] {
            assert!(
                !bytes.windows(2).any(|it| it == [0xFF, marker]),
                "marker {marker:#x}"
            );
        }
        let read = decode(&bytes, &Limits::UPLOAD).unwrap();
        assert!(
            read.rgb
                .iter()
                .zip(&picture.rgb)
                .all(|(a, b)| a.abs_diff(*b) <= 3)
        );
    }
}
