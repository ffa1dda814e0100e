//! Prints how pose and quality of the largest faces are distributed over a folder of photos: what the bars of the quality
//! filter were chosen by.
//!
//! `cargo run --release -p rekognition-local --example quality_quantiles -- models/weights FOLDER [EVERY]`

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use face_engine::{Engine, Wanted};

const QUANTILES: [f32; 7] = [0.0, 0.01, 0.05, 0.5, 0.95, 0.99, 1.0];

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let models: PathBuf = arguments.next().context("which folder of models?")?.into();
    let photos: PathBuf = arguments.next().context("which folder of photos?")?.into();
    let every = arguments.next().map_or(Ok(1), |it| it.parse())?;
    let engine = Engine::load(&models, 1)?;
    let mut files = Vec::new();
    collect(&photos, &mut files)?;
    files.sort();
    let mut rows: Vec<[f32; 7]> = Vec::new();
    for file in files.iter().step_by(every) {
        let Ok(picture) = picture::decode(&std::fs::read(file)?, &picture::Limits::REKOGNITION) else {
            continue;
        };
        if let Some(face) = engine.detect(&picture, Wanted::DEFAULT)?.first() {
            rows.push([
                face.pose.yaw.abs(),
                face.pose.pitch,
                face.pose.roll.abs(),
                face.quality.brightness,
                face.quality.sharpness,
                face.confidence * 100.0,
                face.bounds.width.min(face.bounds.height),
            ]);
        }
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{} faces; quantiles {QUANTILES:?}", rows.len())?;
    let names = [
        "|yaw|",
        "pitch",
        "|roll|",
        "brightness",
        "sharpness",
        "confidence",
        "side px",
    ];
    for (column, name) in names.into_iter().enumerate() {
        let mut values: Vec<f32> = rows.iter().map(|it| it[column]).collect();
        values.sort_by(f32::total_cmp);
        let at = |quantile: f32| values[((values.len() - 1) as f32 * quantile).round() as usize];
        writeln!(out, "{name:>10} {:7.1?}", QUANTILES.map(at))?;
    }
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
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
