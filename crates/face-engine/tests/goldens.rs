//! The engine beside the reference library, stage by stage, on the package's six group photos.
//!
//! The goldens are written by `tools/reference/goldens.mjs`. That the networks themselves compute the same
//! numbers is checked whenever they are loaded, on a known input; what differs here is what the engine does
//! differently on purpose: it samples photos without aliasing, and looks twice at each face.

#![expect(clippy::unwrap_used, reason = "in a suite a failure is a failed test")]

use std::path::{Path, PathBuf};

use face_engine::{Emotion, Engine, Face, Gender, Rect, Wanted};
use picture::{Limits, Picture};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    photo: String,
    width: u32,
    height: u32,
    /// x, y, r, g, b.
    pixels: Vec<[u32; 5]>,
    faces: Vec<GoldenFace>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GoldenFace {
    /// x, y, width, height.
    r#box: [f32; 4],
    landmarks: Vec<[f32; 2]>,
    expressions: std::collections::BTreeMap<String, f32>,
    age: f32,
    gender: String,
    gender_probability: f32,
}

/// Faces by eye, which are also those of the reference library's SSD.
const FACES_BY_EYE: [usize; 6] = [3, 3, 3, 4, 5, 4];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn engine() -> Engine {
    let models = root().join("models/weights");
    Engine::load(&models, 1).expect("models/weights is prepared by `cargo xtask models`")
}

