//! People cut out of the group photos, and their pictures as another camera or another day would show them.

use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};

use crate::photos::sample;

/// Width and height of what is cut out around the middle, in pixels: all of a face, nothing of another.
const SIZE: (u32, u32) = (320, 380);

/// Colour between two who stand side by side.
const WALL: Rgb<u8> = Rgb([120, 130, 140]);

/// Somebody in a group photo, called by what they wear. They are different people, as `tests/contract/portraits.py` has them.
#[derive(Debug, Clone, Copy)]
pub struct Cutout {
    /// File name of the photo.
    pub photo: &'static str,
    /// Middle of what is cut out, in pixels of the photo; found by eye.
    pub middle: (u32, u32),
}

impl Cutout {
    /// The second face of `sample3.jpg`: the same person as [`Portrait::CALM`](crate::head::Portrait::CALM).
    pub const PEACH: Self = Self {
        photo: "sample3.jpg",
        middle: (679, 523),
    };

    /// The largest face of `sample6.jpg`: the same person as [`Portrait::OTHER`](crate::head::Portrait::OTHER).
    pub const GREEN: Self = Self {
        photo: "sample6.jpg",
        middle: (1578, 409),
    };

    /// Somebody else.
    pub const OLIVE: Self = Self {
        photo: "sample6.jpg",
        middle: (363, 650),
    };

    /// Somebody else.
    pub const MAROON: Self = Self {
        photo: "sample6.jpg",
        middle: (764, 494),
    };

    /// Somebody else, who looks like [`Cutout::BLACK`]: of two different people they are the most alike, at 90 %
    /// (`docs/accuracy.md` says how often that happens).
    pub const PLUM: Self = Self {
        photo: "sample3.jpg",
        middle: (1606, 430),
    };

    /// Somebody who looks like [`Cutout::PLUM`].
    pub const BLACK: Self = Self {
        photo: "sample3.jpg",
        middle: (1180, 338),
    };

    /// Returns the picture.
    ///
    /// # Panics
    ///
    /// If the photo is not installed.
    #[must_use]
    pub fn picture(self) -> RgbImage {
        let photo = image::load_from_memory(&sample(self.photo)).expect("a photo");
        let (left, top) = (self.middle.0 - SIZE.0 / 2, self.middle.1 - SIZE.1 / 2);
        photo.crop_imm(left, top, SIZE.0, SIZE.1).to_rgb8()
    }
}

/// The picture with `factor` times as much light; what is more than white is white.
#[must_use]
pub fn lit(picture: &RgbImage, factor: f32) -> RgbImage {
    let mut lit = picture.clone();
    for Rgb(levels) in lit.pixels_mut() {
        *levels = levels.map(|it| (f32::from(it) * factor).min(255.0) as u8);
    }
    lit
}

/// The picture from its other side, and a little less of it: another picture of the same person.
#[must_use]
pub fn another(picture: &RgbImage) -> RgbImage {
    let (width, height) = picture.dimensions();
    let cut = imageops::crop_imm(picture, 4, 8, width - 10, height - 12).to_image();
    lit(&imageops::flip_horizontal(&cut), 1.1)
}

/// The picture in `factor` times as many columns and rows.
#[must_use]
pub fn scaled(picture: &RgbImage, factor: f32) -> RgbImage {
    let side = |it: u32| (it as f32 * factor) as u32;
    imageops::resize(
        picture,
        side(picture.width()),
        side(picture.height()),
        FilterType::Triangle,
    )
}

/// The two pictures in one.
#[must_use]
pub fn side_by_side(left: &RgbImage, right: &RgbImage) -> RgbImage {
    let height = left.height().max(right.height());
    let mut both = RgbImage::from_pixel(left.width() + right.width(), height, WALL);
    imageops::overlay(&mut both, left, 0, 0);
    imageops::overlay(&mut both, right, left.width().into(), 0);
    both
}
