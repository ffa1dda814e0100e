//! What kind of file it is, by its first bytes.

/// File formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// JPEG, baseline or progressive, 8 bits a sample.
    Jpeg,
    /// PNG, one frame.
    Png,
}

impl Format {
    /// Media type, as in a `Content-Type` header.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }

    /// Format whose signature opens `bytes`, whatever the file is called.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(JPEG_SIGNATURE) {
            Some(Self::Jpeg)
        } else if bytes.starts_with(PNG_SIGNATURE) {
            Some(Self::Png)
        } else {
            None
        }
    }

    /// Format of which `bytes` is a proper beginning, too short to be sure.
    pub(crate) fn could_become_one(bytes: &[u8]) -> bool {
        [JPEG_SIGNATURE, PNG_SIGNATURE]
            .iter()
            .any(|it| bytes.len() < it.len() && it.starts_with(bytes))
    }
}

/// Start-of-image marker and the first byte of the next marker (ITU T.81, B.1.1).
pub(crate) const JPEG_SIGNATURE: &[u8] = &[0xFF, 0xD8, 0xFF];

/// PNG specification, 5.2.
pub(crate) const PNG_SIGNATURE: &[u8] = &[0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A];

/// What a file says about itself before its pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Format by signature.
    pub format: Format,
    /// Width in pixels as displayed, that is after the EXIF orientation.
    pub width: u32,
    /// Height in pixels as displayed, that is after the EXIF orientation.
    pub height: u32,
}
