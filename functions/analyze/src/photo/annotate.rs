//! Drawing on pixels: a frame around each face and its number.

use domain::{PixelBox, RatioBox};
use picture::Picture;

use super::digits;

/// What is drawn for one face.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    /// Where the face is.
    pub bounds: RatioBox,
    /// Number written next to it.
    pub number: u32,
}

type Rgb = [u8; 3];

/// A face of which nothing is known about a mask. Blue: red and green say "without" and "with".
const ACCENT: Rgb = [0x2F, 0x6B, 0xFF];
/// Around the accent, so that it shows on blue and on dark, too.
const HALO: Rgb = [0xFF, 0xFF, 0xFF];
/// Digits.
const INK: Rgb = [0xFF, 0xFF, 0xFF];

/// Narrowest frame, in pixels.
const MIN_STROKE_PX: u32 = 2;
/// The frame has one pixel for as many of the longer side: 5 px at 1920. Chosen by eye.
const SIDE_PER_STROKE: u32 = 400;
/// A digit's dot has one pixel for as many of the longer side: digits of 35 px at 1920. Chosen by eye.
const SIDE_PER_DOT: u32 = 384;
/// A label is at most this part of its face wide, so that it does not cover the neighbors in a group.
const LABEL_PER_FACE: f32 = 0.6;

/// Returns a copy of `picture` with `marks` drawn on it, in their order.
///
/// Boxes are cut at the edge of the picture; one that is wholly outside is not drawn.
#[must_use]
pub fn annotate(picture: &Picture, marks: &[Mark]) -> Picture {
    let mut canvas = Canvas {
        picture: picture.clone(),
    };
    let longer_px = picture.width.max(picture.height);
    let stroke_px = (longer_px / SIDE_PER_STROKE).max(MIN_STROKE_PX);
    let placed: Vec<(PixelBox, u32)> = marks
        .iter()
        .filter_map(|mark| Some((mark.bounds.to_pixels(picture.width, picture.height)?, mark.number)))
        .collect();
    for (bounds, _) in &placed {
        canvas.frame(*bounds, stroke_px);
    }
    // After all frames, so that no number is crossed by one.
    for (bounds, number) in &placed {
        canvas.label(*bounds, stroke_px, (longer_px / SIDE_PER_DOT).max(1), *number);
    }
    canvas.picture
}

struct Canvas {
    picture: Picture,
}

impl Canvas {
    /// Draws a frame whose outer edge is the box, in the accent with a halo of a third outside and inside.
    fn frame(&mut self, at: PixelBox, stroke_px: u32) {
        let halo_px = (stroke_px / 3).max(1);
        let outer = PixelBox {
            x0: at.x0.saturating_sub(halo_px),
            y0: at.y0.saturating_sub(halo_px),
            x1: at.x1.saturating_add(halo_px),
            y1: at.y1.saturating_add(halo_px),
        };
        self.border(outer, stroke_px + 2 * halo_px, HALO);
        self.border(at, stroke_px, ACCENT);
    }

    /// Writes the number on a plate: above the box where there is room, else inside it.
    fn label(&mut self, at: PixelBox, stroke_px: u32, dot_px: u32, number: u32) {
        let digits = digits::of(number);
        let columns = digits.len() as u32 * (digits::WIDTH + 1) + 1;
        let widest_px = (at.width() as f32 * LABEL_PER_FACE) as u32;
        let dot_px = dot_px.min(widest_px / columns).max(MIN_STROKE_PX);
        let (width, height) = (columns * dot_px, (digits::HEIGHT + 2) * dot_px);
        // A label that would leave the picture on the right moves to the left.
        let x0 = at.x0.min(self.picture.width.saturating_sub(width));
        let y0 = if height <= at.y0 {
            at.y0 - height
        } else {
            at.y0 + stroke_px
        };
        self.fill(x0, y0, x0 + width, y0 + height, ACCENT);
        for (place, digit) in (0..).zip(digits) {
            let left = x0 + (1 + place * (digits::WIDTH + 1)) * dot_px;
            for (column, row) in digits::dots(digit) {
                let (x, y) = (left + column * dot_px, y0 + (row + 1) * dot_px);
                self.fill(x, y, x + dot_px, y + dot_px, INK);
            }
        }
    }

