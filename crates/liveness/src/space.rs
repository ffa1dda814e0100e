//! Points and rectangles in pixels of one picture: origin top left, `x` to the right, `y` downwards.

use serde::{Deserialize, Serialize};

/// Size of the pictures of a challenge, in pixels; the same for every frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureSize {
    width_px: u32,
    height_px: u32,
}

/// A size that no challenge has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a side is not within {} and {} pixels",
    PictureSize::MIN_PX,
    PictureSize::MAX_PX
)]
pub struct InvalidPictureSize;

impl PictureSize {
    /// Shortest side, in pixels. Rekognition refuses pictures with a side under 80 px (`DetectFaces`, Image).
    pub const MIN_PX: u32 = 80;

    /// Longest side, in pixels: frames of at most 200 kB are not larger. Chosen, not measured.
    pub const MAX_PX: u32 = 4096;

    /// Returns the size with these sides.
    ///
    /// # Errors
    ///
    /// [`InvalidPictureSize`] if a side is not within [`Self::MIN_PX`] and [`Self::MAX_PX`].
    pub fn new(width_px: u32, height_px: u32) -> Result<Self, InvalidPictureSize> {
        let sides = Self::MIN_PX..=Self::MAX_PX;
        if sides.contains(&width_px) && sides.contains(&height_px) {
            Ok(Self { width_px, height_px })
        } else {
            Err(InvalidPictureSize)
        }
    }

    /// Width in pixels.
    #[must_use]
    pub fn width(&self) -> f64 {
        f64::from(self.width_px)
    }

    /// Height in pixels.
    #[must_use]
    pub fn height(&self) -> f64 {
        f64::from(self.height_px)
    }

    /// Returns the centred box that the face is brought into.
    ///
    /// Three quarters of the height; as wide as three quarters of that, and at most three quarters of the
    /// width. Truncated to whole pixels. From the reference challenge (aws-samples/liveness-detection).
    #[must_use]
    pub fn area(&self) -> Rect {
        let height = 0.75 * self.height();
        let width = (0.75 * self.width()).min(0.75 * height);
        Rect {
            left: (self.width() / 2.0 - width / 2.0).trunc(),
            top: (self.height() / 2.0 - height / 2.0).trunc(),
            width: width.trunc(),
            height: height.trunc(),
        }
    }
}

/// Rounds to 1/64: finer than any detector, and a number that every stored form gives back exactly.
#[must_use]
pub(crate) fn snap(value: f64) -> f64 {
    (64.0 * value).round() / 64.0
}

/// A point in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Downwards.
    pub y: f64,
}

impl Point {
    /// Distance to another point.
    #[must_use]
    pub fn distance(self, other: Self) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }
}

impl Point {
    pub(crate) fn snapped(self) -> Self {
        Self {
            x: snap(self.x),
            y: snap(self.y),
        }
    }
}

/// A rectangle in pixels, which may reach outside of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rect {
    /// Left edge.
    pub left: f64,
    /// Top edge.
    pub top: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Rect {
    /// Returns the square around `centre` whose edges are `reach` away from it.
    #[must_use]
    pub fn around(centre: Point, reach: f64) -> Self {
        Self {
            left: centre.x - reach,
            top: centre.y - reach,
            width: 2.0 * reach,
            height: 2.0 * reach,
        }
    }

    /// Returns the rectangle with `slack` of its width and height added on every side.
    #[must_use]
    pub fn enlarged(&self, slack: f64) -> Self {
        Self {
            left: self.left - slack * self.width,
            top: self.top - slack * self.height,
            width: self.width * (1.0 + 2.0 * slack),
            height: self.height * (1.0 + 2.0 * slack),
        }
    }

    pub(crate) fn snapped(&self) -> Self {
        Self {
            left: snap(self.left),
            top: snap(self.top),
            width: snap(self.width),
            height: snap(self.height),
        }
    }

    /// Tells whether `other` is inside; edges may touch.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        self.left <= other.left
            && self.top <= other.top
            && other.left + other.width <= self.left + self.width
            && other.top + other.height <= self.top + self.height
    }

    /// Tells whether the point is inside; it may be on an edge.
    #[must_use]
    pub fn has(&self, point: Point) -> bool {
        (self.left..=self.left + self.width).contains(&point.x)
            && (self.top..=self.top + self.height).contains(&point.y)
    }

    /// Square pixels.
    #[must_use]
    pub fn area(&self) -> f64 {
        self.width * self.height
    }

    /// The middle.
    #[must_use]
    pub fn centre(&self) -> Point {
        Point {
            x: self.left + self.width / 2.0,
            y: self.top + self.height / 2.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_is_the_reference_one_for_its_three_known_sizes() {
        for ((width, height), [left, top, area_width, area_height]) in [
            ((640, 480), [185.0, 60.0, 270.0, 360.0]),
            ((480, 640), [60.0, 80.0, 360.0, 480.0]),
            ((1280, 720), [437.0, 90.0, 405.0, 540.0]),
        ] {
            let area = PictureSize::new(width, height).unwrap().area();
            let expected = Rect {
                left,
                top,
                width: area_width,
                height: area_height,
            };
            assert_eq!(area, expected);
        }
    }

    #[test]
    fn a_side_that_rekognition_refuses_is_refused() {
        assert_eq!(PictureSize::new(79, 480), Err(InvalidPictureSize));
        assert_eq!(PictureSize::new(640, 4097), Err(InvalidPictureSize));
        assert!(PictureSize::new(80, 4096).is_ok());
    }

    #[test]
    fn the_reference_nose_box_of_20_px_becomes_one_of_42() {
        let target = Rect::around(Point { x: 375.0, y: 258.0 }, 10.0).enlarged(0.55);
        assert!((target.width - 42.0).abs() < 1e-9);
        assert!(target.has(Point { x: 354.1, y: 258.0 }));
        assert!(!target.has(Point { x: 353.9, y: 258.0 }));
    }

    #[test]
    fn a_rectangle_contains_itself_and_nothing_that_reaches_over_an_edge() {
        let outer = Rect::around(Point { x: 50.0, y: 50.0 }, 20.0);
        assert!(outer.contains(&outer));
        let shifted = Rect {
            left: outer.left + 0.1,
            ..outer
        };
        assert!(!outer.contains(&shifted));
        assert_eq!(outer.centre(), Point { x: 50.0, y: 50.0 });
    }
}
