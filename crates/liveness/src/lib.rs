//! The liveness challenge: is a person in front of the camera, now?
//!
//! Everything here is a pure function of what a detector saw in a frame and of times that are given to it:
//! [`Challenge::advance`] takes a challenge and a frame, and returns the challenge as it is then and what is to be said.
//! Deliberately not here: cameras, pictures, detectors, storage, tokens, the clock, and whether two frames show the
//! same person. What cannot be found out this way at all is in `docs/liveness.md`.
//!
//! Two kinds. **Nose** ([`nose`]): the reference challenge, bring the nose to one drawn place, as a head that turns does.
//! **Sequence** ([`sequence`]): three to five drawn steps, each shown when the one before is passed.
//!
//! Reading order: [`frame`] (what goes in), [`challenge`] (what happens), [`verdict`] (what comes out), then
//! [`nose`] or [`sequence`] with [`step`], [`plan`] and [`gesture`], and last [`deed`], [`risk`], [`chain`] and [`phash`]. The maths is in
//! [`space`], [`path`] and [`shape`].

pub mod chain;
pub mod challenge;
pub mod deed;
pub mod frame;
pub mod gesture;
pub mod nose;
pub mod path;
pub mod phash;
pub mod plan;
pub mod risk;
pub mod sequence;
pub mod shape;
mod sight;
pub mod space;
pub mod step;
#[cfg(test)]
mod testing;
pub mod verdict;

pub use challenge::Challenge;
pub use deed::Deed;
pub use frame::{ClientMs, Face, Frame, Judgement, Landmark, LandmarkKind, Pose, Ratios, ServerMs};
pub use nose::NoseKind;
pub use phash::PerceptualHash;
pub use risk::RiskReport;
pub use sequence::Pace;
pub use space::{PictureSize, Rect};
pub use step::{Gesture, Step};
pub use verdict::{Hint, Instruction, Outcome, Phase, Reason, Refusal, Task};
