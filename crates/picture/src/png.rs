//! PNG structure (W3C PNG 3): chunk headers only. Checksums are the decoder's business.

use crate::PictureError;
use crate::format::PNG_SIGNATURE;

/// Chunks a PNG may have. 15 MiB in the smallest chunks that a common encoder writes (8 KiB) are 1,920.
const MAX_CHUNKS: usize = 20_000;

/// The specification's bound on lengths and sizes.
const MAX_31_BITS: u32 = 0x7FFF_FFFF;

/// Facts from a PNG's chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Png<'a> {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) sixteen_bit: bool,
    /// TIFF block of the `eXIf` chunk.
    pub(crate) exif: Option<&'a [u8]>,
}

/// Reads the header chunk, and looks for an orientation among those that follow it.
pub(crate) fn read_header(bytes: &[u8]) -> Result<Png<'_>, PictureError> {
    let mut png = read_ihdr(bytes)?;
    let mut at = PNG_SIGNATURE.len();
    // A file that ends early has a header all the same; that it ends early is found by decoding.
    while let Ok((kind, data, next)) = chunk(bytes, at) {
        match &kind {
            b"eXIf" => png.exif = Some(data),
            b"IDAT" => break,
            _ => {}
        }
        at = next;
    }
    Ok(png)
}

fn read_ihdr(bytes: &[u8]) -> Result<Png<'_>, PictureError> {
    let (kind, data, _) = chunk(bytes, PNG_SIGNATURE.len())?;
    if kind != *b"IHDR" {
        return Err(PictureError::Corrupt);
    }
    let &[w3, w2, w1, w0, h3, h2, h1, h0, depth, color, 0, 0, 0 | 1] = data else {
        return Err(PictureError::Corrupt);
    };
    let (width, height) = (
        u32::from_be_bytes([w3, w2, w1, w0]),
        u32::from_be_bytes([h3, h2, h1, h0]),
    );
    // Table 11.1 of the specification: which depths go with which colour type.
    let known = matches!(
        (color, depth),
        (0, 1 | 2 | 4 | 8 | 16) | (3, 1 | 2 | 4 | 8) | (2 | 4 | 6, 8 | 16)
    );
    if !known || width == 0 || height == 0 || MAX_31_BITS < width.max(height) {
        return Err(PictureError::Corrupt);
    }
    Ok(Png {
        width,
        height,
        sixteen_bit: depth == 16,
        exif: None,
    })
}

/// Walks the whole file; the second value is the position just after the `IEND` chunk.
pub(crate) fn read_structure(bytes: &[u8]) -> Result<(Png<'_>, usize), PictureError> {
    let mut png = read_ihdr(bytes)?;
    let mut at = PNG_SIGNATURE.len();
    let mut has_pixels = false;
    for _ in 0..MAX_CHUNKS {
        let (kind, data, next) = chunk(bytes, at)?;
        match &kind {
            b"acTL" => return Err(PictureError::Animated),
            b"IHDR" if at != PNG_SIGNATURE.len() => return Err(PictureError::Corrupt),
            b"IDAT" => has_pixels = true,
            b"eXIf" => png.exif = Some(data),
            b"IEND" if !has_pixels => return Err(PictureError::Corrupt),
            b"IEND" => return Ok((png, next)),
            _ => {}
        }
        at = next;
    }
    Err(PictureError::TooComplex)
}

/// Type and data of the chunk at `at`, and the position of the next one.
fn chunk(bytes: &[u8], at: usize) -> Result<([u8; 4], &[u8], usize), PictureError> {
    let header = bytes.get(at..at + 8).ok_or(PictureError::Truncated)?;
    let length = u32::from_be_bytes([header[0], header[1], header[2], header[3]]);
    let kind = [header[4], header[5], header[6], header[7]];
    if MAX_31_BITS < length || !kind.iter().all(u8::is_ascii_alphabetic) {
        return Err(PictureError::Corrupt);
    }
    let end = at + 8 + length as usize;
    let data = bytes.get(at + 8..end).ok_or(PictureError::Truncated)?;
    if bytes.len() < end + 4 {
        return Err(PictureError::Truncated);
    }
    Ok((kind, data, end + 4))
}
