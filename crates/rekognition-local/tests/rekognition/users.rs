//! Users, their faces, and requests that are sent twice.

use serde_json::{Value, json};

use crate::people::{World, close, each};

const NOBODY: &str = "0190a6c5-54b1-7c3e-8f10-1234567890ab";

fn user(user: &str, more: &Value) -> Value {
    let mut input = json!({"CollectionId": "people", "UserId": user});
    let members = more.as_object().expect("an object").clone();
    input.as_object_mut().expect("an object").extend(members);
    input
}

async fn with_users(names: &[&str]) -> World {
    let world = World::with_collection().await;
    for name in names {
        assert_eq!(world.ok("CreateUser", user(name, &json!({}))).await, json!({}));
    }
    world
}

async fn statuses(world: &World) -> Value {
    let answer = world.ok("ListUsers", json!({"CollectionId": "people"})).await;
    answer["Users"].clone()
}

#[tokio::test]
async fn users_are_created_listed_and_deleted() {
    let world = with_users(&["ada", "bob", "team:eve"]).await;
    let described = world
        .ok("DescribeCollection", json!({"CollectionId": "people"}))
        .await;
    assert_eq!(described["UserCount"], 3);
    let first = world
        .ok("ListUsers", json!({"CollectionId": "people", "MaxResults": 2}))
        .await;
    assert_eq!(each(&first["Users"], "/UserId"), ["ada", "bob"]);
    let input = json!({"CollectionId": "people", "MaxResults": 2, "NextToken": first["NextToken"]});
    let second = world.ok("ListUsers", input).await;
    assert_eq!(
        second,
        json!({"Users": [{"UserId": "team:eve", "UserStatus": "CREATED"}]})
    );
    assert_eq!(world.ok("DeleteUser", user("bob", &json!({}))).await, json!({}));
    assert_eq!(each(&statuses(&world).await, "/UserId"), ["ada", "team:eve"]);
}

#[tokio::test]
async fn names_are_unique_and_must_be_known() {
    let world = with_users(&["ada"]).await;
    let (code, message) = world.refused("CreateUser", user("ada", &json!({}))).await;
    assert_eq!(
        (code.as_str(), message.as_str()),
        ("ConflictException", "The user id: ada already exists")
    );
    for (operation, more) in [
        ("DeleteUser", json!({})),
        ("AssociateFaces", json!({"FaceIds": [NOBODY]})),
        ("DisassociateFaces", json!({"FaceIds": [NOBODY]})),
    ] {
        let (code, message) = world.refused(operation, user("bob", &more)).await;
        assert_eq!(
            (code.as_str(), message.as_str()),
            ("ResourceNotFoundException", "The user id: bob does not exist"),
            "{operation}"
        );
    }
    for (operation, more) in [
        ("CreateUser", json!({})),
        ("DeleteUser", json!({})),
        ("AssociateFaces", json!({"FaceIds": [NOBODY]})),
        ("DisassociateFaces", json!({"FaceIds": [NOBODY]})),
    ] {
        for bad in ["", "a b", "é", &"x".repeat(129)] {
            world.violates(operation, user(bad, &more), "userId").await;
        }
        for bad in ["", "a.b", &"x".repeat(65)] {
            let mut input = user("ada", &more);
            input["ClientRequestToken"] = json!(bad);
            world.violates(operation, input, "clientRequestToken").await;
        }
    }
    for operation in ["AssociateFaces", "DisassociateFaces"] {
        for bad in [json!(null), json!([]), json!(["x"]), json!(vec![NOBODY; 101])] {
            let input = user("ada", &json!({"FaceIds": bad}));
            world.violates(operation, input, "faceIds").await;
        }
    }
    let input = user("ada", &json!({"FaceIds": [NOBODY], "UserMatchThreshold": 100.5}));
    world
        .violates("AssociateFaces", input, "userMatchThreshold")
        .await;
}

