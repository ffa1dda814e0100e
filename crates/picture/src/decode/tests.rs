//! Every refusal has a file that causes it, built here byte by byte or by the encoders.

use image::{ExtendedColorType, ImageEncoder};

use super::*;
use crate::encode_jpeg;

const OPEN: Limits = Limits {
    min_side_px: 1,
    ..Limits::UPLOAD
};

/// Left half red, right half blue, so that turning and mirroring show.
fn red_blue(width: u32, height: u32) -> Picture {
    let rgb = (0..width * height)
        .flat_map(|at| {
            if at % width < width / 2 {
                [200, 10, 10]
            } else {
                [10, 10, 200]
            }
        })
        .collect();
    Picture {
        width,
        height,
        rgb,
        format: Format::Jpeg,
    }
}

fn jpeg_file() -> Vec<u8> {
    encode_jpeg(&red_blue(96, 64), 90)
}

fn png_file(pixels: &[u8], width: u32, height: u32, color: ExtendedColorType) -> Vec<u8> {
    let mut bytes = Vec::new();
    image::codecs::png::PngEncoder::new(&mut bytes)
        .write_image(pixels, width, height, color)
        .unwrap();
    bytes
}

fn rgb_png() -> Vec<u8> {
    let picture = red_blue(96, 64);
    png_file(&picture.rgb, 96, 64, ExtendedColorType::Rgb8)
}

fn png_chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let mut bytes = (data.len() as u32).to_be_bytes().to_vec();
    bytes.extend(kind);
    bytes.extend(data);
    let crc = crc32fast::hash(&bytes[4..]);
    bytes.extend(crc.to_be_bytes());
    bytes
}

/// `png` with a chunk just after its header chunk.
fn with_png_chunk(png: &[u8], kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let after_ihdr = 8 + 25;
    [&png[..after_ihdr], &png_chunk(kind, data), &png[after_ihdr..]].concat()
}

/// TIFF block with one entry: orientation.
fn exif_block(orientation: u8) -> Vec<u8> {
    let mut bytes = b"MM\0*\0\0\0\x08\0\x01".to_vec();
    bytes.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0]);
    bytes
}

fn with_jpeg_segment(jpeg: &[u8], marker: u8, data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], &[0xFF, marker], &length, data, &jpeg[2..]].concat()
}

fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    with_jpeg_segment(
        jpeg,
        0xE1,
        &[b"Exif\0\0".as_slice(), &exif_block(orientation)].concat(),
    )
}

/// Position of the frame header's precision byte.
fn frame_at(jpeg: &[u8]) -> usize {
    jpeg.windows(2)
        .position(|it| matches!(it, [0xFF, 0xC0..=0xC2]))
        .unwrap()
        + 4
}

fn is_red([r, _, b]: [u8; 3]) -> bool {
    150 < r && b < 100
}

#[test]
fn a_jpeg_and_a_png_are_read() {
    for (bytes, format) in [(jpeg_file(), Format::Jpeg), (rgb_png(), Format::Png)] {
        assert_eq!(
            probe(&bytes, &OPEN).unwrap(),
            Header {
                format,
                width: 96,
                height: 64
            }
        );
        let picture = decode(&bytes, &OPEN).unwrap();
        assert_eq!((picture.width, picture.height, picture.format), (96, 64, format));
        assert!(is_red(picture.pixel(5, 5)) && !is_red(picture.pixel(90, 60)));
    }
}

#[test]
fn the_signature_decides_and_not_a_name() {
    assert_eq!(decode(b"GIF89a...", &OPEN), Err(PictureError::NotAnImage));
    assert_eq!(decode(b"<html></html>", &OPEN), Err(PictureError::NotAnImage));
    assert_eq!(decode(&[0; 64], &OPEN), Err(PictureError::NotAnImage));
}

#[test]
fn an_empty_file_is_empty() {
    assert_eq!(decode(&[], &OPEN), Err(PictureError::Empty));
    assert_eq!(probe(&[], &OPEN), Err(PictureError::Empty));
}

#[test]
fn a_file_that_is_too_large_is_not_looked_at() {
    let limits = Limits {
        max_bytes: 10,
        ..OPEN
    };
    let expected = PictureError::TooManyBytes {
        bytes: 11,
        limit_bytes: 10,
    };
    assert_eq!(decode(&[0; 11], &limits), Err(expected));
}

#[test]
fn a_file_cut_anywhere_is_truncated() {
    for whole in [jpeg_file(), rgb_png()] {
        for length in 1..whole.len() {
            assert_eq!(
                decode(&whole[..length], &OPEN),
                Err(PictureError::Truncated),
                "{length} bytes"
            );
        }
    }
}

