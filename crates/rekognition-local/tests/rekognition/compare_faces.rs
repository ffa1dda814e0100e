//! `CompareFaces`. Distances of 0.5, 1 and 2 are 90, 50 and 0 percent.

use std::collections::BTreeSet;

use face_engine::Face;
use serde_json::{Value, json};

use crate::people::{World, close, sized};

fn input(source: &Value, target: &Value) -> Value {
    json!({"SourceImage": source, "TargetImage": target})
}

/// Names of the members, sorted.
fn names(shape: &Value) -> BTreeSet<&str> {
    shape
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect()
}

#[tokio::test]
async fn the_largest_face_is_compared_with_all_of_the_target() {
    let world = World::new();
    let source = world.picture(1, &[(sized(100.0), [0.0, 0.0]), (sized(50.0), [9.0, 0.0])]);
    let target = world.picture(
        2,
        &[
            (sized(120.0), [0.5, 0.0]),
            (sized(90.0), [9.0, 0.0]),
            (sized(60.0), [0.25, 0.0]),
        ],
    );
    let answer = world.ok("CompareFaces", input(&source, &target)).await;
    assert_eq!(
        names(&answer),
        BTreeSet::from(["FaceMatches", "SourceImageFace", "UnmatchedFaces"])
    );
    close(&answer["SourceImageFace"]["Confidence"], 99.0);
    close(&answer["SourceImageFace"]["BoundingBox"]["Width"], 100.0 / 240.0);
    let matches = answer["FaceMatches"].as_array().expect("a list");
    assert_eq!(matches.len(), 2);
    close(&matches[0]["Similarity"], 95.0);
    close(&matches[1]["Similarity"], 90.0);
    assert_eq!(matches[0]["Face"]["BoundingBox"]["Width"], 0.25);
    assert_eq!(
        names(&matches[0]["Face"]),
        BTreeSet::from([
            "BoundingBox",
            "Confidence",
            "Emotions",
            "Landmarks",
            "Pose",
            "Quality",
            "Smile"
        ])
    );
    assert_eq!(
        matches[0]["Face"]["Landmarks"].as_array().expect("a list").len(),
        5
    );
    let unmatched = answer["UnmatchedFaces"].as_array().expect("a list");
    assert_eq!(unmatched.len(), 1);
    close(&unmatched[0]["BoundingBox"]["Width"], 90.0 / 240.0);
}

#[tokio::test]
async fn the_threshold_is_80_percent_and_meets_exact_matches() {
    let world = World::new();
    let source = world.portrait(1, [0.0, 0.0]);
    let target = world.picture(
        2,
        &[
            (sized(120.0), [0.5, 0.0]),
            (sized(90.0), [0.75, 0.0]),
            (sized(60.0), [0.0, 0.0]),
        ],
    );
    for (threshold, n_matches) in [
        (Value::Null, 2),
        (json!(0), 3),
        (json!(70), 3),
        (json!(90), 2),
        (json!(90.1), 1),
        (json!(100), 1),
    ] {
        let mut input = input(&source, &target);
        input["SimilarityThreshold"] = threshold.clone();
        let answer = world.ok("CompareFaces", input).await;
        let matches = answer["FaceMatches"].as_array().expect("a list");
        let unmatched = answer["UnmatchedFaces"].as_array().expect("a list");
        assert_eq!(
            (matches.len(), unmatched.len()),
            (n_matches, 3 - n_matches),
            "{threshold}"
        );
    }
}

#[tokio::test]
async fn an_image_without_a_face_is_refused_whichever_it_is() {
    let world = World::new();
    let face = world.portrait(1, [0.0, 0.0]);
    let none = world.picture(2, &[]);
    for (source, target) in [(&face, &none), (&none, &face)] {
        let refused = world.refused("CompareFaces", input(source, target)).await;
        assert_eq!(
            (refused.0.as_str(), refused.1.as_str()),
            ("InvalidParameterException", "Request has invalid parameters")
        );
    }
}

#[tokio::test]
async fn faces_below_the_bar_are_not_compared() {
    let world = World::new();
    let mut turned = sized(120.0);
    turned.pose.yaw = 85.0;
    let source = world.picture(1, &[(turned.clone(), [9.0, 0.0]), (sized(90.0), [0.0, 0.0])]);
    let target = world.picture(2, &[(turned.clone(), [0.0, 0.0]), (sized(60.0), [0.0, 0.0])]);
    let mut filtered = input(&source, &target);
    filtered["QualityFilter"] = json!("AUTO");
    let answer = world.ok("CompareFaces", filtered.clone()).await;
    close(&answer["SourceImageFace"]["BoundingBox"]["Width"], 90.0 / 240.0);
    assert_eq!(answer["FaceMatches"].as_array().expect("a list").len(), 1);
    assert_eq!(answer["UnmatchedFaces"], json!([]));
    let answer = world.ok("CompareFaces", input(&source, &target)).await;
    assert_eq!(
        answer["FaceMatches"],
        json!([]),
        "without a filter the turned face is the source"
    );

    let bad = world.picture(3, &[(turned, [0.0, 0.0])]);
    filtered["TargetImage"] = bad.clone();
    let answer = world.ok("CompareFaces", filtered.clone()).await;
    assert_eq!(
        (&answer["FaceMatches"], &answer["UnmatchedFaces"]),
        (&json!([]), &json!([]))
    );
    filtered["SourceImage"] = bad;
    let refused = world.refused("CompareFaces", filtered).await;
    assert_eq!(refused.0, "InvalidParameterException");
}

#[tokio::test]
async fn at_most_a_hundred_faces_of_the_target_are_compared() {
    let world = World::new();
    let source = world.portrait(1, [0.0, 0.0]);
    let crowd: Vec<(Face, [f32; 2])> = (0..120_u8)
        .map(|it| (sized(150.0 - f32::from(it)), [0.0, 0.0]))
        .collect();
    let target = world.picture(2, &crowd);
    let answer = world.ok("CompareFaces", input(&source, &target)).await;
    let matches = answer["FaceMatches"].as_array().expect("a list");
    assert_eq!(matches.len(), 100);
    close(&matches[0]["Face"]["BoundingBox"]["Width"], 150.0 / 240.0);
}

#[tokio::test]
async fn what_the_model_does_not_allow_is_refused() {
    let world = World::new();
    let face = world.portrait(1, [0.0, 0.0]);
    world
        .violates("CompareFaces", json!({"TargetImage": face}), "sourceImage")
        .await;
    world
        .violates("CompareFaces", json!({"SourceImage": face}), "targetImage")
        .await;
    let empty = json!({"Bytes": ""});
    world
        .violates("CompareFaces", input(&face, &empty), "targetImage.bytes")
        .await;
    for (member, value, path) in [
        ("SimilarityThreshold", json!(-1), "similarityThreshold"),
        ("SimilarityThreshold", json!(100.01), "similarityThreshold"),
        ("QualityFilter", json!("SOME"), "qualityFilter"),
    ] {
        let mut input = input(&face, &face);
        input[member] = value;
        world.violates("CompareFaces", input, path).await;
    }
}
