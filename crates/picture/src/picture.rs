//! Pixels.

use crate::Format;

/// A decoded picture.
///
/// `rgb` is `[height, width, 3]`, row-major, RGB, one byte a sample, sRGB as far as the file says; EXIF
/// orientation is applied, so the first sample is the top left corner as a person sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// `width * height * 3` samples.
    pub rgb: Vec<u8>,
    /// Format of the file it came from.
    pub format: Format,
}

impl Picture {
    /// Pixel at column `x` and row `y`.
    ///
    /// # Panics
    ///
    /// If the position is outside the picture.
    #[must_use]
    pub fn pixel(&self, x: u32, y: u32) -> [u8; 3] {
        assert!(x < self.width && y < self.height, "pixel outside the picture");
        let at = (y as usize * self.width as usize + x as usize) * 3;
        [self.rgb[at], self.rgb[at + 1], self.rgb[at + 2]]
    }
}

/// Never shows pixels: a photo does not belong in a log or a panic message.
impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Picture")
            .field("width", &self.width)
            .field("height", &self.height)
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}