fn golden(sample: usize) -> Golden {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/goldens/sample{sample}.json"));
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

fn photo(name: &str) -> Picture {
    let path = root()
        .join("client/node_modules/@vladmandic/face-api/demo")
        .join(name);
    let bytes = std::fs::read(&path).unwrap_or_else(|error| {
        panic!(
            "{} cannot be read ({error}): run `npm ci` in the folder client first",
            path.display()
        )
    });
    picture::decode(&bytes, &Limits::UPLOAD).unwrap()
}

fn rect([left, top, width, height]: [f32; 4]) -> Rect {
    Rect {
        left,
        top,
        width,
        height,
    }
}

/// Each golden face with the found face that is most like it.
fn pairs<'a>(golden: &'a Golden, found: &'a [Face]) -> impl Iterator<Item = (&'a GoldenFace, &'a Face)> {
    golden.faces.iter().map(|expected| {
        let likeness = |it: &&Face| it.bounds.iou(rect(expected.r#box));
        let best = found.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
        (expected, best.expect("faces are found in every sample"))
    })
}

/// Both decoders are accurate to a few levels; they differ in how they enlarge the colour planes, which
/// shows at an edge that a sampled pixel may happen to lie on. So nine of ten must agree within 4.
#[test]
fn decoded_pixels_are_those_of_libjpeg() {
    for sample in 1..=6 {
        let golden = golden(sample);
        let photo = photo(&golden.photo);
        assert_eq!((photo.width, photo.height), (golden.width, golden.height));
        let near = golden.pixels.iter().filter(|&&[x, y, r, g, b]| {
            photo
                .pixel(x, y)
                .into_iter()
                .zip([r, g, b])
                .all(|(found, it)| u32::from(found).abs_diff(it) <= 4)
        });
        assert!(golden.pixels.len() * 9 <= near.count() * 10, "{}", golden.photo);
    }
}

#[test]
fn every_sample_has_as_many_faces_as_a_person_counts() {
    let engine = engine();
    for (sample, by_eye) in (1..=6).zip(FACES_BY_EYE) {
        let golden = golden(sample);
        assert_eq!(
            golden.faces.len(),
            by_eye,
            "{} by the reference library",
            golden.photo
        );
        let found = engine.locate(&photo(&golden.photo)).unwrap();
        assert_eq!(found.len(), by_eye, "{}", golden.photo);
    }
}

#[test]
fn boxes_landmarks_and_attributes_are_near_the_reference() {
    let engine = engine();
    let (mut same_emotion, mut sure_emotions) = (0, 0);
    let mut age_differences = Vec::new();
    for sample in 1..=6 {
        let golden = golden(sample);
        let found = engine.detect(&photo(&golden.photo), Wanted::ALL).unwrap();
        assert!(
            found.is_sorted_by(|a, b| a.bounds.area() >= b.bounds.area()),
            "largest first"
        );
        for (expected, face) in pairs(&golden, &found) {
            // Another way to sample the photo moves a box by a few percent of its size. A rough box of a
            // small image in place of a precise one would overlap by 0.75 or less.
            let iou = face.bounds.iou(rect(expected.r#box));
            assert!(0.85 < iou, "{}: boxes overlap by {iou}", golden.photo);

            // The reference's points come from one look at the detector's box; ours from a second one.
            let size = face.bounds.area().sqrt();
            let off = expected.landmarks.iter().zip(&face.landmarks);
            let off = off.map(|(a, b)| (a[0] - b.x).hypot(a[1] - b.y)).sum::<f32>() / 68.0 / size;
            assert!(
                off < 0.10,
                "{}: landmarks are off by {off} of the face",
                golden.photo
            );

            let emotions = face.emotions.as_ref().unwrap();
            assert!((emotions.iter().map(|it| it.1).sum::<f32>() - 1.0).abs() < 1e-4);
            let (name, probability) = expected
                .expressions
                .iter()
                .max_by(|a, b| a.1.total_cmp(b.1))
                .expect("seven expressions");
            if 0.95 < *probability {
                sure_emotions += 1;
                same_emotion += usize::from(emotions[0].0 == emotion(name));
            }

            // Ours is a head of our own on more than the reference's network sees: near, not the same.
            let age = face.age.unwrap();
            age_differences.push((age.years - expected.age).abs());
            assert!(f32::from(age.low) <= age.years && age.years <= f32::from(age.high));
            if 0.95 < expected.gender_probability {
                let looks = if expected.gender == "male" {
                    Gender::Male
                } else {
                    Gender::Female
                };
                assert_eq!(face.gender.unwrap().0, looks, "{}", golden.photo);
            }
        }
    }
    let mean_difference = age_differences.iter().sum::<f32>() / age_differences.len() as f32;
    assert!(
        mean_difference < 10.0,
        "ages differ by {mean_difference} years on average: {age_differences:?}"
    );
    // Where the reference is sure, the crop of the second look must not change more than one in five.
    assert!(
        sure_emotions * 4 <= same_emotion * 5,
        "{same_emotion} of {sure_emotions}"
    );
}

#[test]
fn what_is_found_does_not_depend_on_the_number_of_threads() {
    let models = root().join("models/weights");
    let photo = photo("sample2.jpg");
    let found = [1, 2].map(|threads| {
        Engine::load(&models, threads)
            .unwrap()
            .detect(&photo, Wanted::ALL)
            .unwrap()
    });
    assert_eq!(found[0], found[1]);
}

#[test]
fn photos_of_any_shape_have_an_answer_without_nan() {
    let engine = engine();
    for (width, height) in [(1, 1), (1, 3000), (3000, 1), (7, 5), (80, 80), (4000, 90)] {
        for value in [0, 255] {
            let rgb = vec![value; (width * height * 3) as usize];
            let photo = Picture {
                width,
                height,
                rgb,
                format: picture::Format::Png,
            };
            for face in engine.detect(&photo, Wanted::ALL).unwrap() {
                let numbers = [face.confidence, face.pose.yaw, face.pose.pitch, face.pose.roll];
                let quality = [face.quality.brightness, face.quality.sharpness];
                assert!(numbers.iter().chain(&quality).all(|it| it.is_finite()));
            }
        }
    }
}

fn emotion(name: &str) -> Emotion {
    match name {
        "neutral" => Emotion::Calm,
        "happy" => Emotion::Happy,
        "sad" => Emotion::Sad,
        "angry" => Emotion::Angry,
        "fearful" => Emotion::Fear,
        "disgusted" => Emotion::Disgusted,
        "surprised" => Emotion::Surprised,
        _ => panic!("{name} is no expression"),
    }
}
