//! How much of a picture is accepted.

/// Bounds that [`probe`](crate::probe) and [`decode`](crate::decode) hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest file, in bytes.
    pub max_bytes: usize,
    /// Longest side, in pixels.
    pub max_side_px: u32,
    /// Shortest side, in pixels.
    pub min_side_px: u32,
    /// Most pixels, width times height. Decoding needs about seven bytes for each at its peak.
    pub max_pixels: u64,
    /// Whether CMYK and YCCK JPEGs are converted instead of refused.
    pub allow_cmyk: bool,
    /// Whether 16-bit PNGs are reduced to 8 bits instead of refused.
    pub allow_16_bit: bool,
    /// Whether bytes after the end of the picture are ignored instead of refused.
    ///
    /// Phones append to JPEGs: depth maps, a second picture, the video of a "live" photo.
    pub allow_trailing_bytes: bool,
}

impl Limits {
    /// For pictures that people upload. They are stored re-encoded, so nothing after the picture survives.
    ///
    /// 15 MiB is Rekognition's largest S3 object; 80 px its smallest side. 25 million pixels (75 MB of
    /// RGB) fit a function of 512 MB with room for what is done to them.
    pub const UPLOAD: Self = Self {
        max_bytes: 15 * 1024 * 1024,
        max_side_px: 8192,
        min_side_px: 80,
        max_pixels: 25_000_000,
        allow_cmyk: false,
        allow_16_bit: false,
        allow_trailing_bytes: true,
    };

    /// For pictures sent to the Rekognition endpoint.
    ///
    /// Rekognition documents 15 MiB (S3 object) and 80 px; what `Image.Bytes` may hold is less, and
    /// checked where that field is read. 50 million pixels are those of the largest phone cameras
    /// (8,160 by 6,120); Rekognition documents no such bound.
    pub const REKOGNITION: Self = Self {
        max_bytes: 15 * 1024 * 1024,
        max_side_px: 16_384,
        min_side_px: 80,
        max_pixels: 50_000_000,
        allow_cmyk: true,
        allow_16_bit: true,
        allow_trailing_bytes: true,
    };
}
