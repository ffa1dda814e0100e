//! Why a picture was refused.

/// Reasons for refusing a picture. All of them are about the bytes, none about this machine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// There are no bytes.
    #[error("the file is empty")]
    Empty,
    /// The file is larger than [`Limits::max_bytes`](crate::Limits::max_bytes).
    #[error("the file has {bytes} bytes, more than {limit_bytes}")]
    TooManyBytes {
        /// Size of the file.
        bytes: usize,
        /// Largest size accepted.
        limit_bytes: usize,
    },
    /// The first bytes are neither those of a JPEG nor those of a PNG.
    #[error("the file is neither a JPEG nor a PNG")]
    NotAnImage,
    /// The file ends before the picture does.
    #[error("the file ends before the picture does")]
    Truncated,
    /// The file contradicts its own format.
    #[error("the file is damaged")]
    Corrupt,
    /// A side is longer, or the area larger, than the limits say.
    #[error("the picture has {width} x {height} pixels, which is too large")]
    TooLarge {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// A side is shorter than [`Limits::min_side_px`](crate::Limits::min_side_px).
    #[error("the picture has {width} x {height} pixels, which is too small")]
    TooSmall {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// The colours are of a kind that the limits exclude.
    #[error("{kind} pictures are not accepted")]
    UnsupportedColor {
        /// What they are.
        kind: ColorKind,
    },
    /// A JPEG process that nobody's camera or browser writes: lossless, arithmetic, hierarchical, 12-bit.
    #[error("this kind of JPEG is not supported")]
    UnsupportedCoding,
    /// An animated PNG.
    #[error("animated pictures are not accepted")]
    Animated,
    /// More parts than an honest picture has: JPEG scans or PNG chunks, whose number drives the cost.
    #[error("the file is built of too many parts")]
    TooComplex,
    /// Bytes follow the picture, and the limits exclude that.
    #[error("{count} bytes follow the picture")]
    TrailingBytes {
        /// How many.
        count: usize,
    },
}

/// Colours outside 8-bit grey and RGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColorKind {
    /// Four inks, in CMYK or YCCK.
    Cmyk,
    /// 16 bits a sample.
    SixteenBit,
}

impl std::fmt::Display for ColorKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Cmyk => "CMYK",
            Self::SixteenBit => "16-bit",
        })
    }
}