    /// Fills the four sides of the box, `stroke_px` wide, inwards.
    fn border(&mut self, at: PixelBox, stroke_px: u32, color: Rgb) {
        let PixelBox { x0, y0, x1, y1 } = at;
        self.fill(x0, y0, x1, (y0 + stroke_px).min(y1), color);
        self.fill(x0, y1.saturating_sub(stroke_px).max(y0), x1, y1, color);
        self.fill(x0, y0, (x0 + stroke_px).min(x1), y1, color);
        self.fill(x1.saturating_sub(stroke_px).max(x0), y0, x1, y1, color);
    }

    /// Fills `x0..x1` times `y0..y1` as far as it is inside the picture.
    fn fill(&mut self, x0: u32, y0: u32, x1: u32, y1: u32, color: Rgb) {
        let (width, height) = (self.picture.width, self.picture.height);
        let (x0, x1) = (x0.min(width) as usize, x1.min(width) as usize);
        for y in y0.min(height)..y1.min(height) {
            let row = y as usize * width as usize;
            let Some(pixels) = self.picture.rgb.get_mut((row + x0) * 3..(row + x1) * 3) else {
                continue;
            };
            for pixel in pixels.chunks_exact_mut(3) {
                pixel.copy_from_slice(&color);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use picture::Format;

    const GREY: Rgb = [100, 100, 100];

    fn grey(width: u32, height: u32) -> Picture {
        Picture {
            width,
            height,
            rgb: GREY.repeat((width * height) as usize),
            format: Format::Jpeg,
        }
    }

    fn mark(left: f32, top: f32, width: f32, height: f32, number: u32) -> Mark {
        Mark {
            bounds: RatioBox::new(left, top, width, height).unwrap(),
            number,
        }
    }

    #[test]
    fn without_faces_nothing_is_drawn() {
        assert_eq!(annotate(&grey(200, 100), &[]), grey(200, 100));
    }

    #[test]
    fn a_frame_follows_the_box_and_leaves_its_inside_alone() {
        let drawn = annotate(&grey(200, 200), &[mark(0.25, 0.4, 0.5, 0.5, 1)]);
        // Edges of the box: 50..150 and 80..180; two pixels of accent inwards.
        for (x, y) in [(50, 80), (149, 80), (50, 179), (149, 179), (51, 130), (148, 130)] {
            assert_eq!(drawn.pixel(x, y), ACCENT, "{x} {y}");
        }
        assert_eq!(drawn.pixel(49, 130), HALO);
        assert_eq!(drawn.pixel(52, 130), HALO);
        assert_eq!(drawn.pixel(53, 130), GREY);
        assert_eq!(drawn.pixel(100, 130), GREY);
        assert_eq!(drawn.pixel(20, 130), GREY);
    }

    #[test]
    fn a_frame_grows_with_the_picture() {
        let drawn = annotate(&grey(2000, 1000), &[mark(0.25, 0.4, 0.5, 0.5, 1)]);
        assert_eq!(drawn.pixel(500 + 4, 600), ACCENT);
        assert_eq!(drawn.pixel(500 + 6, 600), GREY);
    }

    #[test]
    fn a_number_stands_above_its_box() {
        let drawn = annotate(&grey(400, 400), &[mark(0.25, 0.5, 0.5, 0.4, 1)]);
        // Two pixels to a dot: a plate of 14 x 18 that ends at the box, and the foot of the one in it.
        assert_eq!(drawn.pixel(100, 182), ACCENT);
        assert_eq!(drawn.pixel(113, 199), ACCENT);
        assert_eq!(drawn.pixel(100 + 6, 184 + 12), INK);
    }

    #[test]
    fn a_number_moves_inside_where_there_is_no_room_above_or_beside() {
        let drawn = annotate(
            &grey(400, 400),
            &[mark(-0.1, -0.1, 0.5, 0.5, 8), mark(0.99, 0.0, 0.3, 0.5, 88)],
        );
        // 8: top left corner, below the frame's stroke.
        assert_eq!(drawn.pixel(1, 3), ACCENT);
        assert!(
            (0..14)
                .flat_map(|x| (2..20).map(move |y| (x, y)))
                .any(|(x, y)| drawn.pixel(x, y) == INK)
        );
        // 88: moved to the left of the edge.
        assert_eq!(drawn.pixel(400 - 26, 3), ACCENT);
    }

    #[test]
    fn a_box_outside_is_not_drawn_and_a_tiny_one_does_no_harm() {
        assert_eq!(
            annotate(&grey(100, 100), &[mark(1.2, 0.0, 0.3, 0.3, 1)]),
            grey(100, 100)
        );
        let drawn = annotate(&grey(100, 100), &[mark(0.5, 0.5, 0.01, 0.01, 1)]);
        assert_eq!(drawn.rgb.len(), 100 * 100 * 3);
    }
}
