//! How much time a person has.

use serde::{Deserialize, Serialize};

/// How much time there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pace {
    /// Eight seconds a step.
    Standard,
    /// Twenty seconds a step, for whoever asks for it.
    Unhurried,
}

impl Pace {
    /// Longest time for a step, and for looking straight before it, in milliseconds. Chosen: people begin within one second
    /// and move for one or two; WCAG 2.2.1 asks for ways to have more.
    #[must_use]
    pub const fn step_limit_ms(self) -> i64 {
        match self {
            Self::Standard => 8_000,
            Self::Unhurried => 20_000,
        }
    }

    /// Longest time that eyes are closed in a blink, in milliseconds. Chosen.
    #[must_use]
    pub const fn longest_blink_ms(self) -> i64 {
        match self {
            Self::Standard => 2_500,
            Self::Unhurried => 6_000,
        }
    }

    /// Time between two frames that a client should keep, in milliseconds, so that the frames of a challenge suffice for its
    /// steps.
    #[must_use]
    pub const fn frame_interval_ms(self) -> i64 {
        match self {
            Self::Standard => 300,
            Self::Unhurried => 600,
        }
    }
}
