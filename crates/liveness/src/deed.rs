//! Which frames show that a step was done, so that whoever compares faces knows which ones matter.

use serde::{Deserialize, Serialize};

/// A step that was done, by the indices of its frames: `shown < begun <= done`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    /// The frame that showed the step: whoever did it looked straight into the camera then.
    pub shown: u32,
    /// The first frame of what was asked for.
    pub begun: u32,
    /// The frame with which it was done.
    pub done: u32,
}
