//! Boxes. Origin is the top left corner of the upright picture, `x` grows to the right and `y` downwards.

/// A box as ratios of the picture's width and height, as Rekognition gives it.
///
/// A face at the edge reaches outside: `left` and `top` may be negative and `left + width` above 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatioBox {
    left: f32,
    top: f32,
    width: f32,
    height: f32,
}

/// Numbers that do not make a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a box: every number must be finite and both sides positive")]
pub struct InvalidBox;

impl RatioBox {
    /// Returns the box with these ratios.
    ///
    /// # Errors
    ///
    /// [`InvalidBox`] if a number is not finite or a side is not positive.
    pub fn new(left: f32, top: f32, width: f32, height: f32) -> Result<Self, InvalidBox> {
        let finite = [left, top, width, height].iter().all(|it| it.is_finite());
        if finite && 0.0 < width && 0.0 < height {
            Ok(Self {
                left,
                top,
                width,
                height,
            })
        } else {
            Err(InvalidBox)
        }
    }

    /// Left edge as a ratio of the picture's width.
    #[must_use]
    pub const fn left(&self) -> f32 {
        self.left
    }

    /// Top edge as a ratio of the picture's height.
    #[must_use]
    pub const fn top(&self) -> f32 {
        self.top
    }

    /// Width as a ratio of the picture's width.
    #[must_use]
    pub const fn width(&self) -> f32 {
        self.width
    }

    /// Height as a ratio of the picture's height.
    #[must_use]
    pub const fn height(&self) -> f32 {
        self.height
    }

    /// Returns the pixels of a picture of this size that the box covers, cut at the picture's edges.
    ///
    /// Edges are rounded to the nearest pixel. `None` where nothing of the box is inside the picture.
    #[must_use]
    pub fn to_pixels(&self, width_px: u32, height_px: u32) -> Option<PixelBox> {
        let (x0, x1) = cut(self.left, self.width, width_px)?;
        let (y0, y1) = cut(self.top, self.height, height_px)?;
        Some(PixelBox { x0, y0, x1, y1 })
    }
}

/// Returns the first pixel and the one after the last of `start..start + length`, inside `0..size_px`.
fn cut(start: f32, length: f32, size_px: u32) -> Option<(u32, u32)> {
    let size = f64::from(size_px);
    let edge = |ratio: f64| (ratio * size).round().clamp(0.0, size) as u32;
    let (first, end) = (edge(f64::from(start)), edge(f64::from(start) + f64::from(length)));
    (first < end).then_some((first, end))
}

/// A box in whole pixels inside a picture; `x1` and `y1` are exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PixelBox {
    /// First column.
    pub x0: u32,
    /// First row.
    pub y0: u32,
    /// Column after the last.
    pub x1: u32,
    /// Row after the last.
    pub y1: u32,
}

impl PixelBox {
    /// Width in pixels, at least 1.
    #[must_use]
    pub const fn width(&self) -> u32 {
        self.x1 - self.x0
    }

    /// Height in pixels, at least 1.
    #[must_use]
    pub const fn height(&self) -> u32 {
        self.y1 - self.y0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_inside_becomes_its_pixels() {
        let pixels = RatioBox::new(0.25, 0.5, 0.5, 0.25)
            .unwrap()
            .to_pixels(400, 200)
            .unwrap();
        assert_eq!(
            pixels,
            PixelBox {
                x0: 100,
                y0: 100,
                x1: 300,
                y1: 150
            }
        );
        assert_eq!((pixels.width(), pixels.height()), (200, 50));
    }

    #[test]
    fn a_box_over_the_edge_is_cut_there() {
        let pixels = RatioBox::new(-0.1, 0.9, 0.3, 0.3)
            .unwrap()
            .to_pixels(100, 100)
            .unwrap();
        assert_eq!(
            pixels,
            PixelBox {
                x0: 0,
                y0: 90,
                x1: 20,
                y1: 100
            }
        );
    }

    #[test]
    fn a_box_outside_or_smaller_than_a_pixel_covers_nothing() {
        assert_eq!(
            RatioBox::new(1.1, 0.0, 0.5, 0.5).unwrap().to_pixels(100, 100),
            None
        );
        assert_eq!(
            RatioBox::new(-0.5, 0.0, 0.5, 0.5).unwrap().to_pixels(100, 100),
            None
        );
        assert_eq!(
            RatioBox::new(0.5, 0.5, 0.001, 0.001).unwrap().to_pixels(10, 10),
            None
        );
    }

    #[test]
    fn numbers_that_make_no_box_are_refused() {
        for (left, top, width, height) in [
            (f32::NAN, 0.0, 0.5, 0.5),
            (0.0, f32::INFINITY, 0.5, 0.5),
            (0.0, 0.0, 0.0, 0.5),
            (0.0, 0.0, 0.5, -0.5),
        ] {
            assert_eq!(RatioBox::new(left, top, width, height), Err(InvalidBox));
        }
    }
}
