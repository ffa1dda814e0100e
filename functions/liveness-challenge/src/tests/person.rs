//! A person who does what is asked.

use serde_json::Value;

use super::{Begun, Desk};
use crate::capabilities::fakes::{Look, WIDTH, face};

/// Frames in which the nose is brought to a target.
const WAY_FRAMES: u32 = 7;

/// Returns how the person looks `n` frames after a task was asked for.
pub(super) fn look(instruction: &Value, n: u32) -> Look {
    let calm = Look::default();
    match instruction["task"].as_str().unwrap() {
        "nose-to-target" => {
            let part = (f64::from(n + 1) / f64::from(WAY_FRAMES)).min(1.0);
            let scale = 640.0 / f64::from(WIDTH);
            let number = |name: &str| scale * instruction["target"][name].as_f64().unwrap();
            let (rest_x, rest_y) = calm.resting_nose();
            let dx = number("left") + number("width") / 2.0 - rest_x;
            let dy = number("top") + number("height") / 2.0 - rest_y;
            calm.with_nose_at(dx * part, dy * part)
        }
        "turn-left" => Look {
            yaw: f64::from(10 * (n + 1)).min(30.0),
            ..calm
        },
        "turn-right" => Look {
            yaw: -f64::from(10 * (n + 1)).min(30.0),
            ..calm
        },
        "blink" => Look {
            eyes_open: 2 <= n,
            ..calm
        },
        "smile" => Look { smile: true, ..calm },
        "mouth-open" => Look {
            mouth_open: true,
            ..calm
        },
        "come-closer" => Look {
            width: 1.35 * calm.width,
            ..calm
        },
        _ => calm,
    }
}

impl Desk {
    /// Lets the person take a challenge until it is over; returns the tasks, each once, and the number of frames.
    pub(super) async fn perform(&self, begun: &Begun) -> (Vec<String>, u32) {
        let mut instruction = begun.answer["instruction"].clone();
        let (mut tasks, mut n) = (vec![task(&instruction)], 0);
        for index in 0..60 {
            self.world.show(vec![face(look(&instruction, n))]);
            let answer = self.next(begun, index).await;
            if answer["phase"] == "over" {
                assert!(answer["instruction"].is_null());
                return (tasks, index + 1);
            }
            let (before, after) = (task(&instruction), task(&answer["instruction"]));
            instruction = answer["instruction"].clone();
            n += 1;
            if before != after {
                tasks.push(after);
                n = 0;
            }
        }
        panic!("not over after {tasks:?}")
    }
}

fn task(instruction: &Value) -> String {
    format!(
        "{} {}",
        instruction["step"],
        instruction["task"].as_str().unwrap()
    )
}
