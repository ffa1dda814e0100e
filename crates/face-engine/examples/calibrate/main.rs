//! Fits the heads of the face engine, and says how good they are on photos that were held back.
//!
//! ```text
//! cargo run -p face-engine --example calibrate -- <models> <attributes> <heads.toml>
//! cargo run -p face-engine --example calibrate -- <models> <attributes> shape [<every nth photo>]
//! ```
//!
//! The second form prints the three-dimensional face of `src/pose/shape.rs`, and how far it is from the one
//! that the engine was built with.
//!
//! `<attributes>` holds `labels.csv` and `images/`. A face is the largest one around the middle of its
//! photo. Every figure printed is of five-fold cross-validation: each face is judged by heads that were
//! fitted without it. What is written is fitted on all of them.

mod fit;
mod labels;
mod shape;

use std::error::Error;
use std::path::Path;

use face_engine::calibration::{self, AgeSpread, Group, Head, Heads, Measured};
use face_engine::{Engine, Point, Wanted};
use fit::Samples;
use labels::Label;
use picture::Limits;

/// Expressions are not labelled in the photos that heads may be fitted on. Tuned on 125 faces of FER2013, of
/// which 60 % are recognized: at 4 the mean confidence is 63 %, at 1 it is 90 %.
const EMOTION_TEMPERATURE: f32 = 4.0;

/// Part of all true ages that an age range should hold.
const AGE_COVERAGE: f32 = 0.8;

const MOUTH: &[Group] = &[Group::Mouth, Group::Ratios, Group::Expression];
const EYES: &[Group] = &[Group::Eyes, Group::Ratios, Group::Expression];
const PERSON: &[Group] = &[Group::Descriptor, Group::AgeGender];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (models, attributes, out) = match &arguments[..] {
        [models, attributes, mode] if mode == "shape" => return print_shape(models, attributes, 1),
        [models, attributes, mode, nth] if mode == "shape" => {
            return print_shape(models, attributes, nth.parse::<usize>()?.max(1));
        }
        [models, attributes, out] => (models, attributes, out),
        _ => return Err("usage: calibrate <models> <attributes> (<heads.toml> | shape [<nth>])".into()),
    };
    let faces = measure(Path::new(models), Path::new(attributes))?;
    let heads = Heads {
        smile: logistic("smile", &faces, MOUTH, 1.0, |it| it.smile),
        mouth_open: logistic("mouth open", &faces, MOUTH, 1.0, |it| it.mouth_open),
        // Closed eyes are rare among the photos, and the more interesting answer.
        eyes_open: logistic("eyes open", &faces, EYES, 3.0, |it| it.eyes_open),
        male: logistic("male", &faces, PERSON, 1.0, |it| it.male),
        age: Head {
            inputs: PERSON.to_vec(),
            bias: 0.0,
            weights: vec![],
        },
        age_range: vec![],
        emotion_temperature: EMOTION_TEMPERATURE,
    };
    let (age, age_range) = age(&faces);
    std::fs::write(
        out,
        toml::to_string(&Heads {
            age,
            age_range,
            ..heads
        })?,
    )?;
    Ok(())
}

/// Fits the three-dimensional face.
#[expect(clippy::print_stdout, reason = "a tool that reports")]
fn print_shape(models: &str, attributes: &str, nth: usize) -> Result<(), Box<dyn Error>> {
    let engine = Engine::load(Path::new(models), 2)?;
    let limits = Limits {
        min_side_px: 1,
        ..Limits::UPLOAD
    };
    let mut faces = Vec::new();
    for label in labels::read(&Path::new(attributes).join("labels.csv"))?
        .into_iter()
        .step_by(nth)
    {
        let bytes = std::fs::read(Path::new(attributes).join("images").join(&label.file))?;
        let photo = picture::decode(&bytes, &limits)?;
        faces.extend(
            engine
                .detect(&photo, Wanted::DEFAULT)?
                .first()
                .map(|it| it.landmarks),
        );
    }
    let shape = shape::fit(&faces, &calibration::SHAPE_WEIGHT, &calibration::TWIN);
    for [x, y, z] in &shape {
        println!("    [{x:.4}, {y:.4}, {z:.4}],");
    }
    let apart = |(a, b): (&[f32; 3], &[f32; 3])| (0..3).map(|it| (a[it] - b[it]).powi(2)).sum::<f32>().sqrt();
    let distances: Vec<f32> = shape.iter().zip(&calibration::SHAPE).map(apart).collect();
    let mean = distances.iter().sum::<f32>() / distances.len() as f32;
    let most = distances.iter().copied().fold(0.0, f32::max);
    println!(
        "{} faces; from the shape in use {mean:.3} on average, {most:.3} at most",
        faces.len()
    );
    Ok(())
}

type Labelled = (Label, Measured);

