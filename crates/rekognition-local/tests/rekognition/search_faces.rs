//! Who resembles whom: `SearchFaces`, `SearchFacesByImage`, `SearchUsers`, `SearchUsersByImage`.
//!
//! Distances of 0.5, 1 and 2 are 90, 50 and 0 percent.

use serde_json::{Value, json};

use crate::people::{World, close, each, sized, text};

const NOBODY: &str = "0190a6c5-54b1-7c3e-8f10-1234567890ab";

fn with(more: &Value) -> Value {
    let mut input = json!({"CollectionId": "people"});
    let members = more.as_object().expect("an object").clone();
    input.as_object_mut().expect("an object").extend(members);
    input
}

/// Faces at 0, 0.25, 0.5, 0.75 and 3 on a line: 100, 95, 90, 70 and 0 percent from the first.
async fn line() -> (World, Vec<String>) {
    let world = World::with_collection().await;
    let mut ids = Vec::new();
    for (shade, x) in [0.0, 0.25, 0.5, 0.75, 3.0].into_iter().enumerate() {
        let shade = u8::try_from(shade).expect("few");
        ids.push(world.index(shade, [x, 0.0]).await);
    }
    (world, ids)
}

#[tokio::test]
async fn faces_like_a_stored_one_come_most_similar_first_without_itself() {
    let (world, ids) = line().await;
    let answer = world.ok("SearchFaces", with(&json!({"FaceId": ids[0]}))).await;
    assert_eq!(answer["SearchedFaceId"], json!(ids[0]));
    assert_eq!(answer["FaceModelVersion"], "1.0");
    let found = each(&answer["FaceMatches"], "/Face/FaceId");
    assert_eq!(
        found,
        [ids[1].clone(), ids[2].clone()],
        "80 percent is the default"
    );
    close(&answer["FaceMatches"][0]["Similarity"], 95.0);
    close(&answer["FaceMatches"][1]["Similarity"], 90.0);

    let answer = world
        .ok(
            "SearchFaces",
            with(&json!({"FaceId": ids[0], "FaceMatchThreshold": 0})),
        )
        .await;
    assert_eq!(answer["FaceMatches"].as_array().expect("a list").len(), 4);
    let answer = world
        .ok(
            "SearchFaces",
            with(&json!({"FaceId": ids[0], "FaceMatchThreshold": 0, "MaxFaces": 1})),
        )
        .await;
    assert_eq!(each(&answer["FaceMatches"], "/Face/FaceId"), [ids[1].clone()]);
}

#[tokio::test]
async fn a_match_exactly_at_the_threshold_is_one() {
    let (world, ids) = line().await;
    let all = world
        .ok(
            "SearchFaces",
            with(&json!({"FaceId": ids[0], "FaceMatchThreshold": 10})),
        )
        .await;
    for (n_before, found) in all["FaceMatches"].as_array().expect("a list").iter().enumerate() {
        // What a caller was told, sent back; and the round number that it stands for.
        let told = found["Similarity"].as_f64().expect("a number");
        for threshold in [told, told.round()] {
            let input = json!({"FaceId": ids[0], "FaceMatchThreshold": threshold});
            let again = world.ok("SearchFaces", with(&input)).await;
            let matches = again["FaceMatches"].as_array().expect("a list");
            assert_eq!(matches.len(), n_before + 1, "{threshold}");
            for it in matches {
                assert!(threshold <= it["Similarity"].as_f64().expect("a number") + 1e-9);
            }
        }
    }
    let same = world.index(9, [0.0, 0.0]).await;
    let input = json!({"FaceId": ids[0], "FaceMatchThreshold": 100});
    let answer = world.ok("SearchFaces", with(&input)).await;
    assert_eq!(each(&answer["FaceMatches"], "/Face/FaceId"), [same]);
}

#[tokio::test]
async fn a_face_that_is_not_stored_cannot_be_searched_for() {
    let (world, _) = line().await;
    let refused = world
        .refused("SearchFaces", with(&json!({"FaceId": NOBODY})))
        .await;
    assert_eq!(
        (refused.0.as_str(), refused.1.as_str()),
        (
            "InvalidParameterException",
            "faceId was not found in the collection."
        )
    );
    for (input, path) in [
        (json!({}), "faceId"),
        (json!({"FaceId": "x"}), "faceId"),
        (json!({"FaceId": NOBODY, "MaxFaces": 0}), "maxFaces"),
        (json!({"FaceId": NOBODY, "MaxFaces": 4097}), "maxFaces"),
        (
            json!({"FaceId": NOBODY, "FaceMatchThreshold": -0.5}),
            "faceMatchThreshold",
        ),
        (
            json!({"FaceId": NOBODY, "FaceMatchThreshold": 101}),
            "faceMatchThreshold",
        ),
    ] {
        world.violates("SearchFaces", with(&input), path).await;
    }
}