#[test]
fn a_header_of_20000_pixels_is_refused_without_its_pixels() {
    let mut jpeg = jpeg_file();
    let at = frame_at(&jpeg);
    jpeg[at + 1..at + 5].copy_from_slice(&[0x4E, 0x20, 0x4E, 0x20]);
    let mut png = rgb_png();
    png[16..24].copy_from_slice(&[0, 0, 0x4E, 0x20, 0, 0, 0x4E, 0x20]);
    let too_large = PictureError::TooLarge {
        width: 20_000,
        height: 20_000,
    };
    for bytes in [jpeg, png] {
        assert_eq!(probe(&bytes, &Limits::UPLOAD), Err(too_large.clone()));
        assert_eq!(decode(&bytes, &Limits::UPLOAD), Err(too_large.clone()));
    }
}

#[test]
fn the_pixel_budget_counts_beside_the_sides() {
    let limits = Limits {
        max_pixels: 96 * 64 - 1,
        ..OPEN
    };
    assert_eq!(
        probe(&jpeg_file(), &limits),
        Err(PictureError::TooLarge {
            width: 96,
            height: 64
        })
    );
}

#[test]
fn a_picture_can_be_too_small() {
    let expected = PictureError::TooSmall {
        width: 96,
        height: 64,
    };
    assert_eq!(decode(&jpeg_file(), &Limits::UPLOAD), Err(expected));
}

#[test]
fn a_picture_of_one_pixel_is_a_picture() {
    let one = red_blue(1, 1);
    assert_eq!(decode(&encode_jpeg(&one, 90), &OPEN).unwrap().rgb.len(), 3);
}

#[test]
fn every_exif_orientation_is_undone() {
    // Where the red half is, as (x, y) in eighths of the displayed picture, for orientations 1 to 8.
    let red_at = [(1, 4), (7, 4), (7, 4), (1, 4), (4, 1), (4, 1), (4, 7), (4, 7)];
    for (orientation, (x, y)) in (1..=8).zip(red_at) {
        let png = with_png_chunk(&rgb_png(), *b"eXIf", &exif_block(orientation));
        for bytes in [with_exif(&jpeg_file(), orientation), png] {
            let picture = decode(&bytes, &OPEN).unwrap();
            let header = probe(&bytes, &OPEN).unwrap();
            assert_eq!((header.width, header.height), (picture.width, picture.height));
            assert_eq!(picture.width == 64, 5 <= orientation, "orientation {orientation}");
            let red = picture.pixel(picture.width * x / 8, picture.height * y / 8);
            let blue = picture.pixel(picture.width * (8 - x) / 8, picture.height * (8 - y) / 8);
            assert!(is_red(red) && !is_red(blue), "orientation {orientation}");
        }
    }
}

#[test]
fn a_broken_exif_block_turns_nothing() {
    for block in [&b"MM"[..], b"MM\0*\xFF\xFF\xFF\xFF\0\0", b"", &exif_block(9)] {
        let bytes = with_jpeg_segment(&jpeg_file(), 0xE1, &[b"Exif\0\0", block].concat());
        assert_eq!(decode(&bytes, &OPEN).unwrap().width, 96);
    }
}

#[test]
fn cmyk_is_refused_unless_allowed() {
    let cmyk = include_bytes!("cmyk.jpg");
    let kind = ColorKind::Cmyk;
    assert_eq!(decode(cmyk, &OPEN), Err(PictureError::UnsupportedColor { kind }));
    assert_eq!(probe(cmyk, &OPEN), Err(PictureError::UnsupportedColor { kind }));
    let picture = decode(
        cmyk,
        &Limits {
            allow_cmyk: true,
            ..OPEN
        },
    )
    .unwrap();
    assert!(is_red(picture.pixel(4, 8)) && !is_red(picture.pixel(28, 8)));
}

#[test]
fn sixteen_bits_are_refused_unless_allowed() {
    let samples: Vec<u8> = [0xC8u8, 0xC8, 0x0A, 0x0A, 0x0A, 0x0A].repeat(64);
    let bytes = png_file(&samples, 8, 8, ExtendedColorType::Rgb16);
    let kind = ColorKind::SixteenBit;
    assert_eq!(
        decode(&bytes, &OPEN),
        Err(PictureError::UnsupportedColor { kind })
    );
    let picture = decode(
        &bytes,
        &Limits {
            allow_16_bit: true,
            ..OPEN
        },
    )
    .unwrap();
    assert!(is_red(picture.pixel(3, 3)));
}

#[test]
fn an_animated_png_is_refused() {
    let animated = with_png_chunk(&rgb_png(), *b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]);
    assert_eq!(decode(&animated, &OPEN), Err(PictureError::Animated));
}

#[test]
fn bytes_after_the_picture_are_the_limits_choice() {
    for whole in [jpeg_file(), rgb_png()] {
        let longer = [whole.as_slice(), b"<script>"].concat();
        let strict = Limits {
            allow_trailing_bytes: false,
            ..OPEN
        };
        assert_eq!(
            decode(&longer, &strict),
            Err(PictureError::TrailingBytes { count: 8 })
        );
        assert_eq!(decode(&longer, &OPEN).unwrap(), decode(&whole, &strict).unwrap());
    }
}

