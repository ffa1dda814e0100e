//! The detector around its network, with networks that see what a test wants them to.

use picture::{Format, Picture};

use super::anchors::anchors;
use super::*;
use crate::models::{Channels, Normalization};
use crate::network::{Network, RuntimeError};
use crate::tensor::{Image, Output};

/// Sees a face wherever the image is bright: each anchor of the smallest kind whose middle is.
#[derive(Debug)]
struct SeesBright {
    logit: f32,
}

impl Network for SeesBright {
    fn run(&self, image: &Image) -> Result<Vec<Output>, RuntimeError> {
        let values = anchors(image.height, image.width).into_iter().flat_map(|it| {
            let pixel = it.y as usize * image.width + it.x as usize;
            let is_bright = 100.0 < image.values[pixel * 3] && (it.width - 51.2).abs() < 0.1;
            [0.0, 0.0, 0.0, 0.0, if is_bright { self.logit } else { -20.0 }]
        });
        let values: Vec<f32> = values.collect();
        Ok(vec![Output {
            shape: vec![1, values.len() / 5, 5],
            values,
        }])
    }
}

#[derive(Debug)]
struct Answers(Vec<f32>);

impl Network for Answers {
    fn run(&self, _: &Image) -> Result<Vec<Output>, RuntimeError> {
        Ok(vec![Output {
            shape: vec![self.0.len()],
            values: self.0.clone(),
        }])
    }
}

#[derive(Debug)]
struct Fails;

impl Network for Fails {
    fn run(&self, _: &Image) -> Result<Vec<Output>, RuntimeError> {
        Err("out of order".into())
    }
}

fn detector(network: impl Network + 'static, policy: Policy) -> Detector {
    let bytes = Normalization {
        side_px: 512,
        mean: [0.0; 3],
        scale: 1.0,
        channels: Channels::Rgb,
    };
    Detector::new(Model::new("test", Box::new(network), bytes), policy)
}

/// Black, with one white square.
fn photo(width: u32, height: u32, square: Rect) -> Picture {
    let is_white = |x: u32, y: u32| {
        let (x, y) = (x as f32, y as f32);
        (square.left..square.right()).contains(&x) && (square.top..square.bottom()).contains(&y)
    };
    let byte = |x, y| if is_white(x, y) { 255 } else { 0 };
    let rgb = (0..height)
        .flat_map(|y| (0..width).flat_map(move |x| [byte(x, y); 3]))
        .collect();
    Picture {
        width,
        height,
        rgb,
        format: Format::Png,
    }
}

#[test]
fn a_face_is_found_where_it_is_in_the_photo() {
    // 64 photo pixels are 32 of the image that is shown: two cells, of which the boxes overlap.
    let square = Rect {
        left: 608.0,
        top: 288.0,
        width: 64.0,
        height: 64.0,
    };
    let photo = photo(1024, 768, square);
    let policy = Policy {
        sides_px: &[512],
        closer_sides_px: &[],
        ..Policy::DEFAULT
    };
    let found = detector(SeesBright { logit: 8.0 }, policy)
        .detect(&Pyramid::of(&photo).unwrap())
        .unwrap();
    assert!(!found.is_empty());
    for it in found {
        assert!(it.bounds.center().distance(square.center()) < 40.0, "{it:?}");
        assert!(
            (it.bounds.width - 102.4).abs() < 0.1,
            "an anchor of 51.2, twice as large in the photo"
        );
    }
}

#[test]
fn what_is_not_sure_counts_less_if_a_second_look_does_not_see_it() {
    let square = Rect {
        left: 600.0,
        top: 280.0,
        width: 40.0,
        height: 40.0,
    };
    let photo = photo(1024, 768, square);
    let policy = Policy {
        sides_px: &[512],
        closer_sides_px: &[],
        confident: 0.4,
        ..Policy::DEFAULT
    };
    // 0.73 in both looks stays 0.73; it would be dropped if the second look were not taken into account.
    let found = detector(SeesBright { logit: 1.0 }, policy)
        .detect(&Pyramid::of(&photo).unwrap())
        .unwrap();
    assert!(found.iter().all(|it| it.score <= 0.732));
}

#[test]
fn a_dark_photo_has_no_faces() {
    let photo = photo(300, 200, Rect::default());
    let found = detector(SeesBright { logit: 9.0 }, Policy::DEFAULT).detect(&Pyramid::of(&photo).unwrap());
    assert!(found.unwrap().is_empty());
}