#[tokio::test]
async fn the_largest_face_of_an_image_is_searched_for() {
    let (world, ids) = line().await;
    let image = world.picture(50, &[(sized(120.0), [0.1, 0.0]), (sized(60.0), [3.0, 0.0])]);
    let answer = world
        .ok("SearchFacesByImage", with(&json!({"Image": image})))
        .await;
    assert_eq!(answer["SearchedFaceBoundingBox"]["Width"], 0.5);
    close(&answer["SearchedFaceConfidence"], 99.0);
    assert_eq!(answer["FaceModelVersion"], "1.0");
    let found = each(&answer["FaceMatches"], "/Face/FaceId");
    assert_eq!(found, [ids[0].clone(), ids[1].clone(), ids[2].clone()]);
    close(&answer["FaceMatches"][0]["Similarity"], 98.0);
    let input = json!({"Image": image, "MaxFaces": 1, "FaceMatchThreshold": 0});
    let answer = world.ok("SearchFacesByImage", with(&input)).await;
    assert_eq!(each(&answer["FaceMatches"], "/Face/FaceId"), [ids[0].clone()]);
    for (member, value, path) in [
        ("MaxFaces", json!(0), "maxFaces"),
        ("FaceMatchThreshold", json!(100.5), "faceMatchThreshold"),
        ("QualityFilter", json!("BEST"), "qualityFilter"),
    ] {
        let mut input = with(&json!({"Image": image}));
        input[member] = value;
        world.violates("SearchFacesByImage", input, path).await;
    }
}

#[tokio::test]
async fn an_image_without_a_good_face_is_refused_when_faces_are_searched() {
    let (world, ids) = line().await;
    let mut blurred = sized(120.0);
    blurred.quality.sharpness = 0.0;
    let image = world.picture(50, &[(blurred, [0.0, 0.0])]);
    let no_face = "There are no faces in the image. Should be at least 1.";
    let input = json!({"Image": image, "QualityFilter": "AUTO"});
    let refused = world.refused("SearchFacesByImage", with(&input)).await;
    assert_eq!(
        (refused.0.as_str(), refused.1.as_str()),
        ("InvalidParameterException", no_face)
    );
    // The default is NONE.
    let answer = world
        .ok("SearchFacesByImage", with(&json!({"Image": image})))
        .await;
    assert_eq!(each(&answer["FaceMatches"], "/Face/FaceId")[0], ids[0]);
    let empty = world.picture(51, &[]);
    let refused = world
        .refused("SearchFacesByImage", with(&json!({"Image": empty})))
        .await;
    assert_eq!(refused.1, no_face);
}

/// Ada has faces at 0 and 0.5, Bob one at 1, and Eve none.
async fn users() -> (World, Vec<String>) {
    let world = World::with_collection().await;
    let mut ids = Vec::new();
    for (shade, x) in [(0, 0.0), (1, 0.5), (2, 1.0)] {
        ids.push(world.index(shade, [x, 0.0]).await);
    }
    for (user, faces) in [("ada", &ids[..2]), ("bob", &ids[2..]), ("eve", &[])] {
        world.ok("CreateUser", with(&json!({"UserId": user}))).await;
        if !faces.is_empty() {
            let input = json!({"UserId": user, "FaceIds": faces});
            let answer = world.ok("AssociateFaces", with(&input)).await;
            assert_eq!(each(&answer["AssociatedFaces"], "/FaceId"), faces);
        }
    }
    (world, ids)
}

#[tokio::test]
async fn users_are_found_by_a_face_or_by_another_user() {
    let (world, ids) = users().await;
    let input = json!({"FaceId": ids[0], "UserMatchThreshold": 50});
    let answer = world.ok("SearchUsers", with(&input)).await;
    assert_eq!(answer["SearchedFace"], json!({"FaceId": ids[0]}));
    assert!(answer.get("SearchedUser").is_none());
    assert_eq!(answer["FaceModelVersion"], "1.0");
    // Ada's vector is at 0.25.
    assert_eq!(each(&answer["UserMatches"], "/User/UserId"), ["ada", "bob"]);
    assert_eq!(
        each(&answer["UserMatches"], "/User/UserStatus"),
        ["ACTIVE", "ACTIVE"]
    );
    close(&answer["UserMatches"][0]["Similarity"], 95.0);
    close(&answer["UserMatches"][1]["Similarity"], 50.0);
    let answer = world.ok("SearchUsers", with(&json!({"FaceId": ids[0]}))).await;
    assert_eq!(
        each(&answer["UserMatches"], "/User/UserId"),
        ["ada"],
        "80 percent"
    );

    let input = json!({"UserId": "ada", "UserMatchThreshold": 0});
    let answer = world.ok("SearchUsers", with(&input)).await;
    assert_eq!(answer["SearchedUser"], json!({"UserId": "ada"}));
    assert!(answer.get("SearchedFace").is_none());
    assert_eq!(
        each(&answer["UserMatches"], "/User/UserId"),
        ["bob"],
        "not herself"
    );
    let answer = world.ok("SearchUsers", with(&json!({"UserId": "eve"}))).await;
    assert_eq!(answer["UserMatches"], json!([]));
}

