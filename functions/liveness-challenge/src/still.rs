//! A frame's pixels: checked, looked at roughly, and encoded anew, so that nothing but pixels is judged and kept.
//!
//! Pure and synchronous; the handler calls it away from the async executor.

use liveness::PerceptualHash;
use liveness::phash::{GRID_COLUMNS, GRID_ROWS};
use picture::{Format, Limits, Picture, PictureError};

/// Largest frame, in bytes of its file. From the product's security rules.
pub const MAX_FRAME_BYTES: usize = 200_000;

/// What a frame may be; its size is compared with what was announced before anything is decoded.
const LIMITS: Limits = Limits {
    max_bytes: MAX_FRAME_BYTES,
    max_side_px: liveness::PictureSize::MAX_PX,
    min_side_px: liveness::PictureSize::MIN_PX,
    // Those of the largest announced size.
    max_pixels: 4096 * 4096,
    ..Limits::UPLOAD
};

/// Quality of the JPEG that is judged and kept, 1 to 100. Chosen: as photos; the difference is not seen.
const QUALITY: u8 = 92;

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

/// A frame that can be judged.
#[derive(Debug)]
pub struct Still {
    /// What is judged and kept.
    pub jpeg: Jpeg,
    /// What it looks like, roughly.
    pub looks: PerceptualHash,
}

/// Why a frame cannot be judged.
#[derive(Debug, PartialEq, Eq)]
pub enum InvalidStill {
    /// It is not of the announced size.
    OtherSize {
        /// Its width in pixels.
        width: u32,
        /// Its height in pixels.
        height: u32,
    },
    /// It is no JPEG, or one that we do not take.
    Picture(PictureError),
}

impl From<PictureError> for InvalidStill {
    fn from(error: PictureError) -> Self {
        match error {
            // No size outside of the limits can have been announced.
            PictureError::TooLarge { width, height } | PictureError::TooSmall { width, height } => {
                Self::OtherSize { width, height }
            }
            error => Self::Picture(error),
        }
    }
}

impl Still {
    /// Reads the file of a frame of `width` by `height` pixels.
    ///
    /// # Errors
    ///
    /// [`InvalidStill`].
    pub fn read(file: &[u8], width: u32, height: u32) -> Result<Self, InvalidStill> {
        let header = picture::probe(file, &LIMITS)?;
        if header.format != Format::Jpeg {
            return Err(InvalidStill::Picture(PictureError::NotAnImage));
        }
        if (header.width, header.height) != (width, height) {
            let (width, height) = (header.width, header.height);
            return Err(InvalidStill::OtherSize { width, height });
        }
        let picture = picture::decode(file, &LIMITS)?;
        Ok(Self {
            jpeg: Jpeg(picture::encode_jpeg(&picture, QUALITY)),
            looks: looks(&picture),
        })
    }
}

/// Hashes the picture, shrunk to the grid of the hash: each cell is the mean luma of the pixels it covers.
fn looks(picture: &Picture) -> PerceptualHash {
    let edge = |at: usize, cells: usize, side: u32| (at as u64 * u64::from(side) / cells as u64) as u32;
    let grid = std::array::from_fn(|row| {
        let top = edge(row, GRID_ROWS, picture.height);
        let bottom = edge(row + 1, GRID_ROWS, picture.height);
        std::array::from_fn(|column| {
            let left = edge(column, GRID_COLUMNS, picture.width);
            let right = edge(column + 1, GRID_COLUMNS, picture.width);
            mean_luma(picture, left..right, top..bottom)
        })
    });
    PerceptualHash::of(&grid)
}

fn mean_luma(picture: &Picture, columns: std::ops::Range<u32>, rows: std::ops::Range<u32>) -> u8 {
    let at = |x: u32, y: u32| 3 * (y as usize * picture.width as usize + x as usize);
    let (mut sums, mut n) = ([0_u64; 3], 0_u64);
    for y in rows {
        for pixel in picture.rgb[at(columns.start, y)..at(columns.end, y)].chunks_exact(3) {
            for (sum, sample) in sums.iter_mut().zip(pixel) {
                *sum += u64::from(*sample);
            }
            n += 1;
        }
    }
    // ITU-R BT.601, in thousandths.
    let [r, g, b] = sums;
    ((299 * r + 587 * g + 114 * b) / (1000 * n.max(1))) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jpeg(width: u32, height: u32, luma: impl Fn(u32, u32) -> u8) -> Vec<u8> {
        let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let rgb = pixels.flat_map(|(x, y)| [luma(x, y); 3]).collect();
        let picture = Picture {
            width,
            height,
            rgb,
            format: Format::Jpeg,
        };
        picture::encode_jpeg(&picture, 95)
    }

    #[test]
    fn a_frame_of_the_announced_size_is_read() {
        let file = jpeg(160, 120, |x, _| x as u8);
        let still = Still::read(&file, 160, 120).unwrap();
        assert_eq!(still.looks, PerceptualHash(u64::MAX));
        let darker = jpeg(160, 120, |x, _| 200 - x as u8);
        assert_eq!(Still::read(&darker, 160, 120).unwrap().looks, PerceptualHash(0));
    }

    #[test]
    fn encoding_anew_changes_the_hash_little_and_takes_the_metadata_away() {
        let mut file = jpeg(160, 120, |x, y| (x.wrapping_mul(7) ^ y.wrapping_mul(5)) as u8);
        // A comment after the start of the image.
        file.splice(2..2, [0xFF, 0xFE, 0, 8, b's', b'e', b'c', b'r', b'e', b't']);
        let first = Still::read(&file, 160, 120).unwrap();
        assert!(!first.jpeg.0.windows(6).any(|it| it == b"secret"));
        let second = Still::read(&first.jpeg.0, 160, 120).unwrap();
        assert!(first.looks.distance(second.looks) <= 2);
    }

    #[test]
    fn what_is_not_such_a_frame_is_refused_with_its_reason() {
        let file = jpeg(160, 120, |_, _| 128);
        let read = |file: &[u8]| Still::read(file, 160, 120).unwrap_err();
        assert_eq!(read(b""), InvalidStill::Picture(PictureError::Empty));
        assert_eq!(
            read(b"GIF89a is no JPEG"),
            InvalidStill::Picture(PictureError::NotAnImage)
        );
        assert_eq!(
            read(&file[..file.len() - 20]),
            InvalidStill::Picture(PictureError::Truncated)
        );
        let other = jpeg(120, 160, |_, _| 128);
        let (width, height) = (120, 160);
        assert_eq!(read(&other), InvalidStill::OtherSize { width, height });
    }

    #[test]
    fn a_header_that_claims_a_huge_picture_is_refused_before_it_is_decoded() {
        let mut file = jpeg(160, 120, |_, _| 128);
        let at = file.windows(2).position(|it| it == [0xFF, 0xC0]).unwrap();
        // Height and width of the frame header (ITU T.81, B.2.2).
        file[at + 5..at + 9].copy_from_slice(&[0xFF, 0xFF, 0xFF, 0xFF]);
        let (width, height) = (0xFFFF, 0xFFFF);
        assert_eq!(
            Still::read(&file, 160, 120).unwrap_err(),
            InvalidStill::OtherSize { width, height }
        );
    }

    #[test]
    fn bytes_do_not_show_in_debug_output() {
        assert_eq!(format!("{:?}", Jpeg(vec![1, 2, 3])), "Jpeg { size_bytes: 3, .. }");
    }
}
