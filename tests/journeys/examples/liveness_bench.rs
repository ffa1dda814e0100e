//! How long a liveness check takes: `cargo run --release -p journeys --example liveness_bench [-- CHALLENGES]`.
//!
//! Every frame is also given to `DetectFaces` alone, right before or right after, so that the ratio holds on a busy machine
//! where milliseconds do not. The head that passes is the one of `tests/liveness_passed.rs`.

#![expect(clippy::print_stdout, reason = "it prints a table")]

use std::time::{Duration, Instant};

use aws::faces::FaceDetector;
use journeys::head::{Actor, Head, Portrait, frame};
use journeys::{Check, Person, Suite, camera};
use serde_json::json;

/// Challenges for each number of callers, unless another number is given: about three hundred frames.
const CHALLENGES: usize = 32;

/// A phone's camera, upright, as the client asks for it.
const PICTURE: (u32, u32) = (480, 640);

/// Kinds of challenge, with the frames on the way to a target.
const NOSE: (&str, usize) = ("nose", 6);
const SEQUENCE: (&str, usize) = ("sequence", 2);

/// Milliseconds of everything that was done.
#[derive(Default)]
struct Took {
    create: Vec<f64>,
    frame: Vec<f64>,
    detect: Vec<f64>,
    /// Frame to `DetectFaces` alone, of each pair.
    ratio: Vec<f64>,
    verify: Vec<f64>,
    again: Vec<f64>,
    failed: Vec<String>,
}

impl Took {
    fn add(mut self, other: Self) -> Self {
        self.create.extend(other.create);
        self.frame.extend(other.frame);
        self.detect.extend(other.detect);
        self.ratio.extend(other.ratio);
        self.verify.extend(other.verify);
        self.again.extend(other.again);
        self.failed.extend(other.failed);
        self
    }
}

#[tokio::main]
async fn main() {
    let challenges = std::env::args()
        .nth(1)
        .map_or(CHALLENGES, |it| it.parse().expect("a number"));
    let suite = Suite::start().await;
    let detector = FaceDetector::new(&suite.aws());
    let head = Head::of(Portrait::CALM, &detector).await;
    let people = (suite.person("ada").await, suite.person("bob").await);

    // Keys are read, connections opened and pages touched before anything is measured.
    caller(&people.0, &head, &detector, (NOSE, 2)).await;
    caller(&people.1, &head, &detector, (NOSE, 2)).await;
    let one = caller(&people.0, &head, &detector, (NOSE, challenges)).await;
    report("nose, one caller", &one);
    let half = (NOSE, challenges.div_ceil(2));
    let (first, second) = tokio::join!(
        caller(&people.0, &head, &detector, half),
        caller(&people.1, &head, &detector, half),
    );
    report("nose, two callers", &first.add(second));
    let one = caller(&people.0, &head, &detector, (SEQUENCE, challenges)).await;
    report("sequence, one caller", &one);
}

type Kind = (&'static str, usize);

async fn caller(
    person: &Person<'_>,
    head: &Head,
    detector: &FaceDetector,
    (kind, challenges): (Kind, usize),
) -> Took {
    let mut took = Took::default();
    for _ in 0..challenges {
        challenge(person, head, detector, kind, &mut took).await;
    }
    took
}

async fn challenge(
    person: &Person<'_>,
    head: &Head,
    detector: &FaceDetector,
    (kind, n_before): Kind,
    took: &mut Took,
) {
    let order = json!({ "imageWidth": PICTURE.0, "imageHeight": PICTURE.1, "kind": kind });
    let (mut check, ms) = timed(Check::begin(person, &order)).await;
    took.create.push(ms);
    let mut actor = Actor::new(PICTURE, n_before);
    let mut n_frames = 0_u32;
    while !check.instruction.is_null() {
        let jpeg = camera(&frame(&[(head, actor.next(&check.instruction))], PICTURE));
        let is_first = n_frames.is_multiple_of(2);
        let alone = async || {
            let (faces, ms) = timed(detector.detect_in_bytes(jpeg.clone())).await;
            assert_eq!(faces.expect("faces").len(), 1);
            ms
        };
        let mut detect_ms = if is_first { alone().await } else { 0.0 };
        let (answer, frame_ms) = timed(check.send(&jpeg)).await;
        assert_eq!(answer.expect(200)["accepted"], true);
        if !is_first {
            detect_ms = alone().await;
        }
        took.frame.push(frame_ms);
        took.detect.push(detect_ms);
        took.ratio.push(frame_ms / detect_ms);
        n_frames += 1;
    }
    let (result, ms) = timed(check.verify()).await;
    let result = result.expect(200);
    if result["passed"] != true {
        took.failed.push(result.to_string());
        return;
    }
    took.verify.push(ms);
    let (again, ms) = timed(check.verify()).await;
    assert_eq!(again.expect(200), result);
    took.again.push(ms);
}

async fn timed<T>(work: impl Future<Output = T>) -> (T, f64) {
    let began = Instant::now();
    let done = work.await;
    (done, began.elapsed().div_duration_f64(Duration::from_millis(1)))
}

fn report(title: &str, took: &Took) {
    let detect = percentile(&took.detect, 50);
    println!(
        "\n{title}: {} challenges, failed {:?}\n",
        took.create.len(),
        took.failed
    );
    println!("| | n | p50, ms | p99, ms | p50 : `DetectFaces` alone |");
    println!("|---|---|---|---|---|");
    for (name, all) in [
        ("create", &took.create),
        ("frame", &took.frame),
        ("`DetectFaces` alone, same frame", &took.detect),
        ("verify, with its comparisons", &took.verify),
        ("verify again", &took.again),
    ] {
        let (half, late) = (percentile(all, 50), percentile(all, 99));
        println!(
            "| {name} | {} | {half:.1} | {late:.1} | {:.2} |",
            all.len(),
            half / detect
        );
    }
    println!(
        "\nFrame to `DetectFaces` alone, pair by pair: median {:.2}, from {:.2} (p5) to {:.2} (p95).",
        percentile(&took.ratio, 50),
        percentile(&took.ratio, 5),
        percentile(&took.ratio, 95),
    );
}

/// The smallest value that so many percent do not exceed; 0 of nothing.
fn percentile(all: &[f64], percent: usize) -> f64 {
    let mut sorted = all.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (percent * sorted.len()).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}
