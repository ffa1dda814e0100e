//! JPEG structure (ITU T.81, annex B): markers only, no entropy decoding.
//!
//! The decoder is lenient by design: it fills what is missing with grey and takes the last frame header
//! it meets. This walk is the strict half, made before it.

use crate::PictureError;

/// Scans a JPEG may have. Progressive files of common encoders have about ten; each scan of a
/// crafted one makes the decoder pass over every coefficient again.
const MAX_SCANS: usize = 64;

const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;
const DNL: u8 = 0xDC;
const APP1: u8 = 0xE1;
const TEM: u8 = 0x01;

/// Facts from a JPEG's markers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Jpeg<'a> {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) components: u8,
    /// TIFF block of the EXIF segment, if one precedes the frame header.
    pub(crate) exif: Option<&'a [u8]>,
}

/// Reads up to the frame header.
pub(crate) fn read_header(bytes: &[u8]) -> Result<Jpeg<'_>, PictureError> {
    let mut walk = Walk::new(bytes);
    loop {
        if let Part::Frame = walk.next_part()? {
            return walk.frame.ok_or(PictureError::Corrupt);
        }
    }
}

/// Walks the whole file; the second value is the position just after the end-of-image marker.
pub(crate) fn read_structure(bytes: &[u8]) -> Result<(Jpeg<'_>, usize), PictureError> {
    let mut walk = Walk::new(bytes);
    loop {
        if let Part::End = walk.next_part()? {
            let jpeg = walk.frame.ok_or(PictureError::Corrupt)?;
            if walk.scans == 0 {
                return Err(PictureError::Corrupt);
            }
            return Ok((jpeg, walk.at));
        }
    }
}

enum Part {
    Frame,
    End,
    Other,
}

struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    frame: Option<Jpeg<'a>>,
    exif: Option<&'a [u8]>,
    scans: usize,
}

impl<'a> Walk<'a> {
    /// `bytes` opens with a start-of-image marker, by [`Format::of`](crate::Format::of).
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 2,
            frame: None,
            exif: None,
            scans: 0,
        }
    }

    fn next_part(&mut self) -> Result<Part, PictureError> {
        let marker = self.marker()?;
        match marker {
            EOI => return Ok(Part::End),
            // Stand-alone markers; a restart marker out here is harmless.
            TEM | 0xD0..=0xD7 => return Ok(Part::Other),
            SOI | DNL | 0x00 => return Err(PictureError::Corrupt),
            _ => {}
        }
        let segment = self.segment()?;
        match marker {
            // Baseline, extended sequential and progressive, all Huffman.
            0xC0..=0xC2 => {
                self.frame(segment)?;
                Ok(Part::Frame)
            }
            // C4 tables, C8 reserved, CC arithmetic conditioning: not frames.
            0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => Err(PictureError::UnsupportedCoding),
            SOS => {
                self.scan()?;
                Ok(Part::Other)
            }
            APP1 => {
                if let (None, Some(tiff)) = (self.exif, segment.strip_prefix(b"Exif\0\0")) {
                    self.exif = Some(tiff);
                }
                Ok(Part::Other)
            }
            _ => Ok(Part::Other),
        }
    }

    /// The next marker's code. Any number of fill bytes may precede it (B.1.1.2).
    fn marker(&mut self) -> Result<u8, PictureError> {
        let mut fills = 0;
        loop {
            let byte = *self.bytes.get(self.at).ok_or(PictureError::Truncated)?;
            self.at += 1;
            match byte {
                0xFF => fills += 1,
                _ if fills == 0 => return Err(PictureError::Corrupt),
                code => return Ok(code),
            }
        }
    }

    /// Payload of the segment at the current position, which moves past it.
    fn segment(&mut self) -> Result<&'a [u8], PictureError> {
        let length = self
            .bytes
            .get(self.at..self.at + 2)
            .ok_or(PictureError::Truncated)?;
        let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
        if length < 2 {
            return Err(PictureError::Corrupt);
        }
        let payload = self
            .bytes
            .get(self.at + 2..self.at + length)
            .ok_or(PictureError::Truncated)?;
        self.at += length;
        Ok(payload)
    }

    fn frame(&mut self, segment: &[u8]) -> Result<(), PictureError> {
        let &[precision, h1, h0, w1, w0, components, ..] = segment else {
            return Err(PictureError::Corrupt);
        };
        if precision != 8 {
            return Err(PictureError::UnsupportedCoding);
        }
        let (width, height) = (u16::from_be_bytes([w1, w0]), u16::from_be_bytes([h1, h0]));
        // A height of zero defers it to a DNL marker, which no decoder here supports. Two frames
        // would let one size be checked and another be decoded.
        if width == 0 || height == 0 || self.frame.is_some() {
            return Err(PictureError::Corrupt);
        }
        if !matches!(components, 1 | 3 | 4) {
            return Err(PictureError::UnsupportedCoding);
        }
        self.frame = Some(Jpeg {
            width: u32::from(width),
            height: u32::from(height),
            components,
            exif: self.exif,
        });
        Ok(())
    }

    /// Moves past entropy-coded data, to the `FF` of the marker that ends it.
    fn scan(&mut self) -> Result<(), PictureError> {
        if self.frame.is_none() {
            return Err(PictureError::Corrupt);
        }
        self.scans += 1;
        if MAX_SCANS < self.scans {
            return Err(PictureError::TooComplex);
        }
        loop {
            let rest = self.bytes.get(self.at..).ok_or(PictureError::Truncated)?;
            let ff = rest
                .iter()
                .position(|&it| it == 0xFF)
                .ok_or(PictureError::Truncated)?;
            match rest.get(ff + 1) {
                None => return Err(PictureError::Truncated),
                // Stuffed zero, restart marker: still inside the scan.
                Some(0x00 | 0xD0..=0xD7) => self.at += ff + 2,
                // Fill byte.
                Some(0xFF) => self.at += ff + 1,
                Some(_) => {
                    self.at += ff;
                    return Ok(());
                }
            }
        }
    }
}
