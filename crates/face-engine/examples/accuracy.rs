//! Measures who is told apart from whom: the figures of `docs/accuracy.md`.
//!
//! ```text
//! cargo run --release -p face-engine --example accuracy -- <models> people <folder> [<pairs.csv>...]
//! cargo run --release -p face-engine --example accuracy -- <models> strangers <folder>
//! ```
//!
//! `people`: every sub-folder is a person (LFW). All pairs of photos are compared; a list of pairs
//! (`path1,path2,same`, paths from the folder above) is judged by itself. `strangers`: every photo is another person.
//!
//! In every photo the face that holds the middle counts, of several the largest; a photo without one counts as missed,
//! and a pair with it as refused.

use std::collections::HashMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use face_engine::{Engine, Rect, Wanted};
use picture::Limits;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// A photo and the embedding of the face in its middle.
struct Looked {
    file: PathBuf,
    person: String,
    embedding: Option<Vec<f32>>,
}

#[expect(clippy::print_stdout, reason = "a tool that reports")]
fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [models, kind, folder, lists @ ..] = &arguments[..] else {
        return Err("usage: accuracy <models> people|strangers <folder> [<pairs.csv>...]".into());
    };
    let engine = Engine::load(Path::new(models), 1)?;
    let photos = look_at_all(&engine, Path::new(folder), kind == "strangers")?;
    let missed: Vec<_> = photos.iter().filter(|it| it.embedding.is_none()).collect();
    println!(
        "{} photos, {} without a face in the middle",
        photos.len(),
        missed.len()
    );
    for photo in &missed {
        println!("  missed: {}", photo.file.display());
    }
    let (mut same, mut different) = (Vec::new(), Vec::new());
    for (at, a) in photos.iter().enumerate() {
        for b in &photos[at + 1..] {
            let distance = distance(a, b);
            if a.person == b.person {
                same.push(distance);
            } else if distance.is_finite() {
                different.push(distance);
            }
        }
    }
    same.sort_by(f32::total_cmp);
    different.sort_by(f32::total_cmp);
    println!(
        "all pairs: {} of one person, {} of two",
        same.len(),
        different.len()
    );
    for rate in [
        0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002, 0.0001, 0.00005, 0.00002, 0.00001,
    ] {
        let threshold = quantile(&different, rate);
        println!(
            "  FAR {:7.3} %: distance {threshold:.4}, TAR {:6.2} %",
            rate * 100.0,
            share_up_to(&same, threshold) * 100.0
        );
    }
    for percent in [99.9_f32, 99.0, 95.0, 90.0, 80.0, 70.0, 50.0] {
        let threshold = engine
            .embedding_model()
            .similarity
            .squared_distance(percent)
            .sqrt();
        println!(
            "  similarity {percent:5.1}: distance {threshold:.4}, FAR {:8.4} %, TAR {:6.2} %",
            share_up_to(&different, threshold) * 100.0,
            share_up_to(&same, threshold) * 100.0
        );
    }
    for list in lists {
        let default = engine.embedding_model().similarity.squared_distance(80.0).sqrt();
        judge(list, Path::new(folder), &photos, default)?;
    }
    Ok(())
}

/// Accuracy of a list of pairs at its best threshold, as is usual, and at the distance of the default one; TAR at two FARs.
#[expect(clippy::print_stdout, reason = "a tool that reports")]
fn judge(list: &str, folder: &Path, photos: &[Looked], default: f32) -> Outcome<()> {
    let by_name: HashMap<_, _> = photos.iter().map(|it| (it.file.as_path(), it)).collect();
    let above = folder.parent().unwrap_or(folder);
    let (mut same, mut different) = (Vec::new(), Vec::new());
    for line in std::fs::read_to_string(list)?.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let [a, b, is_same] = fields[..] else { continue };
        let (Some(a), Some(b)) = (
            by_name.get(above.join(a).as_path()),
            by_name.get(above.join(b).as_path()),
        ) else {
            continue;
        };
        let of = if is_same == "1" { &mut same } else { &mut different };
        of.push(distance(a, b));
    }
    same.sort_by(f32::total_cmp);
    different.sort_by(f32::total_cmp);
    let n = (same.len() + different.len()) as f32;
    let accuracy = |threshold: f32| {
        let right = share_up_to(&same, threshold) * same.len() as f32
            + (1.0 - share_up_to(&different, threshold)) * different.len() as f32;
        right / n
    };
    let best = same
        .iter()
        .chain(&different)
        .copied()
        .filter(|it| it.is_finite())
        .max_by(|a, b| accuracy(*a).total_cmp(&accuracy(*b)))
        .unwrap_or_default();
    println!(
        "{list}: {n} pairs, accuracy {:.2} % at {best:.4}, {:.2} % at similarity 80",
        accuracy(best) * 100.0,
        accuracy(default) * 100.0
    );
    for rate in [0.01, 0.001] {
        let threshold = quantile(&different, rate);
        println!(
            "  FAR {:.1} %: distance {threshold:.4}, TAR {:.2} %",
            rate * 100.0,
            share_up_to(&same, threshold) * 100.0
        );
    }
    Ok(())
}

/// Share of the sorted `distances` that are at most `threshold`.
fn share_up_to(distances: &[f32], threshold: f32) -> f32 {
    distances.partition_point(|it| *it <= threshold) as f32 / distances.len().max(1) as f32
}

/// The largest threshold at which no more than `share` of the sorted `distances` pass.
fn quantile(distances: &[f32], share: f64) -> f32 {
    let at = (distances.len() as f64 * share).floor() as usize;
    distances.get(at).map_or(f32::INFINITY, |it| it.next_down())
}

/// Infinite if one of them shows nobody.
fn distance(a: &Looked, b: &Looked) -> f32 {
    let (Some(a), Some(b)) = (&a.embedding, &b.embedding) else {
        return f32::INFINITY;
    };
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b) * (a - b))
        .sum::<f32>()
        .sqrt()
}

fn look_at_all(engine: &Engine, folder: &Path, all_differ: bool) -> Outcome<Vec<Looked>> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    files.sort();
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut photos = std::thread::scope(|scope| {
        let work = || -> Outcome<Vec<Looked>> {
            let mut done = Vec::new();
            while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                let owner = if all_differ {
                    Some(file.as_path())
                } else {
                    file.parent()
                };
                done.push(Looked {
                    file: file.clone(),
                    person: owner.unwrap_or(file).to_string_lossy().into_owned(),
                    embedding: embedding(engine, file)?,
                });
            }
            Ok(done)
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let mut photos = Vec::new();
        for worker in workers {
            photos.extend(worker.join().map_err(|_| "a worker panicked")??);
        }
        Outcome::Ok(photos)
    })?;
    photos.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(photos)
}

fn embedding(engine: &Engine, file: &Path) -> Outcome<Option<Vec<f32>>> {
    let limits = Limits {
        min_side_px: 1,
        ..Limits::UPLOAD
    };
    let Ok(photo) = picture::decode(&std::fs::read(file)?, &limits) else {
        return Ok(None);
    };
    let (x, y) = (photo.width as f32 / 2.0, photo.height as f32 / 2.0);
    let holds_middle = |it: &Rect| (it.left..it.right()).contains(&x) && (it.top..it.bottom()).contains(&y);
    let faces = engine.detect(&photo, Wanted::DEFAULT)?;
    let middle: Vec<_> = faces
        .into_iter()
        .filter(|it| holds_middle(&it.bounds))
        .take(1)
        .collect();
    Ok(engine.embed(&photo, &middle)?.pop())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|it| it == "jpg" || it == "png") {
            files.push(path);
        }
    }
    Ok(())
}