#[test]
fn tiles_cover_every_length_and_overlap() {
    let detector = detector(Fails, Policy::DEFAULT);
    let Policy {
        tile_px, overlap_px, ..
    } = detector.policy;
    for length in (1..3000).chain([4096, 8191]) {
        let tiles = detector.tiles(length);
        assert_eq!(tiles[0].0, 0);
        let (last, size) = tiles[tiles.len() - 1];
        assert_eq!(last + size, length);
        for pair in tiles.windows(2) {
            assert!(pair[0].0 < pair[1].0);
            assert!(
                pair[1].0 + overlap_px <= pair[0].0 + tile_px,
                "{length}: {tiles:?}"
            );
        }
    }
}

#[test]
fn it_looks_closer_only_for_small_faces_and_only_where_there_are_pixels() {
    let detector = detector(Fails, Policy::DEFAULT);
    let of_height = |height: f32| Detection {
        bounds: Rect {
            left: 0.0,
            top: 0.0,
            width: height,
            height,
        },
        score: 0.9,
        is_reliable: true,
    };
    let large = photo(2048, 100, Rect::default());
    let large = Pyramid::of(&large).unwrap();
    // 36 pixels at 512 are 144 of 2,048.
    assert!(detector.pays_to_look_closer(&large, &[of_height(400.0), of_height(100.0)], 512, 1024));
    assert!(!detector.pays_to_look_closer(&large, &[of_height(150.0)], 512, 1024));
    assert!(!detector.pays_to_look_closer(&large, &[], 512, 1024));
    let small = photo(300, 100, Rect::default());
    let small = Pyramid::of(&small).unwrap();
    assert!(!detector.pays_to_look_closer(&small, &[of_height(10.0)], 512, 1024));
}

#[test]
fn a_photo_is_shown_at_every_size_up_to_a_quarter_more_than_its_own() {
    let detector = detector(Fails, Policy::DEFAULT);
    for (longer, sides) in [
        (4000, vec![64, 128, 256, 512]),
        (500, vec![64, 128, 256, 512]),
        (300, vec![64, 128, 256, 375]),
        (250, vec![64, 128, 256]),
        (224, vec![64, 128, 256]),
        (100, vec![64, 125]),
        (40, vec![50]),
    ] {
        let photo = photo(longer, 40, Rect::default());
        assert_eq!(detector.sides(&Pyramid::of(&photo).unwrap()), sides, "{longer}");
    }
}

#[test]
fn confidence_rises_with_the_score_and_stays_a_probability() {
    let scores = [0.0, 0.15, 0.25, 0.35, 0.55, 0.7, 0.95, 1.0].map(confidence);
    assert!(scores.is_sorted_by(|a, b| a < b), "{scores:?}");
    assert!(scores.iter().all(|it| (0.0..=1.0).contains(it)));
    // The shares that were counted.
    for (score, share) in [(0.25, 0.67), (0.35, 0.8), (0.55, 0.92), (0.95, 0.998)] {
        assert!((confidence(score) - share).abs() < 0.02, "{score}");
    }
}

#[test]
fn a_network_that_fails_or_answers_something_else_is_an_error() {
    let photo = photo(100, 100, Rect::default());
    let pyramid = Pyramid::of(&photo).unwrap();
    let failed = detector(Fails, Policy::DEFAULT).detect(&pyramid);
    assert!(matches!(failed, Err(EngineError::Run { model, .. }) if model == "test"));
    let other = detector(Answers(vec![1.0; 7]), Policy::DEFAULT).detect(&pyramid);
    assert!(matches!(other, Err(EngineError::Shape { model }) if model == "test"));
}

#[test]
fn numbers_that_are_none_are_no_faces() {
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX] {
        let mut values = vec![value; anchors(64, 64).len() * 5];
        // A sure score with a box of nonsense.
        values.iter_mut().skip(4).step_by(5).for_each(|it| *it = 9.0);
        let output = Output {
            shape: vec![],
            values,
        };
        for it in ssd::decode(&output, 64, 64, 0.5).unwrap() {
            assert!(!it.bounds.left.is_finite() || it.bounds.width.is_finite());
        }
    }
    let output = Output {
        shape: vec![],
        values: vec![f32::NAN; anchors(64, 64).len() * 5],
    };
    assert!(ssd::decode(&output, 64, 64, 0.5).unwrap().is_empty());
}