#[tokio::test]
async fn users_are_searched_for_with_either_name_and_within_limits() {
    let (world, ids) = users().await;
    for input in [json!({}), json!({"UserId": "ada", "FaceId": ids[0]})] {
        let refused = world.refused("SearchUsers", with(&input)).await;
        assert_eq!(refused.1, "Request has invalid parameters");
    }
    for (input, path) in [
        (json!({"UserId": ""}), "userId"),
        (json!({"FaceId": "x"}), "faceId"),
        (json!({"UserId": "ada", "MaxUsers": 0}), "maxUsers"),
        (json!({"UserId": "ada", "MaxUsers": 501}), "maxUsers"),
        (
            json!({"UserId": "ada", "UserMatchThreshold": 101}),
            "userMatchThreshold",
        ),
    ] {
        world.violates("SearchUsers", with(&input), path).await;
    }
    let refused = world
        .refused("SearchUsers", with(&json!({"UserId": "zoe"})))
        .await;
    assert_eq!(refused.0, "ResourceNotFoundException");
    let refused = world
        .refused("SearchUsers", with(&json!({"FaceId": NOBODY})))
        .await;
    assert_eq!(refused.0, "InvalidParameterException");
    let input = json!({"FaceId": ids[0], "UserMatchThreshold": 0, "MaxUsers": 1});
    let answer = world.ok("SearchUsers", with(&input)).await;
    assert_eq!(each(&answer["UserMatches"], "/User/UserId"), ["ada"]);
}

#[tokio::test]
async fn users_are_found_by_an_image_and_all_other_faces_are_named() {
    let (world, _) = users().await;
    let mut dark = sized(150.0);
    dark.quality.brightness = 0.0;
    let image = world.picture(
        50,
        &[
            (dark, [1.0, 0.0]),
            (sized(120.0), [0.25, 0.0]),
            (sized(60.0), [1.0, 0.0]),
        ],
    );
    let input = json!({"Image": image, "QualityFilter": "LOW"});
    let answer = world.ok("SearchUsersByImage", with(&input)).await;
    assert_eq!(each(&answer["UserMatches"], "/User/UserId"), ["ada"]);
    close(&answer["UserMatches"][0]["Similarity"], 100.0);
    assert_eq!(answer["SearchedFace"]["FaceDetail"]["BoundingBox"]["Width"], 0.5);
    let unsearched = answer["UnsearchedFaces"].as_array().expect("a list");
    let reasons: Vec<&Value> = unsearched.iter().map(|it| &it["Reasons"]).collect();
    assert_eq!(
        reasons,
        [&json!(["LOW_BRIGHTNESS"]), &json!(["FACE_NOT_LARGEST"])]
    );
    assert_eq!(unsearched[1]["FaceDetails"]["BoundingBox"]["Width"], 0.25);
    // Without a filter the largest is the dark one.
    let answer = world
        .ok("SearchUsersByImage", with(&json!({"Image": image})))
        .await;
    assert_eq!(each(&answer["UserMatches"], "/User/UserId"), ["bob"]);
}

#[tokio::test]
async fn an_image_without_a_face_matches_no_user_and_is_no_error() {
    let (world, _) = users().await;
    let image = world.picture(50, &[]);
    let answer = world
        .ok("SearchUsersByImage", with(&json!({"Image": image})))
        .await;
    assert_eq!(
        answer,
        json!({"UserMatches": [], "UnsearchedFaces": [], "FaceModelVersion": "1.0"})
    );
    for (member, value, path) in [
        ("MaxUsers", json!(501), "maxUsers"),
        ("UserMatchThreshold", json!(-1), "userMatchThreshold"),
        ("QualityFilter", json!("best"), "qualityFilter"),
    ] {
        let mut input = with(&json!({"Image": image}));
        input[member] = value;
        world.violates("SearchUsersByImage", input, path).await;
    }
}

#[tokio::test]
async fn a_user_found_by_its_image_is_the_one_whose_face_is_nearest() {
    let (world, ids) = users().await;
    let image = world.portrait(50, [1.0, 0.0]);
    let faces = world
        .ok("SearchFacesByImage", with(&json!({"Image": image})))
        .await;
    assert_eq!(text(&faces["FaceMatches"][0]["Face"]["FaceId"]), ids[2]);
    assert_eq!(faces["FaceMatches"][0]["Face"]["UserId"], "bob");
}
