//! Somebody who does what is asked, frame by frame.

use std::collections::VecDeque;

use serde_json::Value;

use super::{Expression, Held};

/// Degrees of a turned head: 25 are asked for, and a photo's far side says less than it should.
const TURNED_DEG: f64 = 38.0;

/// How much nearer a head is that came closer: both sides of its box have to grow by a quarter.
const CLOSER: f64 = 1.45;

/// How far a mouth is open.
const MOUTH_OPEN: f64 = 0.7;

/// How far a head that is held still moves, of the picture's width: a pixel of 250.
const SWAY: f64 = 0.004;

/// From a target's middle to where the nose stops before it, in halves of its side: just outside of its corners.
const BEFORE: f64 = 1.45;

/// How far before a target's middle the nose enters it, of its side's half.
const ENTERS: f64 = 0.2;

/// Somebody who does what is asked.
#[derive(Debug)]
pub struct Actor {
    picture: (u32, u32),
    n_before: usize,
    asked: Option<(String, u64)>,
    coming: VecDeque<Held>,
    held: Held,
    n_frames: u32,
}

impl Actor {
    /// Returns somebody in front of a camera of that many pixels, who goes before a target for `n_before` frames.
    #[must_use]
    pub const fn new(picture: (u32, u32), n_before: usize) -> Self {
        Self {
            picture,
            n_before,
            asked: None,
            coming: VecDeque::new(),
            held: Held::STRAIGHT,
            n_frames: 0,
        }
    }

    /// How the head is held in the next frame, after this instruction.
    ///
    /// # Panics
    ///
    /// If the instruction is none that there is.
    pub fn next(&mut self, instruction: &Value) -> Held {
        let task = instruction["task"].as_str().expect("a task");
        let asked = (task.to_owned(), instruction["step"].as_u64().expect("a number"));
        let is_new = self.asked.as_ref() != Some(&asked);
        if is_new {
            self.coming.clear();
        }
        if is_new || (self.coming.is_empty() && task == "blink") {
            self.coming.extend(self.plan(task, instruction));
            self.asked = Some(asked);
        }
        if let Some(next) = self.coming.pop_front() {
            self.held = next;
        }
        // Nobody holds so still that two frames are the same file: multiples of the golden ratio never meet.
        self.n_frames += 1;
        let sway = SWAY * ((f64::from(self.n_frames) * 0.618_034).fract() - 0.5);
        Held {
            x: self.held.x + sway,
            ..self.held
        }
    }

    fn plan(&self, task: &str, instruction: &Value) -> Vec<Held> {
        let straight = Held::STRAIGHT;
        let turned = |yaw_deg| Held { yaw_deg, ..straight };
        let with = |change: fn(&mut Expression)| {
            let mut held = straight;
            change(&mut held.expression);
            held
        };
        match task {
            "enter-area" => vec![straight],
            // Half of the way back, and the rest: quick, and not quicker than a head.
            "look-straight" => vec![turned(self.held.yaw_deg / 2.0), straight],
            "nose-to-target" => self.way(&instruction["target"]),
            "turn-left" => vec![turned(TURNED_DEG / 2.0), turned(TURNED_DEG)],
            "turn-right" => vec![turned(-TURNED_DEG / 2.0), turned(-TURNED_DEG)],
            "blink" => vec![with(|it| it.eyes_closed = 1.0), straight],
            "smile" => vec![with(|it| it.smile = 1.0)],
            "mouth-open" => vec![with(|it| it.mouth_open = MOUTH_OPEN)],
            "come-closer" => [f64::midpoint(1.0, CLOSER), CLOSER]
                .map(|it| Held {
                    width: it * straight.width,
                    ..straight
                })
                .to_vec(),
            other => panic!("nobody knows how to {other}"),
        }
    }

    /// Straight to just before the target, slowly, and then into it.
    fn way(&self, target: &Value) -> Vec<Held> {
        let number = |name: &str| target[name].as_f64().expect("a number");
        let half = number("width") / 2.0;
        let to = (number("left") + half, number("top") + number("height") / 2.0);
        let (width, height) = (f64::from(self.picture.0), f64::from(self.picture.1));
        let from = (width / 2.0, height / 2.0);
        let distance = (to.0 - from.0).hypot(to.1 - from.1);
        let before = (distance - BEFORE * half).max(0.0);
        let outside = (1..=self.n_before).map(|it| before * it as f64 / self.n_before as f64);
        let inside = [distance - ENTERS * half, distance];
        outside
            .chain(inside)
            .map(|it| {
                let part = it / distance;
                let place = (from.0 + part * (to.0 - from.0), from.1 + part * (to.1 - from.1));
                Held::STRAIGHT.with_nose_at(place, self.picture)
            })
            .collect()
    }
}
