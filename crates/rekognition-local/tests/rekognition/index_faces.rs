//! Faces going into a collection, being listed and leaving it.

use face_engine::{Face, Pose, Quality, Rect};
use serde_json::{Value, json};

use crate::people::{World, close, each, sized, text};

async fn faces(world: &World) -> Vec<Value> {
    let answer = world.ok("ListFaces", json!({"CollectionId": "people"})).await;
    answer["Faces"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn indexed_faces_are_described_largest_first_and_kept() {
    let world = World::with_collection().await;
    let image = world.picture(1, &[(sized(120.0), [0.0, 0.0]), (sized(60.0), [3.0, 0.0])]);
    let answer = world
        .ok(
            "IndexFaces",
            json!({"CollectionId": "people", "Image": image, "ExternalImageId": "door:1.png"}),
        )
        .await;
    assert_eq!(answer["FaceModelVersion"], "1.0");
    assert_eq!(answer["UnindexedFaces"], json!([]));
    assert!(answer.get("OrientationCorrection").is_none());
    let records = answer["FaceRecords"].as_array().expect("a list");
    let widths: Vec<f64> = records
        .iter()
        .map(|it| it["Face"]["BoundingBox"]["Width"].as_f64().expect("a number"))
        .collect();
    assert_eq!(widths, [0.5, 0.25]);
    let (face, detail) = (&records[0]["Face"], &records[0]["FaceDetail"]);
    assert_eq!(face["ExternalImageId"], "door:1.png");
    assert_eq!(face["IndexFacesModelVersion"], "1.0");
    assert_eq!(face["ImageId"], records[1]["Face"]["ImageId"]);
    assert_eq!(face["BoundingBox"], detail["BoundingBox"]);
    assert_eq!(face["Confidence"], detail["Confidence"]);
    close(&face["Confidence"], 99.0);
    assert!(face.get("UserId").is_none());
    let members: Vec<&String> = detail.as_object().expect("an object").keys().collect();
    assert_eq!(members.len(), 5, "DEFAULT: {members:?}");

    let listed = faces(&world).await;
    assert_eq!(listed, [records[0]["Face"].clone(), records[1]["Face"].clone()]);
    let described = world
        .ok("DescribeCollection", json!({"CollectionId": "people"}))
        .await;
    assert_eq!(described["FaceCount"], 2);
}

#[tokio::test]
async fn the_same_image_is_not_indexed_twice_under_one_name() {
    let world = World::with_collection().await;
    let image = world.portrait(1, [0.0, 0.0]);
    let index = async |name: &str| {
        let input = json!({"CollectionId": "people", "Image": image, "ExternalImageId": name});
        let answer = world.ok("IndexFaces", input).await;
        text(&answer["FaceRecords"][0]["Face"]["FaceId"])
    };
    let first = index("a").await;
    assert_eq!(index("a").await, first);
    assert_ne!(index("b").await, first);
    assert_eq!(faces(&world).await.len(), 2);
}

#[tokio::test]
async fn attributes_are_those_of_detect_faces() {
    let world = World::with_collection().await;
    let image = world.portrait(1, [0.0, 0.0]);
    let input = |attributes: Value| json!({"CollectionId": "people", "Image": image, "DetectionAttributes": attributes});
    let answer = world.ok("IndexFaces", input(json!(["ALL"]))).await;
    let detail = &answer["FaceRecords"][0]["FaceDetail"];
    assert_eq!(detail["Landmarks"].as_array().expect("a list").len(), 30);
    assert!(detail["AgeRange"].is_object());
    world
        .violates("IndexFaces", input(json!(["SMILING"])), "detectionAttributes")
        .await;
}

#[tokio::test]
async fn beyond_max_faces_the_smallest_are_left_out() {
    let world = World::with_collection().await;
    let shown: Vec<(Face, [f32; 2])> = [120.0, 90.0, 60.0].map(|it| (sized(it), [it, 0.0])).to_vec();
    let image = world.picture(1, &shown);
    let input = |max: i64| json!({"CollectionId": "people", "Image": image, "MaxFaces": max});
    let answer = world.ok("IndexFaces", input(2)).await;
    assert_eq!(answer["FaceRecords"].as_array().expect("a list").len(), 2);
    let left = &answer["UnindexedFaces"][0];
    assert_eq!(left["Reasons"], json!(["EXCEEDS_MAX_FACES"]));
    assert_eq!(left["FaceDetail"]["BoundingBox"]["Width"], 0.25);
    assert_eq!(answer["UnindexedFaces"].as_array().expect("a list").len(), 1);
    world.violates("IndexFaces", input(0), "maxFaces").await;
    // More than will ever be indexed may be asked for.
    let answer = world.ok("IndexFaces", input(1_000_000)).await;
    assert_eq!(answer["FaceRecords"].as_array().expect("a list").len(), 3);
}

#[tokio::test]
async fn no_more_than_a_hundred_faces_are_indexed() {
    let world = World::with_collection().await;
    let crowd: Vec<(Face, [f32; 2])> = (0..103_u8)
        .map(|it| (sized(150.0 - f32::from(it)), [f32::from(it), 0.0]))
        .collect();
    let image = world.picture(1, &crowd);
    let input = json!({"CollectionId": "people", "Image": image, "MaxFaces": 200});
    let answer = world.ok("IndexFaces", input).await;
    let n_indexed = answer["FaceRecords"].as_array().expect("a list").len();
    let left = answer["UnindexedFaces"].as_array().expect("a list");
    assert_eq!((n_indexed, left.len()), (100, 3));
    assert!(
        left.iter()
            .all(|it| it["Reasons"] == json!(["EXCEEDS_MAX_FACES"]))
    );
}

/// Faces that fall short in one thing each, with the reason.
fn poor() -> Vec<(Face, &'static str)> {
    let with = |change: fn(&mut Face)| {
        let mut face = sized(100.0);
        change(&mut face);
        face
    };
    vec![
        (
            with(|it| {
                it.pose = Pose {
                    yaw: -80.0,
                    ..it.pose
                }
            }),
            "EXTREME_POSE",
        ),
        (
            with(|it| {
                it.pose = Pose {
                    pitch: 80.0,
                    ..it.pose
                }
            }),
            "EXTREME_POSE",
        ),
        (
            with(|it| {
                it.quality = Quality {
                    brightness: 1.0,
                    ..it.quality
                }
            }),
            "LOW_BRIGHTNESS",
        ),
        (
            with(|it| {
                it.quality = Quality {
                    sharpness: 0.5,
                    ..it.quality
                }
            }),
            "LOW_SHARPNESS",
        ),
        (with(|it| it.confidence = 0.3), "LOW_CONFIDENCE"),
        (
            with(|it| {
                it.bounds = Rect {
                    width: 12.0,
                    height: 14.0,
                    ..it.bounds
                }
            }),
            "SMALL_BOUNDING_BOX",
        ),
        (
            with(|it| {
                it.bounds = Rect {
                    left: 200.0,
                    ..it.bounds
                }
            }),
            "LOW_FACE_QUALITY",
        ),
    ]
}

#[tokio::test]
async fn faces_below_the_bar_are_left_out_with_reasons() {
    let world = World::with_collection().await;
    for (face, reason) in poor() {
        let image = world.picture(1, &[(face, [0.0, 0.0])]);
        for filter in [
            json!(null),
            json!("AUTO"),
            json!("LOW"),
            json!("MEDIUM"),
            json!("HIGH"),
        ] {
            let input = json!({"CollectionId": "people", "Image": image, "QualityFilter": filter});
            let answer = world.ok("IndexFaces", input).await;
            assert_eq!(answer["FaceRecords"], json!([]), "{reason} {filter}");
            let reasons = each(&answer["UnindexedFaces"][0]["Reasons"], "");
            assert_eq!(reasons, [reason], "{filter}");
        }
        let input = json!({"CollectionId": "people", "Image": image, "QualityFilter": "NONE"});
        let answer = world.ok("IndexFaces", input).await;
        let id = text(&answer["FaceRecords"][0]["Face"]["FaceId"]);
        world
            .ok("DeleteFaces", json!({"CollectionId": "people", "FaceIds": [id]}))
            .await;
    }
    let input =
        json!({"CollectionId": "people", "Image": world.portrait(1, [0.0; 2]), "QualityFilter": "auto"});
    world.violates("IndexFaces", input, "qualityFilter").await;
}

#[tokio::test]
async fn a_face_with_several_faults_names_them_all_and_higher_bars_ask_for_more() {
    let world = World::with_collection().await;
    let mut face = sized(50.0);
    face.pose.yaw = 40.0;
    face.quality.sharpness = 20.0;
    let image = world.picture(1, &[(face, [0.0, 0.0])]);
    let mut reasons = Vec::new();
    for filter in ["LOW", "MEDIUM", "HIGH"] {
        let input = json!({"CollectionId": "people", "Image": image, "QualityFilter": filter});
        let answer = world.ok("IndexFaces", input).await;
        reasons.push(answer["UnindexedFaces"].pointer("/0/Reasons").cloned());
    }
    let all = json!(["EXTREME_POSE", "LOW_SHARPNESS", "SMALL_BOUNDING_BOX"]);
    assert_eq!(reasons, [None, None, Some(all)]);
}

#[tokio::test]
async fn an_image_without_faces_adds_none() {
    let world = World::with_collection().await;
    let image = world.picture(1, &[]);
    let answer = world
        .ok("IndexFaces", json!({"CollectionId": "people", "Image": image}))
        .await;
    assert_eq!(
        answer,
        json!({"FaceRecords": [], "UnindexedFaces": [], "FaceModelVersion": "1.0"})
    );
}

#[tokio::test]
async fn images_are_refused_as_by_detect_faces() {
    let world = World::with_collection().await;
    for operation in ["IndexFaces", "SearchFacesByImage", "SearchUsersByImage"] {
        let with = |image: Value| json!({"CollectionId": "people", "Image": image});
        world
            .violates(operation, json!({"CollectionId": "people"}), "image")
            .await;
        let refused = world.refused(operation, with(json!({}))).await;
        assert_eq!(refused.1, "Request has invalid parameters");
        let refused = world.refused(operation, with(json!({"Bytes": "YWJj"}))).await;
        assert_eq!(refused.0, "InvalidImageFormatException");
        let missing = json!({"S3Object": {"Bucket": "photos", "Name": "none"}});
        assert_eq!(
            world.refused(operation, with(missing)).await.0,
            "InvalidS3ObjectException"
        );
    }
    for bad in ["", "a b", "a/b", &"x".repeat(256)] {
        let image = world.portrait(1, [0.0; 2]);
        let input = json!({"CollectionId": "people", "Image": image, "ExternalImageId": bad});
        world.violates("IndexFaces", input, "externalImageId").await;
    }
}

#[tokio::test]
async fn faces_are_listed_by_id_by_user_and_in_pages() {
    let world = World::with_collection().await;
    let mut ids = Vec::new();
    for shade in 0..5_u8 {
        ids.push(world.index(shade, [f32::from(shade) / 100.0, 0.0]).await);
    }
    let list = async |more: Value| {
        let mut input = json!({"CollectionId": "people"});
        let members = more.as_object().expect("an object").clone();
        input.as_object_mut().expect("an object").extend(members);
        world.ok("ListFaces", input).await
    };
    let first = list(json!({"MaxResults": 3})).await;
    let second = list(json!({"MaxResults": 3, "NextToken": first["NextToken"]})).await;
    let mut found = each(&first["Faces"], "/FaceId");
    found.extend(each(&second["Faces"], "/FaceId"));
    assert_eq!(found, ids);
    assert!(second.get("NextToken").is_none());
    assert_eq!(second["FaceModelVersion"], "1.0");

    let nobody = "0190a6c5-54b1-7c3e-8f10-1234567890ab";
    let some = list(json!({"FaceIds": [ids[3], nobody, ids[1]]})).await;
    assert_eq!(each(&some["Faces"], "/FaceId"), [ids[1].clone(), ids[3].clone()]);
    world
        .ok("CreateUser", json!({"CollectionId": "people", "UserId": "ada"}))
        .await;
    world
        .ok(
            "AssociateFaces",
            json!({"CollectionId": "people", "UserId": "ada", "FaceIds": [ids[2]]}),
        )
        .await;
    let hers = list(json!({"UserId": "ada"})).await;
    assert_eq!(each(&hers["Faces"], "/FaceId"), [ids[2].clone()]);
    assert_eq!(each(&hers["Faces"], "/UserId"), ["ada"]);
    let neither = list(json!({"UserId": "ada", "FaceIds": [ids[0]]})).await;
    assert_eq!(neither["Faces"], json!([]));

    let refused = world
        .refused("ListFaces", json!({"CollectionId": "people", "UserId": "bob"}))
        .await;
    assert_eq!(
        (refused.0.as_str(), refused.1.as_str()),
        ("ResourceNotFoundException", "The user id: bob does not exist")
    );
    // A token continues the very listing that it came from.
    let other = json!({"CollectionId": "people", "UserId": "ada", "NextToken": first["NextToken"]});
    assert_eq!(
        world.refused("ListFaces", other).await.0,
        "InvalidPaginationTokenException"
    );
    for (member, value, path) in [
        ("UserId", json!(""), "userId"),
        ("FaceIds", json!([]), "faceIds"),
        ("FaceIds", json!(["x"]), "faceIds"),
        ("FaceIds", json!(vec![nobody; 4097]), "faceIds"),
    ] {
        let mut input = json!({"CollectionId": "people"});
        input[member] = value;
        world.violates("ListFaces", input, path).await;
    }
}

#[tokio::test]
async fn deleted_faces_are_gone_and_the_others_have_a_reason() {
    let world = World::with_collection().await;
    let (free, hers) = (world.index(1, [0.0, 0.0]).await, world.index(2, [0.1, 0.0]).await);
    let nobody = "0190a6c5-54b1-7c3e-8f10-1234567890ab";
    world
        .ok("CreateUser", json!({"CollectionId": "people", "UserId": "ada"}))
        .await;
    world
        .ok(
            "AssociateFaces",
            json!({"CollectionId": "people", "UserId": "ada", "FaceIds": [hers]}),
        )
        .await;
    let delete = json!({"CollectionId": "people", "FaceIds": [free, nobody, hers, free]});
    let answer = world.ok("DeleteFaces", delete).await;
    assert_eq!(
        answer,
        json!({
            "DeletedFaces": [free],
            "UnsuccessfulFaceDeletions": [
                {"FaceId": nobody, "Reasons": ["FACE_NOT_FOUND"]},
                {"FaceId": hers, "Reasons": ["ASSOCIATED_TO_AN_EXISTING_USER"], "UserId": "ada"},
            ],
        })
    );
    let again = json!({"CollectionId": "people", "FaceIds": [free]});
    assert_eq!(
        world.ok("DeleteFaces", again).await,
        json!({"UnsuccessfulFaceDeletions": [{"FaceId": free, "Reasons": ["FACE_NOT_FOUND"]}]})
    );
    let left: Vec<String> = faces(&world).await.iter().map(|it| text(&it["FaceId"])).collect();
    assert_eq!(left, [hers]);
    for ids in [json!(null), json!([]), json!(["X"]), json!(vec![nobody; 4097])] {
        let input = json!({"CollectionId": "people", "FaceIds": ids});
        world.violates("DeleteFaces", input, "faceIds").await;
    }
}

#[tokio::test]
async fn what_was_answered_is_there_after_a_restart() {
    let world = World::with_collection().await;
    let face = world.index(1, [0.0, 0.0]).await;
    let world = world.reopened("people", "1.0");
    let image = world.portrait(1, [0.0, 0.0]);
    let found = world
        .ok(
            "SearchFacesByImage",
            json!({"CollectionId": "people", "Image": image}),
        )
        .await;
    assert_eq!(each(&found["FaceMatches"], "/Face/FaceId"), [face]);
}