#[tokio::test]
async fn faces_become_a_users_if_they_resemble_it() {
    let world = with_users(&["ada", "bob"]).await;
    let near = world.index(1, [0.0, 0.0]).await;
    let also = world.index(2, [0.5, 0.0]).await;
    let far = world.index(3, [2.0, 0.0]).await;
    let answer = world
        .ok("AssociateFaces", user("bob", &json!({"FaceIds": [also]})))
        .await;
    assert_eq!(
        answer,
        json!({"AssociatedFaces": [{"FaceId": also}], "UnsuccessfulFaceAssociations": [], "UserStatus": "ACTIVE"})
    );
    let input = user("ada", &json!({"FaceIds": [near, NOBODY, also, far]}));
    let mut answer = world.ok("AssociateFaces", input).await;
    let confidence = answer["UnsuccessfulFaceAssociations"][2]["Confidence"].take();
    close(&confidence, 0.0);
    assert_eq!(
        answer,
        json!({
            "AssociatedFaces": [{"FaceId": near}],
            "UnsuccessfulFaceAssociations": [
                {"FaceId": NOBODY, "Reasons": ["FACE_NOT_FOUND"]},
                {"FaceId": also, "Reasons": ["ASSOCIATED_TO_A_DIFFERENT_USER"], "UserId": "bob"},
                {"FaceId": far, "Reasons": ["LOW_MATCH_CONFIDENCE"], "Confidence": null},
            ],
            "UserStatus": "ACTIVE",
        })
    );
    // Hers already: in neither list.
    let answer = world
        .ok("AssociateFaces", user("ada", &json!({"FaceIds": [near]})))
        .await;
    assert_eq!(
        answer,
        json!({"AssociatedFaces": [], "UnsuccessfulFaceAssociations": [], "UserStatus": "ACTIVE"})
    );
    let input = user("ada", &json!({"FaceIds": [far], "UserMatchThreshold": 0}));
    let answer = world.ok("AssociateFaces", input).await;
    assert_eq!(each(&answer["AssociatedFaces"], "/FaceId"), [far]);
}

#[tokio::test]
async fn the_threshold_of_an_association_is_75_percent() {
    let world = with_users(&["ada"]).await;
    let first = world.index(1, [0.0, 0.0]).await;
    // 75 percent at 0.6875, exactly; a little less beyond.
    let exact = world.index(2, [0.6875, 0.0]).await;
    world
        .ok("AssociateFaces", user("ada", &json!({"FaceIds": [first]})))
        .await;
    let beyond = world.index(3, [-0.7, 0.0]).await;
    let answer = world
        .ok("AssociateFaces", user("ada", &json!({"FaceIds": [beyond]})))
        .await;
    let refused = &answer["UnsuccessfulFaceAssociations"][0];
    assert_eq!(refused["Reasons"], json!(["LOW_MATCH_CONFIDENCE"]));
    close(&refused["Confidence"], 74.0);
    let answer = world
        .ok("AssociateFaces", user("ada", &json!({"FaceIds": [exact]})))
        .await;
    assert_eq!(each(&answer["AssociatedFaces"], "/FaceId"), [exact]);
}

#[tokio::test]
async fn a_user_has_at_most_a_hundred_faces() {
    let world = with_users(&["ada"]).await;
    let mut ids = Vec::new();
    for shade in 0..101 {
        ids.push(world.index(shade, [0.0, 0.0]).await);
    }
    let (last, hundred) = ids.split_last().expect("some");
    world
        .ok("AssociateFaces", user("ada", &json!({"FaceIds": hundred})))
        .await;
    let input = user("ada", &json!({"FaceIds": [last]}));
    let refused = world.refused("AssociateFaces", input).await;
    assert_eq!(refused.0, "ServiceQuotaExceededException");
}

