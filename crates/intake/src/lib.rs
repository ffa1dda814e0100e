//! Uploaded photos on their way in: what arrived is what was announced, and of its bytes nothing but pixels is kept.
//!
//! For every function that takes an upload. Whose the upload is, whether it can still be used, and what becomes of it is for the
//! function to say: this begins where the row is known and the object was asked for.
//!
//! Reading order: [`take`] (from an object to a photo), [`Photo`] (its pixels), [`picture_problem`] (what the sender is told).

mod photo;
mod problem;
mod take;

pub use photo::{
    Inline, Jpeg, KEPT_SIDE_PX, Photo, REKOGNITION_MAX_BYTES, REKOGNITION_MAX_INLINE_BYTES, encode,
};
pub use problem::picture_problem;
pub use take::{TakeError, off_the_executor, take};
