//! Photos: real ones from the client's npm dependency, and broken ones made here.

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageBuffer, ImageEncoder as _, Rgb};

use crate::suite::root;

/// One of the package's group photos.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// File name.
    pub name: &'static str,
    /// Faces counted by eye.
    pub n_faces: usize,
}

impl Sample {
    /// The six group photos with the faces counted by eye.
    pub const ALL: [Self; 6] = [
        Self {
            name: "sample1.jpg",
            n_faces: 3,
        },
        Self {
            name: "sample2.jpg",
            n_faces: 3,
        },
        Self {
            name: "sample3.jpg",
            n_faces: 3,
        },
        Self {
            name: "sample4.jpg",
            n_faces: 4,
        },
        Self {
            name: "sample5.jpg",
            n_faces: 5,
        },
        Self {
            name: "sample6.jpg",
            n_faces: 4,
        },
    ];
}

/// The bytes of a group photo.
///
/// # Panics
///
/// If the client's dependencies are not installed.
#[must_use]
pub fn sample(name: &str) -> Vec<u8> {
    let path = root()
        .join("client/node_modules/@vladmandic/face-api/demo")
        .join(name);
    std::fs::read(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; `cargo xtask models` installs it", path.display()))
}

/// A photo of a grey gradient: valid, and nobody in it.
///
/// # Panics
///
/// If the encoder fails.
#[must_use]
pub fn jpeg_of_nothing(width: u32, height: u32) -> Vec<u8> {
    let pixels = ImageBuffer::from_fn(width, height, |x, y| {
        let level = (60 + (x + y) * 120 / (width + height)) as u8;
        Rgb([level, level, level])
    });
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 90)
        .write_image(pixels.as_raw(), width, height, ExtendedColorType::Rgb8)
        .expect("a valid picture encodes");
    bytes
}

/// Files that are no acceptable photo: what they are, their bytes, the type they claim, and the expected problem.
#[must_use]
pub fn broken() -> Vec<(&'static str, Vec<u8>, &'static str, u16, &'static str)> {
    let whole = sample("sample1.jpg");
    let mut huge = png(&png_header(20_000, 20_000, 8, 2));
    huge.extend([0; 64]);
    vec![
        (
            "text with a photo's name",
            b"This is not a photo, whatever its name says.".to_vec(),
            "image/jpeg",
            422,
            "not-an-image",
        ),
        (
            "a GIF",
            b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00".to_vec(),
            "image/png",
            422,
            "not-an-image",
        ),
        (
            "half a photo",
            whole[..whole.len() / 2].to_vec(),
            "image/jpeg",
            422,
            "image-corrupt",
        ),
        (
            "a header that claims 20,000 px",
            huge,
            "image/png",
            422,
            "image-too-large",
        ),
        (
            "16 bits a channel",
            sixteen_bit_png(),
            "image/png",
            422,
            "image-unsupported",
        ),
        (
            "an animation",
            animated_png(),
            "image/png",
            422,
            "image-unsupported",
        ),
        ("CMYK", cmyk_jpeg(), "image/jpeg", 422, "image-unsupported"),
        (
            "too small for a face",
            jpeg_of_nothing(20, 20),
            "image/jpeg",
            422,
            "image-too-small",
        ),
    ]
}

fn png_header(width: u32, height: u32, bit_depth: u8, color_type: u8) -> Vec<u8> {
    let mut header = Vec::new();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([bit_depth, color_type, 0, 0, 0]);
    header
}

/// A PNG that consists of this header only; its checksum is right.
fn png(header: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut bytes, *b"IHDR", header);
    bytes
}

fn chunk(out: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    out.extend((data.len() as u32).to_be_bytes());
    let start = out.len();
    out.extend(kind);
    out.extend(data);
    let sum = crc32(&out[start..]);
    out.extend(sum.to_be_bytes());
}

/// CRC-32 as PNG wants it (ISO 3309), bit by bit: clarity over speed.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                0xEDB8_8320 ^ (crc >> 1)
            } else {
                crc >> 1
            }
        })
    })
}

fn sixteen_bit_png() -> Vec<u8> {
    let pixels: ImageBuffer<Rgb<u16>, Vec<u16>> =
        ImageBuffer::from_pixel(200, 200, Rgb([4000, 30_000, 60_000]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    pixels
        .write_to(&mut bytes, image::ImageFormat::Png)
        .expect("a valid picture encodes");
    bytes.into_inner()
}

/// An ordinary PNG that says, before its data, that it is an animation of two frames.
fn animated_png() -> Vec<u8> {
    let pixels: ImageBuffer<Rgb<u8>, Vec<u8>> = ImageBuffer::from_pixel(200, 200, Rgb([90, 90, 90]));
    let mut still = std::io::Cursor::new(Vec::new());
    pixels
        .write_to(&mut still, image::ImageFormat::Png)
        .expect("a valid picture encodes");
    let still = still.into_inner();
    // Signature (8) and IHDR (25) come first; acTL must stand before the first IDAT.
    let (head, tail) = still.split_at(33);
    let mut bytes = head.to_vec();
    chunk(&mut bytes, *b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]);
    bytes.extend(tail);
    bytes
}

/// A baseline JPEG header with four components and Adobe's marker: enough to see that it is CMYK.
fn cmyk_jpeg() -> Vec<u8> {
    let mut bytes = vec![0xFF, 0xD8];
    bytes.extend([0xFF, 0xEE, 0, 14]);
    bytes.extend(b"Adobe\0\x64\0\0\0\0\0");
    bytes.extend([0xFF, 0xC0, 0, 20, 8, 0, 200, 0, 200, 4]);
    for component in 1..=4 {
        bytes.extend([component, 0x11, 0]);
    }
    bytes.extend([0xFF, 0xDA, 0, 14, 4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0]);
    bytes.extend([0x55; 200]);
    bytes.extend([0xFF, 0xD9]);
    bytes
}
