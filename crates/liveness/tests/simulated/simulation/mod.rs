//! A simulated person in front of a camera, and a detector that errs: for the measurements of `docs/liveness.md`.
//!
//! The head is the one of the reference's vectors. How people move and how detectors err is chosen, not measured; the
//! constants say what was assumed. Recordings are what such a person did when asked something else.

mod head;
mod person;
pub(crate) mod replay;

use liveness::{Challenge, Frame, Phase, PictureSize, ServerMs};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use uuid::Uuid;

pub(crate) use person::Person;

/// The source of everything that varies; the same seed gives the same figures.
pub(crate) fn seeded(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

/// The reference client's camera.
pub(crate) fn picture() -> PictureSize {
    PictureSize::new(640, 480).expect("a size that cameras have")
}

/// Any identifier: nothing depends on it.
pub(crate) const ID: Uuid = Uuid::from_u128(1);

/// A normally distributed number with mean 0.
pub(crate) fn normal(rng: &mut StdRng, deviation: f64) -> f64 {
    // Box and Muller.
    let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
    let (sin, _) = (std::f64::consts::TAU * rng.random::<f64>()).sin_cos();
    deviation * radius * sin
}

/// Lets a person take a challenge, one frame each `interval_ms`; returns how it ended and what the camera took.
pub(crate) fn perform(
    mut challenge: Challenge,
    person: &mut Person,
    interval_ms: i64,
    rng: &mut StdRng,
) -> (Challenge, Vec<Frame>) {
    let mut frames = Vec::new();
    let mut taken_ms = 0;
    while !challenge.phase().is_over() {
        taken_ms += interval_ms + rng.random_range(-20..=20);
        let frame = person.frame(frames.len() as u32, taken_ms, rng);
        let now = frame.received_at;
        let (next, outcome) = challenge.advance(&frame, now);
        challenge = next;
        person.hear(&outcome, now.0, rng);
        frames.push(frame);
    }
    (challenge, frames)
}

/// Plays a recording, over and over, to a challenge that began at the same time; returns how it ended.
pub(crate) fn play(mut challenge: Challenge, recording: &[Frame]) -> Phase {
    let Some(last) = recording.last() else {
        return challenge.conclude(ServerMs(0)).phase();
    };
    let (taken_ms, received_ms) = (last.taken_at.0 + 250, last.received_at.0 + 250);
    for frame in recording {
        challenge = challenge.advance(frame, frame.received_at).0;
        if challenge.phase().is_over() {
            return challenge.phase();
        }
    }
    for round in 1.. {
        for frame in recording {
            let mut frame = frame.clone();
            frame.index = challenge.frames();
            frame.taken_at.0 += taken_ms * round;
            frame.received_at.0 += received_ms * round;
            // Encoded again in every round, so that no file is a duplicate.
            frame.sha256[31] = round as u8;
            challenge = challenge.advance(&frame, frame.received_at).0;
            if challenge.phase().is_over() {
                return challenge.phase();
            }
        }
    }
    challenge.phase()
}
