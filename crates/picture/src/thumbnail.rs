//! Smaller copies.

use image::{ImageBuffer, Rgb, imageops};

use crate::Picture;

/// Copy of `picture` whose longer side has at most `max_side_px` pixels, each the mean of those it replaces.
///
/// A picture that is small enough is copied as it is; no side becomes zero.
#[must_use]
pub fn thumbnail(picture: &Picture, max_side_px: u32) -> Picture {
    let longer = picture.width.max(picture.height);
    if longer <= max_side_px {
        return picture.clone();
    }
    let scaled = |side: u32| {
        let exact = u64::from(side) * u64::from(max_side_px) + u64::from(longer) / 2;
        ((exact / u64::from(longer)) as u32).max(1)
    };
    let (width, height) = (scaled(picture.width), scaled(picture.height));
    let Some(view) =
        ImageBuffer::<Rgb<u8>, &[u8]>::from_raw(picture.width, picture.height, picture.rgb.as_slice())
    else {
        // Only a picture built by hand with too few samples gets here.
        return picture.clone();
    };
    let small = imageops::thumbnail(&view, width, height);
    Picture {
        width,
        height,
        rgb: small.into_raw(),
        format: picture.format,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Format;

    fn flat(width: u32, height: u32) -> Picture {
        Picture {
            width,
            height,
            rgb: [40, 80, 120].repeat((width * height) as usize),
            format: Format::Png,
        }
    }

    #[test]
    fn the_longer_side_is_what_was_asked_for() {
        for (width, height, expected) in [
            (400, 300, (100, 75)),
            (300, 400, (75, 100)),
            (1000, 1, (100, 1)),
            (80, 60, (80, 60)),
        ] {
            let small = thumbnail(&flat(width, height), 100);
            assert_eq!((small.width, small.height), expected);
            assert_eq!(small.rgb, flat(expected.0, expected.1).rgb);
        }
    }
}
