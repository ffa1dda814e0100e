//! A liveness check, from its begin to its result.

use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder as _, RgbImage};
use serde_json::{Value, json};

use crate::head::{Actor, Held};
use crate::{Answer, Person};

/// Quality of a camera's JPEG, 1 to 100: what browsers use unless they are told.
const QUALITY: u8 = 92;

/// A challenge that somebody takes.
#[derive(Debug)]
pub struct Check<'a> {
    person: &'a Person<'a>,
    /// The challenge's id.
    pub id: String,
    token: Value,
    /// What is asked for at the moment; `null` when it is over.
    pub instruction: Value,
    /// Everything that was asked for so far, as it was first asked for.
    pub asked: Vec<Value>,
    began: Instant,
    n_sent: u32,
}

impl<'a> Check<'a> {
    /// Begins a challenge; `order` says of which kind.
    ///
    /// # Panics
    ///
    /// If it is refused.
    pub async fn begin(person: &'a Person<'a>, order: &Value) -> Self {
        let mut begun = person.post("/api/liveness/challenges", order).await.expect(201);
        let instruction = begun["instruction"].take();
        Self {
            person,
            id: begun["challengeId"].as_str().expect("an id").to_owned(),
            token: begun["token"].take(),
            asked: vec![instruction.clone()],
            instruction,
            began: Instant::now(),
            n_sent: 0,
        }
    }

    /// Sends the next frame.
    pub async fn send(&mut self, jpeg: &[u8]) -> Answer {
        let body = json!({
            "token": self.token,
            "index": self.n_sent,
            "takenAtMs": self.began.elapsed().as_millis() as u64,
            "jpegBase64": STANDARD.encode(jpeg),
        });
        let path = format!("/api/liveness/challenges/{}/frames", self.id);
        let answer = self.person.put_json(&path, &body).await;
        if answer.json["accepted"] == true {
            self.n_sent += 1;
            let next = &answer.json["instruction"];
            let is_another = |at: &str| next[at] != self.instruction[at];
            if !next.is_null() && (is_another("task") || is_another("step")) {
                self.asked.push(next.clone());
            }
            self.instruction = next.clone();
        }
        answer
    }

    /// Sends what a camera sees of somebody who does what is asked, until the challenge is over; `seen` is told the frame's
    /// number. Returns the frames.
    ///
    /// # Panics
    ///
    /// If a frame is refused.
    pub async fn take(&mut self, mut actor: Actor, seen: impl Fn(u32, Held) -> RgbImage) -> Vec<Vec<u8>> {
        let mut frames = Vec::new();
        while !self.instruction.is_null() {
            let jpeg = camera(&seen(self.n_sent, actor.next(&self.instruction)));
            let answer = self.send(&jpeg).await.expect(200);
            assert_eq!(answer["accepted"], true, "{answer}");
            assert!(!answer.to_string().contains("risk"), "{answer}");
            frames.push(jpeg);
        }
        frames
    }

    /// Asks for the result.
    pub async fn verify(&self) -> Answer {
        let path = format!("/api/liveness/challenges/{}/verify", self.id);
        self.person.post(&path, &json!({ "token": self.token })).await
    }
}

/// The file that a camera makes of a picture.
///
/// # Panics
///
/// If the encoder fails.
#[must_use]
pub fn camera(picture: &RgbImage) -> Vec<u8> {
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, QUALITY)
        .write_image(
            picture.as_raw(),
            picture.width(),
            picture.height(),
            ExtendedColorType::Rgb8,
        )
        .expect("a valid picture encodes");
    file
}
