//! A photo at every size that a network may want to see it in.
//!
//! Each level has half the width and height of the one before, every pixel the mean of four. Whatever
//! part of the photo is sampled then comes from the level that is at most twice as fine as wanted, so
//! that nothing is skipped and nothing is computed twice.

use std::borrow::Cow;

use picture::Picture;

use crate::geometry::Point;
use crate::models::Normalization;
use crate::tensor::Image;

/// A photo and its smaller copies.
pub(crate) struct Pyramid<'a> {
    levels: Vec<Level<'a>>,
}

struct Level<'a> {
    width: usize,
    height: usize,
    rgb: Cow<'a, [u8]>,
}

/// Sides below which no network looks.
const SMALLEST_SIDE: usize = 32;

/// Where in the photo an image is taken from: a square grid, shifted, scaled and turned.
///
/// The middle of the image's pixel at column `x` and row `y` is the photo's point
/// `origin + (x + 0.5) * right + (y + 0.5) * down`, where `down` is `right` turned by 90 degrees clockwise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Grid {
    pub(crate) origin: Point,
    pub(crate) right: Point,
}

impl Grid {
    /// Around `center`, turned clockwise by `angle` radians, `step` photo pixels a pixel, for an image of
    /// `height` by `width`.
    pub(crate) fn around(center: Point, step: f32, angle: f32, height: usize, width: usize) -> Self {
        let right = Point {
            x: angle.cos() * step,
            y: angle.sin() * step,
        };
        let (half_width, half_height) = (width as f32 / 2.0, height as f32 / 2.0);
        let origin = Point {
            x: center.x - half_width * right.x + half_height * right.y,
            y: center.y - half_width * right.y - half_height * right.x,
        };
        Self { origin, right }
    }

    /// A square of `side` photo pixels around `center`, turned clockwise by `angle` radians, `pixels` across.
    pub(crate) fn square(center: Point, side: f32, angle: f32, pixels: usize) -> Self {
        Self::around(center, side / pixels as f32, angle, pixels, pixels)
    }

    /// The photo's point at `(x, y)` in pixels of the image, whose top left corner is `(0, 0)`.
    pub(crate) fn to_photo(self, at: Point) -> Point {
        Point {
            x: self.origin.x + at.x * self.right.x - at.y * self.right.y,
            y: self.origin.y + at.x * self.right.y + at.y * self.right.x,
        }
    }

    /// Photo pixels that one pixel of the image spans.
    pub(crate) fn step(self) -> f32 {
        self.right.x.hypot(self.right.y)
    }
}

impl<'a> Pyramid<'a> {
    /// `None` for a picture without pixels, or with another number of them than its sides say.
    pub(crate) fn of(photo: &'a Picture) -> Option<Self> {
        let (width, height) = (photo.width as usize, photo.height as usize);
        if photo.rgb.is_empty() || photo.rgb.len() != width * height * 3 {
            return None;
        }
        let mut levels = vec![Level {
            width,
            height,
            rgb: Cow::Borrowed(&photo.rgb),
        }];
        while let Some(last) = levels.last()
            && 2 * SMALLEST_SIDE <= last.width.min(last.height)
        {
            let half = last.halved();
            levels.push(half);
        }
        Some(Self { levels })
    }

    /// Width of the photo.
    pub(crate) fn width(&self) -> usize {
        self.levels[0].width
    }

    /// Height of the photo.
    pub(crate) fn height(&self) -> usize {
        self.levels[0].height
    }

    /// Takes an image of `height` by `width` pixels; beyond the photo's edges it is black.
    pub(crate) fn sample(&self, grid: Grid, height: usize, width: usize, input: &Normalization) -> Image {
        let (level, size) = self.level_for(grid.step());
        let shrink = 1.0 / size;
        // In pixels of the level, whose first pixel's middle is 0.
        let right = Point {
            x: grid.right.x * shrink,
            y: grid.right.y * shrink,
        };
        let start = grid.to_photo(Point { x: 0.5, y: 0.5 });
        let start = Point {
            x: start.x * shrink - 0.5,
            y: start.y * shrink - 0.5,
        };
        let black = input.apply([0.0; 3]);
        let mut values = Vec::with_capacity(height * width * 3);
        for row in 0..height {
            let row = row as f32;
            let mut at = Point {
                x: start.x - row * right.y,
                y: start.y + row * right.x,
            };
            for _ in 0..width {
                values.extend(level.pixel(at).map_or(black, |it| input.apply(it)));
                at.x += right.x;
                at.y += right.y;
            }
        }
        Image {
            height,
            width,
            values,
        }
    }

    /// The coarsest level that is still finer than `step`, and the photo pixels that one of its pixels spans.
    fn level_for(&self, step: f32) -> (&Level<'a>, f32) {
        let mut size = 1.0;
        let mut chosen = 0;
        while size * 2.0 <= step && chosen + 1 < self.levels.len() {
            size *= 2.0;
            chosen += 1;
        }
        (&self.levels[chosen], size)
    }
}