#[expect(clippy::print_stderr, clippy::print_stdout, reason = "a tool that reports")]
fn measure(models: &Path, attributes: &Path) -> Result<Vec<Labelled>, Box<dyn Error>> {
    let engine = Engine::load(models, 2)?;
    let limits = Limits {
        min_side_px: 1,
        ..Limits::UPLOAD
    };
    let labels = labels::read(&attributes.join("labels.csv"))?;
    let (total, mut faces) = (labels.len(), Vec::new());
    for (done, label) in labels.into_iter().enumerate() {
        let bytes = std::fs::read(attributes.join("images").join(&label.file))?;
        let photo = picture::decode(&bytes, &limits)?;
        let middle = Point {
            x: photo.width as f32 / 2.0,
            y: photo.height as f32 / 2.0,
        };
        let found = engine.measure(&photo)?.into_iter().find(|it| {
            let at = it.face.bounds;
            (at.left..at.right()).contains(&middle.x) && (at.top..at.bottom()).contains(&middle.y)
        });
        faces.extend(found.map(|it| (label, it)));
        if done % 200 == 199 {
            eprintln!("{} of {total}", done + 1);
        }
    }
    println!("faces found: {} of {total}", faces.len());
    Ok(faces)
}

/// A head for a yes or no; "no" weighs `no_weight` times as much in the fit.
#[expect(clippy::print_stdout, reason = "a tool that reports")]
fn logistic(
    name: &str,
    faces: &[Labelled],
    inputs: &[Group],
    no_weight: f32,
    of: impl Fn(&Label) -> Option<bool>,
) -> Head {
    let judged = faces
        .iter()
        .filter_map(|(label, it)| Some((it.inputs.of(inputs)?, f32::from(u8::from(of(label)?)))));
    let samples = Samples::new(judged);
    let weight = |yes: f32| if yes < 0.5 { no_weight } else { 1.0 };
    let held_back = samples.cross_validated(|part| part.logistic(weight));
    let probabilities: Vec<f32> = held_back.iter().map(|it| 1.0 / (1.0 + (-it).exp())).collect();
    println!("{name}: {}", fit::judge(&probabilities, &samples.targets));
    let (bias, weights) = samples.logistic(weight).into_parts();
    Head {
        inputs: inputs.to_vec(),
        bias,
        weights,
    }
}

#[expect(clippy::print_stdout, reason = "a tool that reports")]
fn age(faces: &[Labelled]) -> (Head, Vec<AgeSpread>) {
    let judged = faces
        .iter()
        .filter_map(|(label, it)| Some((it.inputs.of(PERSON)?, label.age.0.midpoint(label.age.1))));
    let samples = Samples::new(judged);
    let held_back = samples.cross_validated(Samples::linear);
    let bins: Vec<(f32, f32)> = faces.iter().map(|(label, _)| label.age).collect();
    let off = |(found, bin): (&f32, &(f32, f32))| (bin.0 - found).max(found - bin.1).max(0.0);
    let errors: Vec<f32> = held_back.iter().zip(&bins).map(off).collect();
    let mean = errors.iter().sum::<f32>() / errors.len() as f32;
    let inside = errors.iter().filter(|it| **it <= 0.0).count() as f32 / errors.len() as f32;
    println!(
        "age: {mean:.2} years outside the labelled bin on average, {:.1} % inside it",
        inside * 100.0
    );
    let spread = age_spread(&held_back, &bins);
    println!("age ranges, estimate -below +above: {spread:?}");
    let (bias, weights) = samples.linear().into_parts();
    (
        Head {
            inputs: PERSON.to_vec(),
            bias,
            weights,
        },
        spread,
    )
}

/// How far true ages lie from estimates near some ages. A true age is somewhere in its bin, so each bin
/// counts as ten ages spread evenly over it.
fn age_spread(estimates: &[f32], bins: &[(f32, f32)]) -> Vec<AgeSpread> {
    const NEIGHBOURHOOD: f32 = 5.0;
    [5.0, 12.0, 20.0, 27.0, 35.0, 42.0, 50.0, 57.0, 65.0]
        .into_iter()
        .map(|at| {
            let near = estimates
                .iter()
                .zip(bins)
                .filter(|(it, _)| (*it - at).abs() <= NEIGHBOURHOOD);
            let mut off: Vec<f32> = near
                .flat_map(|(it, bin)| {
                    (0..10).map(move |k| bin.0 + (bin.1 - bin.0) * (k as f32 + 0.5) / 10.0 - it)
                })
                .collect();
            off.sort_by(f32::total_cmp);
            let quantile = |part: f32| {
                off.get((off.len() as f32 * part) as usize)
                    .copied()
                    .unwrap_or(0.0)
            };
            let tail = (1.0 - AGE_COVERAGE) / 2.0;
            AgeSpread {
                at,
                below: (-quantile(tail)).max(1.0),
                above: quantile(1.0 - tail).max(1.0),
            }
        })
        .collect()
}
