//! Pictures from strangers, made safe.
//!
//! [`probe`] reads a header, [`decode`] turns bytes into pixels, and both refuse everything outside
//! the caller's [`Limits`] with a [`PictureError`] that names the reason. Nothing is believed: the
//! format is what the first bytes say, the size is checked before a pixel is allocated, and a file is
//! walked to its end marker before it is decoded, so a truncated upload is an error and not a picture
//! with a grey lower half.
//!
//! A [`Picture`] holds pixels and nothing else. EXIF orientation is applied and then forgotten, like
//! all other metadata, so whatever [`encode_jpeg`] writes carries none.
//!
//! No AWS, no I/O and no threads in here.

mod decode;
mod encode;
mod error;
mod format;
mod jpeg;
mod limits;
mod orientation;
mod picture;
mod png;
mod thumbnail;

pub use decode::{decode, probe};
pub use encode::encode_jpeg;
pub use error::{ColorKind, PictureError};
pub use format::{Format, Header};
pub use limits::Limits;
pub use picture::Picture;
pub use thumbnail::thumbnail;