impl Level<'_> {
    /// The level above: each pixel the mean of four, an odd last row or column left out.
    fn halved<'b>(&self) -> Level<'b> {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut rgb = Vec::with_capacity(width * height * 3);
        for rows in self.rgb.chunks_exact(self.width * 6).take(height) {
            let (upper, lower) = rows.split_at(self.width * 3);
            let (upper, lower) = (upper.as_chunks::<6>().0, lower.as_chunks::<6>().0);
            for (a, b) in upper.iter().zip(lower) {
                let mean = |c: usize| {
                    let sum = u16::from(a[c]) + u16::from(a[c + 3]) + u16::from(b[c]) + u16::from(b[c + 3]);
                    ((sum + 2) / 4) as u8
                };
                rgb.extend([mean(0), mean(1), mean(2)]);
            }
        }
        Level {
            width,
            height,
            rgb: Cow::Owned(rgb),
        }
    }

    /// Colour at a point, interpolated between the four pixels around it; `None` beyond the edges.
    #[inline]
    fn pixel(&self, at: Point) -> Option<[f32; 3]> {
        let (right, bottom) = ((self.width - 1) as f32, (self.height - 1) as f32);
        // Half a pixel beyond the middle of the last one is still inside. NaN is not.
        let inside = (-0.5..=right + 0.5).contains(&at.x) && (-0.5..=bottom + 0.5).contains(&at.y);
        if !inside {
            return None;
        }
        let (x, y) = (at.x.clamp(0.0, right), at.y.clamp(0.0, bottom));
        let (x0, y0) = (x as usize, y as usize);
        let (x1, y1) = ((x0 + 1).min(self.width - 1), (y0 + 1).min(self.height - 1));
        let (fx, fy) = (x - x0 as f32, y - y0 as f32);
        let pixel = |x: usize, y: usize| {
            let at = (y * self.width + x) * 3;
            let it = &self.rgb[at..at + 3];
            [f32::from(it[0]), f32::from(it[1]), f32::from(it[2])]
        };
        let (a, b, c, d) = (pixel(x0, y0), pixel(x1, y0), pixel(x0, y1), pixel(x1, y1));
        Some(std::array::from_fn(|it| {
            let upper = a[it] + (b[it] - a[it]) * fx;
            let lower = c[it] + (d[it] - c[it]) * fx;
            upper + (lower - upper) * fy
        }))
    }
}

#[cfg(test)]
mod tests {
    use picture::Format;

    use super::*;
    use crate::models::Channels;

    const BYTES: Normalization = Normalization {
        side_px: 0,
        mean: [0.0; 3],
        scale: 1.0,
        channels: Channels::Rgb,
    };

    /// Red grows to the right by 1 a pixel, green downwards.
    fn slope(width: u32, height: u32) -> Picture {
        let rgb = (0..height)
            .flat_map(|y| (0..width).flat_map(move |x| [x as u8, y as u8, 7]))
            .collect();
        Picture {
            width,
            height,
            rgb,
            format: Format::Png,
        }
    }

    fn at(image: &Image, x: usize, y: usize) -> [f32; 3] {
        image.values.as_chunks::<3>().0[y * image.width + x]
    }

    fn is_near(found: [f32; 3], expected: [f32; 3]) -> bool {
        found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-3)
    }

    #[test]
    fn a_grid_of_whole_pixels_gives_the_pixels() {
        let photo = slope(100, 80);
        let grid = Grid {
            origin: Point { x: 10.0, y: 20.0 },
            right: Point { x: 1.0, y: 0.0 },
        };
        let image = Pyramid::of(&photo).unwrap().sample(grid, 5, 6, &BYTES);
        assert!(is_near(at(&image, 0, 0), [10.0, 20.0, 7.0]));
        assert!(is_near(at(&image, 5, 4), [15.0, 24.0, 7.0]));
    }

    #[test]
    fn every_size_shows_the_same_place() {
        let photo = slope(200, 200);
        let pyramid = Pyramid::of(&photo).unwrap();
        for pixels in [200, 101, 64, 40, 25] {
            let grid = Grid::square(Point { x: 100.0, y: 100.0 }, 100.0, 0.0, pixels);
            let image = pyramid.sample(grid, pixels, pixels, &BYTES);
            let values = image.values.as_chunks::<3>().0;
            let mean = values.iter().map(|it| it[0]).sum::<f32>() / values.len() as f32;
            // Bytes are rounded once for each level that is halved.
            assert!((mean - 99.5).abs() < 1.0, "{pixels} pixels: {mean}");
        }
    }

    #[test]
    fn a_turned_grid_turns_the_picture() {
        let photo = slope(100, 100);
        let grid = Grid::square(Point { x: 50.0, y: 50.0 }, 20.0, std::f32::consts::FRAC_PI_2, 20);
        let image = Pyramid::of(&photo).unwrap().sample(grid, 20, 20, &BYTES);
        let (first, right, below) = (at(&image, 0, 0), at(&image, 19, 0), at(&image, 0, 19));
        assert!(
            first[1] + 18.0 < right[1] && below[0] + 18.0 < first[0],
            "{first:?} {right:?} {below:?}"
        );
    }

    #[test]
    fn beyond_the_edges_it_is_black() {
        let photo = Picture {
            width: 4,
            height: 4,
            rgb: vec![200; 48],
            format: Format::Png,
        };
        let grid = Grid::square(Point { x: 0.0, y: 2.0 }, 8.0, 0.0, 8);
        let image = Pyramid::of(&photo).unwrap().sample(grid, 8, 8, &BYTES);
        assert!(is_near(at(&image, 0, 4), [0.0; 3]));
        assert!(is_near(at(&image, 5, 4), [200.0; 3]));
    }

    #[test]
    fn a_picture_that_contradicts_itself_has_no_pyramid() {
        for (width, rgb) in [(0, vec![]), (5, vec![1; 14])] {
            assert!(
                Pyramid::of(&Picture {
                    width,
                    height: 1,
                    rgb,
                    format: Format::Png
                })
                .is_none()
            );
        }
    }
}
