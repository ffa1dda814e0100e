//! Times the stages of the engine on one photo, on one thread.
//!
//! ```text
//! cargo run --release -p face-engine --example engine_bench -- <models> <jpeg> <iterations>
//! ```
//!
//! Prints one line of JSON with medians in milliseconds. Decoding and detecting are timed alone. The stages
//! after them need what came before, so theirs are differences: `landmarks_ms` (with pose and quality) is a
//! run without attributes minus detecting, the others are a run with the attribute minus one without.

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use face_engine::{Engine, Wanted};
use picture::{Limits, Picture};

#[expect(clippy::print_stdout, reason = "the answer is one line of JSON")]
fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [models, jpeg, iterations] = &arguments[..] else {
        return Err("usage: engine_bench <models> <jpeg> <iterations>".into());
    };
    let iterations: usize = iterations.parse::<usize>()?.max(1);
    let engine = Engine::load(Path::new(models), 1)?;
    let bytes = std::fs::read(jpeg)?;
    let limits = Limits {
        min_side_px: 1,
        ..Limits::UPLOAD
    };
    let photo = picture::decode(&bytes, &limits)?;
    let faces = engine.detect(&photo, Wanted::ALL)?.len();

    let decode_ms = median(iterations, || picture::decode(&bytes, &limits).map(drop))?;
    let detect_ms = median(iterations, || engine.locate(&photo).map(drop))?;
    let plain_ms = with(&engine, &photo, iterations, Wanted::DEFAULT)?;
    let expression = Wanted {
        emotions: true,
        ..Wanted::DEFAULT
    };
    let expression_ms = with(&engine, &photo, iterations, expression)?;
    let person = Wanted {
        age: true,
        gender: true,
        ..Wanted::DEFAULT
    };
    let person_ms = with(&engine, &photo, iterations, person)?;
    let line = serde_json::json!({
        "decode_ms": decode_ms,
        "detect_ms": detect_ms,
        "landmarks_ms": (plain_ms - detect_ms).max(0.0),
        "expression_ms": (expression_ms - plain_ms).max(0.0),
        "age_gender_ms": (person_ms - plain_ms).max(0.0),
        "total_ms": decode_ms + plain_ms + (expression_ms - plain_ms).max(0.0) + (person_ms - plain_ms).max(0.0),
        "faces": faces,
    });
    println!("{line}");
    Ok(())
}

fn with(engine: &Engine, photo: &Picture, iterations: usize, wanted: Wanted) -> Result<f64, Box<dyn Error>> {
    median(iterations, || engine.detect(photo, wanted).map(drop))
}

fn median<E: Error + 'static>(
    iterations: usize,
    mut run: impl FnMut() -> Result<(), E>,
) -> Result<f64, Box<dyn Error>> {
    let mut times = Vec::new();
    for _ in 0..iterations {
        let start = Instant::now();
        run()?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}
