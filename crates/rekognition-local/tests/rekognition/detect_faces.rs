//! What callers of `DetectFaces` get, with faces made by hand.

use std::{
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use crate::common::{
    Bucket, NOBODY, Sees, caller, detect, encoded, face, inline, jpeg, limits, nowhere, sees,
    with_orientation,
};
use face_engine::{EmbeddingModel, EngineError, Face, Rect, Wanted};
use image::ImageFormat;
use picture::Picture;
use rekognition_local::{Faces, MAX_OBJECT_BYTES, Rekognition, operations};
use serde_json::{Value, json};

fn names(detail: &Value) -> Vec<&str> {
    detail
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect()
}

async fn refusal(service: &Rekognition, input: &Value) -> (u16, String, String) {
    let error = detect(service, input).await.expect_err("must be refused");
    assert_eq!(
        error.members.get("Code"),
        Some(&json!(error.code)),
        "Rekognition repeats the code"
    );
    assert!(error.members.contains_key("Logref"));
    (error.status.as_u16(), error.code, error.message)
}

#[tokio::test]
async fn default_gives_the_five_fields_in_ratios_and_percentages() {
    let (service, sees) = sees(vec![face()]);
    let output = detect(&service, &inline(&jpeg(200, 100)))
        .await
        .expect("an answer");
    assert_eq!(
        output,
        json!({"FaceDetails": [{
            "BoundingBox": {"Width": 0.25, "Height": 0.75, "Left": 0.1_f32, "Top": 0.25},
            "Landmarks": [
                {"Type": "eyeLeft", "X": 38.5_f32 / 200.0, "Y": 77.0_f32 / 100.0},
                {"Type": "eyeRight", "X": 44.5_f32 / 200.0, "Y": 89.0_f32 / 100.0},
                {"Type": "mouthLeft", "X": 48.0_f32 / 200.0, "Y": 96.0_f32 / 100.0},
                {"Type": "mouthRight", "X": 54.0_f32 / 200.0, "Y": 108.0_f32 / 100.0},
                {"Type": "nose", "X": 30.0_f32 / 200.0, "Y": 60.0_f32 / 100.0},
            ],
            "Pose": {"Roll": 1.5, "Yaw": -12.5, "Pitch": 3.0},
            "Quality": {"Brightness": 61.5, "Sharpness": 92.25},
            "Confidence": 75.0,
        }]})
    );
    assert_eq!(
        *sees.seen.lock().expect("not poisoned"),
        [(200, 100, Wanted::DEFAULT)]
    );
}

#[tokio::test]
async fn all_gives_what_was_measured_and_thirty_landmarks() {
    let (service, sees) = sees(vec![face()]);
    let mut input = inline(&jpeg(200, 100));
    input["Attributes"] = json!(["ALL"]);
    let output = detect(&service, &input).await.expect("an answer");
    let detail = &output["FaceDetails"][0];
    assert_eq!(detail["AgeRange"], json!({"Low": 26, "High": 36}));
    assert_eq!(detail["Gender"], json!({"Value": "Female", "Confidence": 87.5}));
    assert_eq!(detail["Smile"], json!({"Value": true, "Confidence": 50.0}));
    assert_eq!(detail["EyesOpen"], json!({"Value": false, "Confidence": 100.0}));
    assert_eq!(detail["MouthOpen"], json!({"Value": true, "Confidence": 62.5}));
    assert_eq!(
        detail["Emotions"],
        json!([
            {"Type": "HAPPY", "Confidence": 62.5},
            {"Type": "CALM", "Confidence": 25.0},
            {"Type": "FEAR", "Confidence": 12.5},
        ]),
        "most confident first"
    );
    assert_eq!(detail["Landmarks"].as_array().map(Vec::len), Some(30));
    for absent in [
        "Beard",
        "Mustache",
        "Eyeglasses",
        "Sunglasses",
        "FaceOccluded",
        "EyeDirection",
    ] {
        assert!(!names(detail).contains(&absent), "{absent} is not measured");
    }
    assert_eq!(names(&output), ["FaceDetails"], "no OrientationCorrection");
    assert_eq!(sees.seen.lock().expect("not poisoned")[0].2, Wanted::ALL);
}

#[tokio::test]
async fn a_single_attribute_adds_its_field_and_all_landmarks() {
    let (service, sees) = sees(vec![face()]);
    let mut input = inline(&jpeg(200, 100));
    input["Attributes"] = json!(["SMILE", "BEARD", "SMILE"]);
    let output = detect(&service, &input).await.expect("an answer");
    let detail = &output["FaceDetails"][0];
    assert_eq!(
        names(detail),
        [
            "BoundingBox",
            "Smile",
            "Landmarks",
            "Pose",
            "Quality",
            "Confidence"
        ]
    );
    assert_eq!(detail["Landmarks"].as_array().map(Vec::len), Some(30));
    assert_eq!(
        sees.seen.lock().expect("not poisoned")[0].2,
        Wanted {
            smile: true,
            ..Wanted::DEFAULT
        }
    );
}

#[tokio::test]
async fn what_the_engine_does_not_know_is_absent_even_if_asked_for() {
    let bare = Face {
        emotions: None,
        age: None,
        gender: None,
        smile: None,
        eyes_open: None,
        mouth_open: None,
        ..face()
    };
    let (service, _) = sees(vec![bare]);
    let mut input = inline(&jpeg(200, 100));
    input["Attributes"] = json!(["ALL", "DEFAULT"]);
    let output = detect(&service, &input).await.expect("an answer");
    assert_eq!(
        names(&output["FaceDetails"][0]),
        ["BoundingBox", "Landmarks", "Pose", "Quality", "Confidence"]
    );
}

#[tokio::test]
async fn no_face_is_an_answer() {
    let (service, _) = sees(vec![]);
    let output = detect(&service, &inline(&encoded(80, 80, ImageFormat::Png)))
        .await
        .expect("an answer");
    assert_eq!(output, json!({"FaceDetails": []}));
}

#[tokio::test]
async fn the_hundred_largest_faces_and_no_more() {
    let faces = (0..130)
        .map(|idx| Face {
            confidence: 1.0 - idx as f32 / 256.0,
            ..face()
        })
        .collect();
    let (service, _) = sees(faces);
    let output = detect(&service, &inline(&jpeg(200, 100)))
        .await
        .expect("an answer");
    let details = output["FaceDetails"].as_array().expect("a list");
    assert_eq!(details.len(), 100);
    assert_eq!(
        details[99]["Confidence"],
        json!((1.0 - 99.0_f32 / 256.0) * 100.0),
        "in the engine's order"
    );
}

#[tokio::test]
async fn a_face_may_leave_the_picture() {
    let bounds = Rect {
        left: -10.0,
        top: 50.0,
        width: 40.0,
        height: 75.0,
    };
    let (service, _) = sees(vec![Face { bounds, ..face() }]);
    let output = detect(&service, &inline(&jpeg(100, 100)))
        .await
        .expect("an answer");
    assert_eq!(
        output["FaceDetails"][0]["BoundingBox"],
        json!({"Width": 0.4_f32, "Height": 0.75, "Left": -0.1_f32, "Top": 0.5})
    );
}

#[tokio::test]
async fn the_exif_orientation_is_applied() {
    let (service, sees) = sees(vec![face()]);
    for orientation in 1..=8 {
        let photo = with_orientation(&jpeg(200, 100), orientation);
        detect(&service, &inline(&photo)).await.expect("an answer");
    }
    let sides: Vec<(u32, u32)> = sees
        .seen
        .lock()
        .expect("not poisoned")
        .iter()
        .map(|it| (it.0, it.1))
        .collect();
    assert_eq!(sides, [[(200, 100); 4], [(100, 200); 4]].concat());
}

#[tokio::test]
async fn an_object_is_read_with_the_rights_of_the_caller() {
    let mut bucket = Bucket::default();
    bucket
        .0
        .insert(("photos".into(), "a b/ü.jpg".into(), None), jpeg(200, 100));
    bucket.0.insert(
        ("photos".into(), "a b/ü.jpg".into(), Some("v2".into())),
        jpeg(300, 100),
    );
    bucket
        .0
        .insert(("photos".into(), "text".into(), None), b"hello".to_vec());
    bucket.0.insert(("photos".into(), "empty".into(), None), vec![]);
    let sees = Arc::new(Sees::default());
    let service = Rekognition::with(sees.clone(), Arc::new(bucket), nowhere(), limits(2, 8));
    let object = |key: &str| json!({"Image": {"S3Object": {"Bucket": "photos", "Name": key}}});

    detect(&service, &object("a b/ü.jpg")).await.expect("an answer");
    let mut versioned = object("a b/ü.jpg");
    versioned["Image"]["S3Object"]["Version"] = json!("v2");
    detect(&service, &versioned).await.expect("an answer");
    assert_eq!(
        sees.seen
            .lock()
            .expect("not poisoned")
            .iter()
            .map(|it| it.0)
            .collect::<Vec<_>>(),
        [200, 300]
    );

    let sentence =
        "Unable to get object metadata from S3. Check object key, region and/or access permissions.";
    let missing = refusal(&service, &object("none")).await;
    assert_eq!(missing, (400, "InvalidS3ObjectException".into(), sentence.into()));
    let stranger = aws_wire::Caller {
        access_key: "stranger".into(),
        ..caller()
    };
    let body = object("a b/ü.jpg").to_string();
    let denied = service
        .call(&stranger, "DetectFaces", body.as_bytes())
        .await
        .expect_err("refused");
    assert_eq!(
        (denied.code.as_str(), denied.message.as_str()),
        ("InvalidS3ObjectException", sentence)
    );
    assert_eq!(
        refusal(&service, &object("huge")).await.1,
        "ImageTooLargeException"
    );
    assert_eq!(
        refusal(&service, &object("text")).await.1,
        "InvalidImageFormatException"
    );
    assert_eq!(
        refusal(&service, &object("empty")).await.1,
        "InvalidImageFormatException"
    );
    let fault = refusal(&service, &object("broken")).await;
    assert_eq!(
        fault,
        (500, "InternalServerError".into(), "Internal server error".into()),
        "and no detail"
    );
}

#[tokio::test]
async fn parameters_that_make_no_sense_are_invalid() {
    let (service, _) = sees(vec![]);
    let picture = inline(&jpeg(100, 100))["Image"]["Bytes"].clone();
    let object = |bucket: &str, name: &str| json!({"Image": {"S3Object": {"Bucket": bucket, "Name": name}}});
    let general = "Request has invalid parameters";
    let violation = "1 validation error detected: Value";
    let cases = [
        (
            json!({}),
            "Value null at 'image' failed to satisfy constraint: Member must not be null",
        ),
        (json!({"Image": null}), "Value null at 'image'"),
        (json!({"Image": {}}), general),
        (json!({"Image": {"Bytes": null, "S3Object": null}}), general),
        (
            json!({"Image": {"Bytes": picture, "S3Object": {"Bucket": "abc", "Name": "k"}}}),
            general,
        ),
        (json!({"Image": {"S3Object": {}}}), general),
        (json!({"Image": {"S3Object": {"Bucket": "abc"}}}), general),
        (json!({"Image": {"S3Object": {"Name": "k"}}}), general),
        (
            json!({"Image": {"Bytes": ""}}),
            "at 'image.bytes' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ),
        (
            object("ab", "k"),
            "at 'image.s3Object.bucket' failed to satisfy constraint: Member must have length greater than or equal to 3",
        ),
        (object(&"a".repeat(256), "k"), "less than or equal to 255"),
        (
            object("a/b", "k"),
            "Value 'a/b' at 'image.s3Object.bucket' failed to satisfy constraint: Member must satisfy regular expression pattern: [0-9A-Za-z\\.\\-_]*",
        ),
        (object("abc", ""), "at 'image.s3Object.name'"),
        (object("abc", &"k".repeat(1025)), "less than or equal to 1024"),
        (
            json!({"Image": {"S3Object": {"Bucket": "abc", "Name": "k", "Version": ""}}}),
            "at 'image.s3Object.version'",
        ),
        (
            json!({"Image": {"Bytes": picture}, "Attributes": ["ALL", "SMILING"]}),
            "Value '[ALL, SMILING]' at 'attributes'",
        ),
        (inline(&jpeg(79, 200)), general),
        (inline(&jpeg(200, 79)), general),
    ];
    for (input, says) in cases {
        let (status, code, message) = refusal(&service, &input).await;
        assert_eq!(
            (status, code.as_str()),
            (400, "InvalidParameterException"),
            "{message}"
        );
        assert!(message.contains(says), "{message} <> {says}");
        assert!(message == general || message.starts_with(violation), "{message}");
    }
}

#[tokio::test]
async fn what_is_no_picture_has_an_invalid_format() {
    let (service, _) = sees(vec![]);
    let photo = jpeg(200, 100);
    let png = encoded(200, 100, ImageFormat::Png);
    let mut broken = png.clone();
    broken[40] ^= 0xFF;
    let cases: [&[u8]; 6] = [
        b"hello",
        b"GIF89a\x01\0\x01\0",
        &photo[..photo.len() / 2],
        &png[..png.len() / 2],
        &broken,
        b"\xff\xd8\xff",
    ];
    for bytes in cases {
        let (status, code, message) = refusal(&service, &inline(bytes)).await;
        assert_eq!((status, code.as_str()), (400, "InvalidImageFormatException"));
        assert_eq!(message, "Request has invalid image format");
    }
}

#[tokio::test]
async fn five_megabytes_inline_are_the_limit() {
    let (service, _) = sees(vec![]);
    let mut photo = jpeg(200, 100);
    photo.resize(5_242_880, 0);
    detect(&service, &inline(&photo))
        .await
        .expect("exactly the limit");
    photo.push(0);
    let (status, code, message) = refusal(&service, &inline(&photo)).await;
    assert_eq!(
        (status, code.as_str(), message.as_str()),
        (400, "ImageTooLargeException", "Image size is too large.")
    );
}

#[tokio::test]
async fn fifteen_megabytes_in_s3_are_the_limit() {
    let mut bucket = Bucket::default();
    let mut photo = jpeg(200, 100);
    photo.resize(MAX_OBJECT_BYTES, 0);
    bucket
        .0
        .insert(("photos".into(), "full".into(), None), photo.clone());
    photo.push(0);
    bucket.0.insert(("photos".into(), "over".into(), None), photo);
    let service = Rekognition::with(
        Arc::new(Sees::default()),
        Arc::new(bucket),
        nowhere(),
        limits(2, 8),
    );
    let object = |key: &str| json!({"Image": {"S3Object": {"Bucket": "photos", "Name": key}}});
    detect(&service, &object("full"))
        .await
        .expect("exactly the limit");
    assert_eq!(
        refusal(&service, &object("over")).await.1,
        "ImageTooLargeException"
    );
}

#[tokio::test]
async fn a_body_that_is_no_input_is_a_serialization_error() {
    let (service, _) = sees(vec![]);
    let secret = "c2VjcmV0";
    let cases = [
        String::new(),
        "{".to_owned(),
        "null".to_owned(),
        "[]".to_owned(),
        format!(r#"{{"Image": "{secret}"}}"#),
        format!(r#"{{"Image": {{"Bytes": ["{secret}"]}}}}"#),
        r#"{"Image": {"Bytes": "%%%"}}"#.to_owned(),
        r#"{"Image": {"Bytes": "YWJj", "S3Object": 7}}"#.to_owned(),
        r#"{"Image": {"Bytes": "YWJj"}, "Attributes": "ALL"}"#.to_owned(),
        r#"{"Image": {"Bytes": "YWJj"}, "Attributes": [1]}"#.to_owned(),
        "{\"Image\": \u{1}}".to_owned(),
        "[".repeat(100_000),
    ];
    for body in cases {
        let error = service
            .call(&caller(), "DetectFaces", body.as_bytes())
            .await
            .expect_err("refused");
        let shown: String = body.chars().take(60).collect();
        assert_eq!(
            (error.status.as_u16(), error.code.as_str()),
            (400, "SerializationException"),
            "{shown}"
        );
        assert!(!error.message.contains(secret), "a message never quotes the body");
    }
}

#[tokio::test]
async fn members_outside_the_model_are_ignored() {
    let (service, _) = sees(vec![]);
    let mut input = inline(&jpeg(100, 100));
    input["Colour"] = json!("red");
    input["Image"]["Url"] = json!("https://example.com");
    input["Attributes"] = json!([]);
    detect(&service, &input).await.expect("an answer");
}

#[tokio::test]
async fn every_other_operation_says_that_it_is_not_here() {
    let (service, _) = sees(vec![]);
    for operation in operations::OPERATIONS {
        let result = service.call(&caller(), operation.name, b"{}").await;
        if operation.name == "ListCollections" {
            assert!(result.is_ok(), "the one that needs no input");
            continue;
        }
        let error = result.expect_err("no input is that empty");
        match operation.support {
            operations::Support::Full | operations::Support::Partial(_) => {
                assert_eq!(error.status, 400, "{} is dispatched", operation.name);
            }
            operations::Support::No => {
                assert_eq!(error.status, 501);
                assert_eq!(
                    error.message,
                    format!("Rekognition {} is not supported by this endpoint", operation.name)
                );
            }
        }
    }
    let error = service
        .call(&caller(), "DetectFace", b"{}")
        .await
        .expect_err("unknown");
    assert_eq!(
        (error.status.as_u16(), error.code.as_str()),
        (400, "UnknownOperationException")
    );
}

/// Holds every detection until it is let go, and counts those inside.
#[derive(Default)]
struct Gate {
    open: Mutex<bool>,
    opened: Condvar,
    inside: AtomicUsize,
    most: AtomicUsize,
}

impl Faces for Gate {
    fn detect(&self, _: &Picture, _: Wanted) -> Result<Vec<Face>, EngineError> {
        let inside = self.inside.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(inside, Ordering::SeqCst);
        let guard = self.open.lock().expect("not poisoned");
        drop(
            self.opened
                .wait_while(guard, |open| !*open)
                .expect("not poisoned"),
        );
        self.inside.fetch_sub(1, Ordering::SeqCst);
        Ok(vec![])
    }

    fn embed(&self, _: &Picture, _: &[Face]) -> Result<Vec<Vec<f32>>, EngineError> {
        Ok(vec![])
    }

    fn embedding_model(&self) -> &EmbeddingModel {
        &NOBODY
    }
}

#[tokio::test]
async fn workers_are_bounded_and_so_is_the_queue() {
    let gate = Arc::new(Gate::default());
    let service = Rekognition::with(gate.clone(), Arc::new(Bucket::default()), nowhere(), limits(2, 5));
    let input = inline(&jpeg(100, 100));
    let calls: Vec<_> = (0..5)
        .map(|_| {
            let (service, input) = (service.clone(), input.clone());
            tokio::spawn(async move { detect(&service, &input).await })
        })
        .collect();
    while gate.inside.load(Ordering::SeqCst) < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let (status, code, message) = refusal(&service, &input).await;
    assert_eq!((status, code.as_str()), (400, "ThrottlingException"));
    assert!(message.starts_with("Slow down"), "{message}");

    // A caller that leaves takes its place in the queue with it, but not the worker that is busy for it.
    calls[0].abort();
    *gate.open.lock().expect("not poisoned") = true;
    gate.opened.notify_all();
    for call in calls.into_iter().skip(1) {
        call.await.expect("no panic").expect("an answer");
    }
    assert_eq!(gate.most.load(Ordering::SeqCst), 2);
    detect(&service, &input).await.expect("room again");
}

/// Fails in both ways that an engine can.
struct Fails(AtomicUsize);

impl Faces for Fails {
    fn detect(&self, _: &Picture, _: Wanted) -> Result<Vec<Face>, EngineError> {
        match self.0.fetch_add(1, Ordering::SeqCst) {
            0 => panic!("a bug"),
            1 => Err(EngineError::Shape {
                model: "detector".into(),
            }),
            _ => Ok(vec![]),
        }
    }

    fn embed(&self, _: &Picture, _: &[Face]) -> Result<Vec<Vec<f32>>, EngineError> {
        Ok(vec![])
    }

    fn embedding_model(&self) -> &EmbeddingModel {
        &NOBODY
    }
}

#[tokio::test]
async fn a_failing_engine_is_our_fault_and_the_service_goes_on() {
    let service = Rekognition::with(
        Arc::new(Fails(AtomicUsize::new(0))),
        Arc::new(Bucket::default()),
        nowhere(),
        limits(1, 1),
    );
    let input = inline(&jpeg(100, 100));
    for _ in 0..2 {
        let (status, code, message) = refusal(&service, &input).await;
        assert_eq!(
            (status, code.as_str(), message.as_str()),
            (500, "InternalServerError", "Internal server error")
        );
    }
    detect(&service, &input).await.expect("an answer");
}
