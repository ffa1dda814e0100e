//! Signs of a stream that is not a camera's. They are recorded with the result and decide nothing, and nobody who takes a
//! challenge gets to see them: each has an innocent explanation, and each would be avoided if it were known to fail.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::frame::{ClientMs, Frame, ServerMs};
use crate::nose::speed;
use crate::phash::PerceptualHash;
use crate::space::Point;
use crate::verdict::named;

named! {
    /// A sign.
    Signal {
        /// The same file again (SHA-256): no camera makes one twice.
        DuplicateFrame = "duplicate-frame",
        /// Eight frames in a row that look the same to the bit: even a person who holds still moves.
        StillPicture = "still-picture",
        /// A frame like one long before it, though the picture had changed: a clip that runs in a loop.
        LoopedFrame = "looped-frame",
        /// The client's clock did not move forward.
        ClockBackwards = "clock-backwards",
        /// Frames nearer together than a camera takes them.
        FasterThanCamera = "faster-than-camera",
        /// The client's clock ran at another speed than the server's.
        ClocksDisagree = "clocks-disagree",
        /// The face's size changed suddenly.
        SizeJump = "size-jump",
        /// The nose moved faster than heads usually do.
        ImplausibleSpeed = "implausible-speed",
        /// The yaw does not fit to the nose's place.
        PoseDisagrees = "pose-disagrees",
        /// A step was begun before anybody can have read it.
        Anticipated = "anticipated",
        /// Something was done that was not asked for.
        StrayGesture = "stray-gesture",
    }
}

impl Signal {
    /// Points for each time, and most times that count. Chosen, not measured: what a camera can never do is heavy.
    const fn weight(self) -> (u16, u16) {
        match self {
            Self::DuplicateFrame | Self::ClockBackwards => (25, 4),
            Self::StillPicture | Self::Anticipated => (20, 3),
            Self::ClocksDisagree => (15, 2),
            Self::FasterThanCamera | Self::ImplausibleSpeed => (10, 4),
            Self::LoopedFrame | Self::SizeJump | Self::PoseDisagrees | Self::StrayGesture => (5, 4),
        }
    }
}

/// Shortest time between two frames of a camera, in milliseconds: 60 frames a second, less a millisecond of rounding.
pub const CAMERA_INTERVAL_MS: i64 = 15;

/// Largest difference of the two clocks over a challenge, in milliseconds. Chosen: a slow upload of one frame.
pub const CLOCK_SLACK_MS: i64 = 3_000;

/// Change of the face's width between two frames, as a factor, that is a jump. Chosen: "closer" in a single frame.
const SIZE_JUMP_FACTOR: f64 = 1.25;

/// Fastest nose that is usual, in face widths a second: a turn of 200° a second. Above five it fails, see [`crate::nose`].
const USUAL_SPEED: f64 = 3.0;

/// Frames in a row without any difference that make a still picture. Chosen: two seconds of a sequence.
const STILL_FRAMES: u8 = 8;

/// Most bits in which a looped frame differs from its first showing; re-encoding changes one or two.
const LOOP_BITS: u32 = 1;

/// Fewest frames between a frame and its repetition in a loop.
const LOOP_FRAMES: usize = 8;

/// Fewest bits between neighbours of a picture that moves.
const MOVING_BITS: u32 = 6;

/// What is remembered of the frames.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ledger {
    counts: BTreeMap<Signal, u16>,
    marks: Vec<Mark>,
    first: Option<(ClientMs, ServerMs)>,
    last: Option<ClientMs>,
    last_face: Option<(f64, Point, ServerMs)>,
    same: u8,
    clocks_disagree: bool,
}

/// What is remembered of one frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    /// First eight bytes of its SHA-256: enough to tell sixty frames apart.
    sha256: u64,
    looks: PerceptualHash,
}

impl Ledger {
    pub(crate) const fn new() -> Self {
        Self {
            counts: BTreeMap::new(),
            marks: Vec::new(),
            first: None,
            last: None,
            last_face: None,
            same: 0,
            clocks_disagree: false,
        }
    }