#[test]
fn transparency_is_laid_on_white() {
    let rgba = [[0u8, 0, 0, 0], [0, 0, 0, 255], [200, 0, 100, 128]].concat();
    let picture = decode(&png_file(&rgba, 3, 1, ExtendedColorType::Rgba8), &OPEN).unwrap();
    assert_eq!(picture.rgb, [255, 255, 255, 0, 0, 0, 227, 127, 177]);
}

#[test]
fn grey_becomes_rgb() {
    let picture = decode(&png_file(&[7, 250], 2, 1, ExtendedColorType::L8), &OPEN).unwrap();
    assert_eq!(picture.rgb, [7, 7, 7, 250, 250, 250]);
}

#[test]
fn codings_outside_the_usual_are_named() {
    for (marker, expected) in [
        (0xC3, PictureError::UnsupportedCoding),
        (0xC9, PictureError::UnsupportedCoding),
    ] {
        let mut jpeg = jpeg_file();
        let at = frame_at(&jpeg);
        jpeg[at - 3] = marker;
        assert_eq!(decode(&jpeg, &OPEN), Err(expected));
    }
    let mut twelve_bits = jpeg_file();
    let at = frame_at(&twelve_bits);
    twelve_bits[at] = 12;
    assert_eq!(decode(&twelve_bits, &OPEN), Err(PictureError::UnsupportedCoding));
}

#[test]
fn a_second_frame_header_is_not_believed() {
    let jpeg = jpeg_file();
    let at = frame_at(&jpeg);
    let frame = jpeg[at - 4..at - 2 + 17].to_vec();
    let twice = [&jpeg[..at - 4], &frame, &jpeg[at - 4..]].concat();
    assert_eq!(decode(&twice, &OPEN), Err(PictureError::Corrupt));
}

#[test]
fn the_number_of_scans_is_bounded() {
    let jpeg = jpeg_file();
    let scan = jpeg.windows(2).position(|it| it == [0xFF, 0xDA]).unwrap();
    let scans = jpeg[scan..jpeg.len() - 2].repeat(65);
    let many = [&jpeg[..scan], &scans, &[0xFF, 0xD9]].concat();
    assert_eq!(decode(&many, &OPEN), Err(PictureError::TooComplex));
}

#[test]
fn a_damaged_png_is_corrupt() {
    let mut bytes = rgb_png();
    let idat = bytes.windows(4).position(|it| it == b"IDAT").unwrap();
    bytes[idat + 10] ^= 0xFF;
    assert_eq!(decode(&bytes, &OPEN), Err(PictureError::Corrupt));
    let two_headers = with_png_chunk(&rgb_png(), *b"IHDR", &rgb_png()[16..29]);
    assert_eq!(decode(&two_headers, &OPEN), Err(PictureError::Corrupt));
}

#[test]
fn a_compressed_text_cannot_inflate_without_bound() {
    // 64 MiB of zeros as a compressed text chunk.
    let mut text = b"Comment\0\0".to_vec();
    text.extend(deflated_zeros(64 * 1024 * 1024));
    let bomb = with_png_chunk(&rgb_png(), *b"zTXt", &text);
    // Either refused or skipped; what must not happen is that it is inflated whole.
    if let Err(error) = decode(&bomb, &OPEN) {
        assert!(
            matches!(error, PictureError::TooComplex | PictureError::Corrupt),
            "{error}"
        );
    }
}

/// A zlib stream of zeros, taken from the pixels of a black PNG.
fn deflated_zeros(count: u32) -> Vec<u8> {
    let side = count.isqrt();
    let png = png_file(
        &vec![0; (side * side) as usize],
        side,
        side,
        ExtendedColorType::L8,
    );
    let (mut at, mut zlib) = (8, Vec::new());
    while at < png.len() {
        let length = u32::from_be_bytes(png[at..at + 4].try_into().unwrap()) as usize;
        if &png[at + 4..at + 8] == b"IDAT" {
            zlib.extend(&png[at + 8..at + 8 + length]);
        }
        at += length + 12;
    }
    zlib
}

#[test]
fn no_byte_changed_makes_it_panic() {
    for whole in [jpeg_file(), rgb_png()] {
        for at in 0..whole.len() {
            for value in [0x00, 0xFF, whole[at] ^ 0x10] {
                let mut bytes = whole.clone();
                bytes[at] = value;
                if let Ok(picture) = decode(&bytes, &OPEN) {
                    assert_eq!(picture.rgb.len(), (picture.width * picture.height * 3) as usize);
                }
            }
        }
    }
}

#[test]
fn debug_shows_no_pixels() {
    let shown = format!("{:?}", red_blue(2, 1));
    assert!(!shown.contains("200"), "{shown}");
}
