//! Points and rectangles in pixels.

/// A point in pixels: x to the right, y downwards.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    /// Distance from the left edge.
    pub x: f32,
    /// Distance from the top edge.
    pub y: f32,
}

impl Point {
    /// Distance to `other`.
    #[must_use]
    pub fn distance(self, other: Self) -> f32 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    /// Mean of `points`, which are at least one.
    pub(crate) fn mean(points: &[Self]) -> Self {
        let n = points.len() as f32;
        Self {
            x: points.iter().map(|it| it.x).sum::<f32>() / n,
            y: points.iter().map(|it| it.y).sum::<f32>() / n,
        }
    }
}

/// A rectangle in pixels, origin top left. Width and height are never negative.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rect {
    /// Left edge.
    pub left: f32,
    /// Top edge.
    pub top: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

impl Rect {
    /// Rectangle between two corners.
    pub(crate) fn between(left: f32, top: f32, right: f32, bottom: f32) -> Self {
        Self {
            left,
            top,
            width: (right - left).max(0.0),
            height: (bottom - top).max(0.0),
        }
    }

    /// Smallest rectangle around `points`, which are at least one.
    pub(crate) fn around(points: &[Point]) -> Self {
        let (mut left, mut top) = (f32::INFINITY, f32::INFINITY);
        let (mut right, mut bottom) = (f32::NEG_INFINITY, f32::NEG_INFINITY);
        for it in points {
            left = left.min(it.x);
            right = right.max(it.x);
            top = top.min(it.y);
            bottom = bottom.max(it.y);
        }
        Self::between(left, top, right, bottom)
    }

    /// Right edge.
    #[must_use]
    pub fn right(self) -> f32 {
        self.left + self.width
    }

    /// Bottom edge.
    #[must_use]
    pub fn bottom(self) -> f32 {
        self.top + self.height
    }

    /// Area.
    #[must_use]
    pub fn area(self) -> f32 {
        self.width * self.height
    }

    /// Centre.
    #[must_use]
    pub fn center(self) -> Point {
        Point {
            x: self.left + self.width / 2.0,
            y: self.top + self.height / 2.0,
        }
    }

    /// Area of the intersection with `other`.
    pub(crate) fn overlap(self, other: Self) -> f32 {
        let width = self.right().min(other.right()) - self.left.max(other.left);
        let height = self.bottom().min(other.bottom()) - self.top.max(other.top);
        width.max(0.0) * height.max(0.0)
    }

    /// Intersection over union with `other`, `0.0..=1.0`; zero if both are empty.
    #[must_use]
    pub fn iou(self, other: Self) -> f32 {
        let overlap = self.overlap(other);
        let union = self.area() + other.area() - overlap;
        if 0.0 < union {
            (overlap / union).min(1.0)
        } else {
            0.0
        }
    }

    /// Whether all four numbers are finite and the area is more than nothing.
    pub(crate) fn is_proper(self) -> bool {
        [self.left, self.top, self.width, self.height]
            .iter()
            .all(|it| it.is_finite())
            && 0.0 < self.width
            && 0.0 < self.height
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlap_is_symmetric_and_between_nothing_and_all() {
        let rects = (0..8).flat_map(|it| {
            let it = it as f32;
            [
                Rect::between(it, 0.0, it + 3.0, 4.0),
                Rect::between(0.0, it / 2.0, 5.0, it),
                Rect::default(),
            ]
        });
        let rects: Vec<Rect> = rects.collect();
        for a in &rects {
            for b in &rects {
                let iou = a.iou(*b);
                assert!((0.0..=1.0).contains(&iou));
                assert!((iou - b.iou(*a)).abs() < 1e-6);
            }
            assert!((a.iou(*a) - f32::from(u8::from(0.0 < a.area()))).abs() < 1e-6);
        }
    }

    #[test]
    fn what_is_around_points_holds_them() {
        let points = [
            Point { x: 3.0, y: -1.0 },
            Point { x: -2.0, y: 5.0 },
            Point { x: 0.0, y: 0.0 },
        ];
        let around = Rect::around(&points);
        assert_eq!(
            around,
            Rect {
                left: -2.0,
                top: -1.0,
                width: 5.0,
                height: 6.0
            }
        );
        assert!(around.is_proper());
        assert!(
            !Rect {
                width: f32::NAN,
                ..around
            }
            .is_proper()
        );
        assert!(
            !Rect {
                height: 0.0,
                ..around
            }
            .is_proper()
        );
    }
}
