//! Triangles of a photo, drawn in front of a wall, the nearest on top.

use image::{Rgb, RgbImage};

/// Corner of a triangle.
#[derive(Debug, Clone, Copy)]
pub(super) struct Corner {
    /// Pixels of the canvas, to the right and down, and how far away.
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) z: f64,
    /// Pixels of the photo.
    pub(super) from: (f64, f64),
    /// How much of the photo's light is left, 0 to 1.
    pub(super) light: f64,
    /// 1 for the photo, 0 for the wall.
    pub(super) cover: f64,
}

/// A picture in the making.
#[derive(Debug)]
pub(super) struct Canvas {
    picture: RgbImage,
    depths: Vec<f64>,
    wall: Rgb<u8>,
}

impl Canvas {
    pub(super) fn new((width, height): (u32, u32), wall: Rgb<u8>) -> Self {
        Self {
            picture: RgbImage::from_pixel(width, height, wall),
            depths: vec![f64::INFINITY; width as usize * height as usize],
            wall,
        }
    }

    pub(super) fn size(&self) -> (f64, f64) {
        (f64::from(self.picture.width()), f64::from(self.picture.height()))
    }

    pub(super) fn finish(self) -> RgbImage {
        self.picture
    }

    /// Draws a triangle of `photo`, where nothing nearer was drawn.
    pub(super) fn triangle(&mut self, photo: &RgbImage, [a, b, c]: [Corner; 3]) {
        let twice = (b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y);
        if twice.abs() < 1e-9 {
            return;
        }
        let (width, height) = self.picture.dimensions();
        let first = |at: f64, side: u32| (at.floor().max(0.0) as u32).min(side);
        let last = |at: f64, side: u32| ((at.ceil() + 1.0).max(0.0) as u32).min(side);
        let (left, right) = (a.x.min(b.x).min(c.x), a.x.max(b.x).max(c.x));
        let (top, bottom) = (a.y.min(b.y).min(c.y), a.y.max(b.y).max(c.y));
        for row in first(top, height)..last(bottom, height) {
            for column in first(left, width)..last(right, width) {
                let (x, y) = (f64::from(column), f64::from(row));
                let of_b = ((x - a.x) * (c.y - a.y) - (c.x - a.x) * (y - a.y)) / twice;
                let of_c = ((b.x - a.x) * (y - a.y) - (x - a.x) * (b.y - a.y)) / twice;
                let of_a = 1.0 - of_b - of_c;
                if of_a < -1e-9 || of_b < -1e-9 || of_c < -1e-9 {
                    continue;
                }
                let mix = |a: f64, b: f64, c: f64| of_a * a + of_b * b + of_c * c;
                let z = mix(a.z, b.z, c.z);
                let place = row as usize * width as usize + column as usize;
                if self.depths[place] <= z {
                    continue;
                }
                self.depths[place] = z;
                let from = (
                    mix(a.from.0, b.from.0, c.from.0),
                    mix(a.from.1, b.from.1, c.from.1),
                );
                let cover = mix(a.cover, b.cover, c.cover);
                let light = mix(a.light, b.light, c.light);
                let pixel = sample(photo, from).map(|it| light * it);
                let wall = self.wall.0;
                let mixed = [0, 1, 2].map(|it| cover * pixel[it] + (1.0 - cover) * f64::from(wall[it]));
                self.picture
                    .put_pixel(column, row, Rgb(mixed.map(|it| it.round() as u8)));
            }
        }
    }
}

/// The photo between its pixels; beyond its edge, its edge.
fn sample(photo: &RgbImage, (x, y): (f64, f64)) -> [f64; 3] {
    let x = x.clamp(0.0, f64::from(photo.width() - 1));
    let y = y.clamp(0.0, f64::from(photo.height() - 1));
    let (left, top) = (x.floor(), y.floor());
    let (right_part, bottom_part) = (x - left, y - top);
    let pixel = |right: u32, down: u32| {
        let x = (left as u32 + right).min(photo.width() - 1);
        let y = (top as u32 + down).min(photo.height() - 1);
        photo.get_pixel(x, y).0.map(f64::from)
    };
    let (a, b, c, d) = (pixel(0, 0), pixel(1, 0), pixel(0, 1), pixel(1, 1));
    [0, 1, 2].map(|it| {
        let upper = a[it] + right_part * (b[it] - a[it]);
        let lower = c[it] + right_part * (d[it] - c[it]);
        upper + bottom_part * (lower - upper)
    })
}
