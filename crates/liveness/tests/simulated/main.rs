//! What simulated people, recordings and broken cameras do to challenges.

mod properties;
mod replays;
mod simulation;