    /// Takes a frame; tells whether it is one that was there before.
    pub(crate) fn note(&mut self, frame: &Frame) -> bool {
        self.note_times(frame);
        let mut first_bytes = [0; 8];
        first_bytes.copy_from_slice(&frame.sha256[..8]);
        let mark = Mark {
            sha256: u64::from_be_bytes(first_bytes),
            looks: frame.looks,
        };
        let is_duplicate = self.marks.iter().any(|it| it.sha256 == mark.sha256);
        if is_duplicate {
            self.count(Signal::DuplicateFrame);
        } else {
            self.note_looks(mark.looks);
        }
        self.marks.push(mark);
        is_duplicate
    }

    /// Returns how many frames there were with the pixels of the last one, without another one in between; 0 before any.
    pub(crate) fn n_equal(&self) -> usize {
        let last = self.marks.last().map(|it| it.sha256);
        let newest_first = self.marks.iter().rev();
        newest_first.take_while(|it| Some(it.sha256) == last).count()
    }

    fn note_times(&mut self, frame: &Frame) {
        let (taken_first, received_first) = *self.first.get_or_insert((frame.taken_at, frame.received_at));
        if let Some(last) = self.last.replace(frame.taken_at) {
            let interval = frame.taken_at.0.saturating_sub(last.0);
            if interval <= 0 {
                self.count(Signal::ClockBackwards);
            } else if interval < CAMERA_INTERVAL_MS {
                self.count(Signal::FasterThanCamera);
            }
        }
        let taken = frame.taken_at.0.saturating_sub(taken_first.0);
        let received = frame.received_at.0.saturating_sub(received_first.0);
        let apart = CLOCK_SLACK_MS < taken.saturating_sub(received).saturating_abs();
        // Counted when they come apart, not for every frame that follows.
        if apart && !self.clocks_disagree {
            self.count(Signal::ClocksDisagree);
        }
        self.clocks_disagree = apart;
    }

    fn note_looks(&mut self, looks: PerceptualHash) {
        let Some(last) = self.marks.last() else { return };
        let change = last.looks.distance(looks);
        self.same = if change == 0 {
            self.same.saturating_add(1)
        } else {
            0
        };
        if self.same == STILL_FRAMES - 1 {
            self.count(Signal::StillPicture);
            self.same = 0;
        }
        let earlier = &self.marks[..self.marks.len().saturating_sub(LOOP_FRAMES)];
        let came_back = earlier.iter().any(|it| it.looks.distance(looks) <= LOOP_BITS);
        if MOVING_BITS <= change && came_back {
            self.count(Signal::LoopedFrame);
        }
    }

    /// Takes the width in pixels and the nose of the one face of a frame.
    pub(crate) fn note_face(&mut self, width: f64, nose: Point, at: ServerMs) {
        let Some((last_width, last_nose, last_at)) = self.last_face.replace((width, nose, at)) else {
            return;
        };
        if SIZE_JUMP_FACTOR < (width / last_width).max(last_width / width) {
            self.count(Signal::SizeJump);
        }
        if USUAL_SPEED < speed((last_nose, last_at), (nose, at), width) {
            self.count(Signal::ImplausibleSpeed);
        }
    }

    pub(crate) fn count(&mut self, signal: Signal) {
        let count = self.counts.entry(signal).or_default();
        *count = count.saturating_add(1);
    }

    pub(crate) fn report(&self) -> RiskReport {
        let points = self.counts.iter().map(|(signal, count)| {
            let (points, most) = signal.weight();
            points * (*count).min(most)
        });
        RiskReport {
            score: points.sum::<u16>().min(100) as u8,
            signals: self.counts.clone(),
        }
    }
}

/// How suspicious a challenge's frames are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskReport {
    /// 0 (nothing unusual) to 100.
    pub score: u8,
    /// Each sign and how often it was seen.
    pub signals: BTreeMap<Signal, u16>,
}

#[cfg(test)]
mod tests;