#[tokio::test]
async fn faces_that_leave_a_user_stay_in_the_collection() {
    let world = with_users(&["ada", "bob"]).await;
    let hers = world.index(1, [0.0, 0.0]).await;
    let his = world.index(2, [0.1, 0.0]).await;
    let free = world.index(3, [0.2, 0.0]).await;
    for (name, face) in [("ada", &hers), ("bob", &his)] {
        let input = user(name, &json!({"FaceIds": [face]}));
        world.ok("AssociateFaces", input).await;
    }
    let input = user("ada", &json!({"FaceIds": [hers, his, free, NOBODY]}));
    let answer = world.ok("DisassociateFaces", input).await;
    assert_eq!(
        answer,
        json!({
            "DisassociatedFaces": [{"FaceId": hers}],
            "UnsuccessfulFaceDisassociations": [
                {"FaceId": his, "Reasons": ["ASSOCIATED_TO_A_DIFFERENT_USER"], "UserId": "bob"},
                {"FaceId": NOBODY, "Reasons": ["FACE_NOT_FOUND"]},
            ],
            "UserStatus": "CREATED",
        })
    );
    assert_eq!(
        statuses(&world).await,
        json!([{"UserId": "ada", "UserStatus": "CREATED"}, {"UserId": "bob", "UserStatus": "ACTIVE"}])
    );
    // Deleting a user sets its faces free.
    world.ok("DeleteUser", user("bob", &json!({}))).await;
    let listed = world.ok("ListFaces", json!({"CollectionId": "people"})).await;
    let faces = listed["Faces"].as_array().expect("a list");
    assert_eq!(faces.len(), 3);
    assert!(faces.iter().all(|it| it.get("UserId").is_none()));
}

#[tokio::test]
async fn a_request_sent_again_with_its_token_is_answered_again() {
    let world = with_users(&["ada"]).await;
    let face = world.index(1, [0.0, 0.0]).await;
    let once = |name: &str, token: &str, more: &Value| {
        let mut input = user(name, more);
        input["ClientRequestToken"] = json!(token);
        input
    };
    for _ in 0..2 {
        world.ok("CreateUser", once("bob", "t-1", &json!({}))).await;
    }
    let faces = json!({"FaceIds": [face]});
    let mut answers = Vec::new();
    for _ in 0..2 {
        answers.push(world.ok("AssociateFaces", once("ada", "t-2", &faces)).await);
    }
    assert_eq!(
        each(&answers[1]["AssociatedFaces"], "/FaceId"),
        std::slice::from_ref(&face)
    );
    assert_eq!(answers[0], answers[1]);
    answers.clear();
    for _ in 0..2 {
        answers.push(world.ok("DisassociateFaces", once("ada", "t-3", &faces)).await);
    }
    assert_eq!(
        each(&answers[1]["DisassociatedFaces"], "/FaceId"),
        std::slice::from_ref(&face)
    );
    for _ in 0..2 {
        world.ok("DeleteUser", once("bob", "t-4", &json!({}))).await;
    }

    // Another request under the same token is another matter, whatever it differs in.
    let stricter = json!({"FaceIds": [face], "UserMatchThreshold": 99});
    for (operation, input) in [
        ("CreateUser", once("eve", "t-1", &json!({}))),
        ("DeleteUser", once("bob", "t-1", &json!({}))),
        ("DeleteUser", once("ada", "t-4", &json!({}))),
        ("AssociateFaces", once("ada", "t-2", &stricter)),
        ("AssociateFaces", once("ada", "t-3", &faces)),
        (
            "DisassociateFaces",
            once("ada", "t-3", &json!({"FaceIds": [NOBODY]})),
        ),
    ] {
        let token = input["ClientRequestToken"].as_str().expect("text").to_owned();
        let (code, message) = world.refused(operation, input).await;
        assert_eq!(code, "IdempotentParameterMismatchException", "{operation}");
        assert_eq!(
            message,
            format!("The ClientRequestToken: {token} you have supplied is already in use.")
        );
    }
    assert_eq!(each(&statuses(&world).await, "/UserId"), ["ada"]);
}
