//! Times the stages of the engine on one photo, on one thread.
//!
//! ```text
//! cargo run --release -p face-engine --example engine_bench -- <models> <jpeg> <iterations>
//! ```
//!
//! Prints one line of JSON with medians in milliseconds. Decoding, detecting and embedding are timed alone. The
//! other stages need what came before, so theirs are differences: `landmarks_ms` (with pose and quality) is a
//! run without attributes minus detecting, the others are a run with the attribute minus one without.
//!
//! `runs` says which networks all of that ran, at which sizes: `{"net": [[height, width, count], …]}`.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use face_engine::{Engine, Wanted};
use picture::{Limits, Picture};
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

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
    let (faces, runs) = count_runs(|| {
        let faces = engine.detect(&photo, Wanted::ALL)?;
        engine.embed(&photo, &faces)?;
        Ok(faces)
    })?;

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
    let embed_ms = median(iterations, || engine.embed(&photo, &faces).map(drop))?;
    let line = serde_json::json!({
        "decode_ms": decode_ms,
        "detect_ms": detect_ms,
        "landmarks_ms": (plain_ms - detect_ms).max(0.0),
        "expression_ms": (expression_ms - plain_ms).max(0.0),
        "age_gender_ms": (person_ms - plain_ms).max(0.0),
        "embed_ms": embed_ms,
        "faces": faces.len(),
        "runs": runs,
    });
    println!("{line}");
    Ok(())
}

/// Runs by network, and by height and width of its input.
type Runs = BTreeMap<String, Vec<(u64, u64, u64)>>;

/// Listens to the engine's events of one photo.
#[derive(Default, Clone)]
struct Counter(Arc<Mutex<Counts>>);

/// Number of runs by network, height and width.
type Counts = BTreeMap<(String, u64, u64), u64>;

/// The fields of one event.
#[derive(Default)]
struct Run {
    model: String,
    height: u64,
    width: u64,
}

impl Visit for Run {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "model" {
            value.clone_into(&mut self.model);
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        match field.name() {
            "height_px" => self.height = value,
            "width_px" => self.width = value,
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

impl<S: tracing::Subscriber> Layer<S> for Counter {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let mut run = Run::default();
        event.record(&mut run);
        if let Ok(mut runs) = self.0.lock()
            && !run.model.is_empty()
        {
            *runs.entry((run.model, run.height, run.width)).or_default() += 1;
        }
    }
}

/// The result of `work`, and the networks that it ran on this thread.
fn count_runs<T>(work: impl FnOnce() -> Result<T, Box<dyn Error>>) -> Result<(T, Runs), Box<dyn Error>> {
    let counter = Counter::default();
    let subscriber = tracing_subscriber::registry().with(counter.clone());
    let done = tracing::subscriber::with_default(subscriber, work)?;
    let mut runs = Runs::new();
    for ((model, height, width), n) in counter.0.lock().map_err(|_| "a counter panicked")?.iter() {
        runs.entry(model.clone()).or_default().push((*height, *width, *n));
    }
    Ok((done, runs))
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
