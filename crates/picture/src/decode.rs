//! From bytes to pixels, in the order that costs a stranger's file the least: size of the file,
//! signature, size of the picture, structure to the end, and only then pixels.

use std::io::Cursor;

use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, RgbImage};

use crate::format::{Format, Header};
use crate::{ColorKind, Limits, Picture, PictureError, jpeg, orientation, png};

/// Reads only the header of `bytes`. Allocates no pixels and does not look at the rest of the file.
///
/// # Errors
///
/// Every reason of [`PictureError`] that a header can show.
pub fn probe(bytes: &[u8], limits: &Limits) -> Result<Header, PictureError> {
    let format = check_file(bytes, limits)?;
    let facts = match format {
        Format::Jpeg => Facts::of_jpeg(&jpeg::read_header(bytes)?),
        Format::Png => Facts::of_png(&png::read_header(bytes)?),
    };
    facts.check(limits)?;
    Ok(facts.header(format))
}

/// Decodes `bytes`, which may come from anybody.
///
/// Grey becomes RGB, transparency is laid on white, EXIF orientation is applied.
///
/// # Errors
///
/// Every reason of [`PictureError`].
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, PictureError> {
    // The header's size is refused before the file is walked: a picture that is too large is that,
    // even if it is also truncated.
    let format = check_file(bytes, limits)?;
    probe(bytes, limits)?;
    let (facts, end) = match format {
        Format::Jpeg => {
            let (jpeg, end) = jpeg::read_structure(bytes)?;
            (Facts::of_jpeg(&jpeg), end)
        }
        Format::Png => {
            let (png, end) = png::read_structure(bytes)?;
            (Facts::of_png(&png), end)
        }
    };
    if end < bytes.len() && !limits.allow_trailing_bytes {
        return Err(PictureError::TrailingBytes {
            count: bytes.len() - end,
        });
    }
    // What follows the picture is not shown to the decoder.
    let bytes = &bytes[..end];
    let image = match format {
        Format::Jpeg => pixels(JpegDecoder::new(Cursor::new(bytes)), &facts)?,
        Format::Png => {
            // Text and colour profiles are inflated by the decoder; this bounds them.
            let mut alloc = image::Limits::no_limits();
            alloc.max_alloc = Some(PNG_METADATA_BYTES + facts.pixels() * 8);
            pixels(PngDecoder::with_limits(Cursor::new(bytes), alloc), &facts)?
        }
    };
    Ok(finish(image, facts.orientation, format))
}

/// Room for a PNG's colour profile and texts beside its pixels: those of cameras stay below 1 MiB.
const PNG_METADATA_BYTES: u64 = 4 * 1024 * 1024;

struct Facts {
    width: u32,
    height: u32,
    color: Option<ColorKind>,
    orientation: Orientation,
}

impl Facts {
    fn of_jpeg(jpeg: &jpeg::Jpeg<'_>) -> Self {
        Self {
            width: jpeg.width,
            height: jpeg.height,
            color: (jpeg.components == 4).then_some(ColorKind::Cmyk),
            orientation: orientation::of(jpeg.exif),
        }
    }

    fn of_png(png: &png::Png<'_>) -> Self {
        Self {
            width: png.width,
            height: png.height,
            color: png.sixteen_bit.then_some(ColorKind::SixteenBit),
            orientation: orientation::of(png.exif),
        }
    }

    fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    fn check(&self, limits: &Limits) -> Result<(), PictureError> {
        let (width, height) = (self.width, self.height);
        if limits.max_side_px < width.max(height) || limits.max_pixels < self.pixels() {
            return Err(PictureError::TooLarge { width, height });
        }
        if width.min(height) < limits.min_side_px {
            return Err(PictureError::TooSmall { width, height });
        }
        match self.color {
            Some(kind @ ColorKind::Cmyk) if !limits.allow_cmyk => {
                Err(PictureError::UnsupportedColor { kind })
            }
            Some(kind @ ColorKind::SixteenBit) if !limits.allow_16_bit => {
                Err(PictureError::UnsupportedColor { kind })
            }
            _ => Ok(()),
        }
    }

    fn header(&self, format: Format) -> Header {
        let (mut width, mut height) = (self.width, self.height);
        if orientation::swaps_sides(self.orientation) {
            std::mem::swap(&mut width, &mut height);
        }
        Header {
            format,
            width,
            height,
        }
    }
}

fn check_file(bytes: &[u8], limits: &Limits) -> Result<Format, PictureError> {
    if bytes.is_empty() {
        return Err(PictureError::Empty);
    }
    if limits.max_bytes < bytes.len() {
        return Err(PictureError::TooManyBytes {
            bytes: bytes.len(),
            limit_bytes: limits.max_bytes,
        });
    }
    match Format::of(bytes) {
        Some(format) => Ok(format),
        None if Format::could_become_one(bytes) => Err(PictureError::Truncated),
        None => Err(PictureError::NotAnImage),
    }
}

fn pixels<D: ImageDecoder>(
    decoder: image::ImageResult<D>,
    facts: &Facts,
) -> Result<DynamicImage, PictureError> {
    let decoder = decoder.map_err(|error| reason(&error))?;
    // The decoder reads the header again; if it disagrees, neither is believed.
    if decoder.dimensions() != (facts.width, facts.height) {
        return Err(PictureError::Corrupt);
    }
    DynamicImage::from_decoder(decoder).map_err(|error| reason(&error))
}

fn reason(error: &image::ImageError) -> PictureError {
    match error {
        image::ImageError::Limits(_) => PictureError::TooComplex,
        image::ImageError::Unsupported(_) => PictureError::UnsupportedCoding,
        _ => PictureError::Corrupt,
    }
}

fn finish(mut image: DynamicImage, orientation: Orientation, format: Format) -> Picture {
    image.apply_orientation(orientation);
    let rgb: RgbImage = if image.color().has_alpha() {
        on_white(&image)
    } else {
        image.into_rgb8()
    };
    let (width, height) = rgb.dimensions();
    Picture {
        width,
        height,
        rgb: rgb.into_raw(),
        format,
    }
}

/// Lays a picture with transparency on white, as a browser's page would.
fn on_white(image: &DynamicImage) -> RgbImage {
    let rgba = image.to_rgba8();
    let mut rgb = RgbImage::new(rgba.width(), rgba.height());
    for (to, from) in rgb.pixels_mut().zip(rgba.pixels()) {
        let [r, g, b, alpha] = from.0.map(u32::from);
        to.0 = [r, g, b].map(|it| ((it * alpha + 255 * (255 - alpha) + 127) / 255) as u8);
    }
    rgb
}

#[cfg(test)]
mod tests;
