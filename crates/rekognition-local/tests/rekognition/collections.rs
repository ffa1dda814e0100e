//! Collections and their tags.

use serde_json::{Value, json};

use crate::people::{World, each, text};

#[tokio::test]
async fn a_collection_lives_from_create_to_delete() {
    let world = World::new();
    let created = world
        .ok(
            "CreateCollection",
            json!({"CollectionId": "People_2.x-1", "Unknown": 1}),
        )
        .await;
    assert_eq!(
        created,
        json!({
            "StatusCode": 200,
            "CollectionArn": "aws:rekognition:eu-west-1:000000000000:collection/People_2.x-1",
            "FaceModelVersion": "1.0",
        })
    );
    let mut described = world
        .ok("DescribeCollection", json!({"CollectionId": "People_2.x-1"}))
        .await;
    let created_at = described["CreationTimestamp"].take().as_f64().expect("seconds");
    assert!(
        1.7e9 < created_at && created_at < 1e11,
        "seconds since 1970: {created_at}"
    );
    assert_eq!(
        described,
        json!({
            "FaceCount": 0,
            "UserCount": 0,
            "FaceModelVersion": "1.0",
            "CollectionARN": "arn:aws:rekognition:eu-west-1:000000000000:collection/People_2.x-1",
            "CreationTimestamp": null,
        })
    );
    let deleted = world
        .ok("DeleteCollection", json!({"CollectionId": "People_2.x-1"}))
        .await;
    assert_eq!(deleted, json!({"StatusCode": 200}));
    let listed = world.ok("ListCollections", json!({})).await;
    assert_eq!(listed, json!({"CollectionIds": [], "FaceModelVersions": []}));
}

#[tokio::test]
async fn names_are_unique_and_upper_case_is_another_name() {
    let world = World::with_collection().await;
    let (code, message) = world
        .refused("CreateCollection", json!({"CollectionId": "people"}))
        .await;
    assert_eq!(
        (code.as_str(), message.as_str()),
        (
            "ResourceAlreadyExistsException",
            "The collection id: people already exists"
        )
    );
    world
        .ok("CreateCollection", json!({"CollectionId": "People"}))
        .await;
}

#[tokio::test]
async fn a_collection_that_is_not_there_is_not_found_by_anything() {
    let world = World::new();
    let image = world.portrait(1, [0.0, 0.0]);
    let face = "0190a6c5-54b1-7c3e-8f10-1234567890ab";
    for (operation, mut input) in [
        ("DescribeCollection", json!({})),
        ("DeleteCollection", json!({})),
        ("IndexFaces", json!({"Image": image})),
        ("ListFaces", json!({})),
        ("DeleteFaces", json!({"FaceIds": [face]})),
        ("SearchFaces", json!({"FaceId": face})),
        ("SearchFacesByImage", json!({"Image": image})),
        ("CreateUser", json!({"UserId": "ada"})),
        ("DeleteUser", json!({"UserId": "ada"})),
        ("ListUsers", json!({})),
        ("AssociateFaces", json!({"UserId": "ada", "FaceIds": [face]})),
        ("DisassociateFaces", json!({"UserId": "ada", "FaceIds": [face]})),
        ("SearchUsers", json!({"FaceId": face})),
        ("SearchUsersByImage", json!({"Image": image})),
    ] {
        world.violates(operation, input.clone(), "collectionId").await;
        for bad in ["", "a b", "a:b", "é", &"x".repeat(256)] {
            input["CollectionId"] = json!(bad);
            world.violates(operation, input.clone(), "collectionId").await;
        }
        input["CollectionId"] = json!("nobody");
        let (code, message) = world.refused(operation, input).await;
        assert_eq!(code, "ResourceNotFoundException", "{operation}");
        assert_eq!(message, "The collection id: nobody does not exist");
    }
}

#[tokio::test]
async fn lists_come_in_pages_that_follow_each_other() {
    let world = World::new();
    for number in 0..5 {
        world
            .ok("CreateCollection", json!({"CollectionId": format!("c{number}")}))
            .await;
    }
    let mut found = Vec::new();
    let mut input = json!({"MaxResults": 2});
    for page in 0.. {
        let answer = world.ok("ListCollections", input.clone()).await;
        let ids = each(&answer["CollectionIds"], "");
        assert_eq!(ids.len(), if page < 2 { 2 } else { 1 });
        assert_eq!(answer["FaceModelVersions"], json!(vec!["1.0"; ids.len()]));
        found.extend(ids);
        let Some(next) = answer.get("NextToken") else {
            break;
        };
        assert!(text(next).len() <= 255);
        input["NextToken"] = next.clone();
    }
    assert_eq!(found, ["c0", "c1", "c2", "c3", "c4"]);
    // 0 is allowed and asks for nothing in particular.
    let all = world.ok("ListCollections", json!({"MaxResults": 0})).await;
    assert_eq!(each(&all["CollectionIds"], "").len(), 5);
}

#[tokio::test]
async fn a_page_that_is_none_and_a_size_that_is_none_are_refused() {
    let world = World::with_collection().await;
    world.index(1, [0.0, 0.0]).await;
    world.index(2, [0.0, 1.0]).await;
    let faces = world
        .ok("ListFaces", json!({"CollectionId": "people", "MaxResults": 1}))
        .await;
    for token in ["nonsense", "", &text(&faces["NextToken"])] {
        for operation in ["ListCollections", "ListUsers"] {
            let input = json!({"CollectionId": "people", "NextToken": token});
            let refused = world.refused(operation, input).await;
            assert_eq!(
                (refused.0.as_str(), refused.1.as_str()),
                ("InvalidPaginationTokenException", "Invalid Token"),
                "{operation}"
            );
        }
    }
    let wrong = json!({"CollectionId": "people", "NextToken": "nonsense"});
    assert_eq!(
        world.refused("ListFaces", wrong).await.0,
        "InvalidPaginationTokenException"
    );
    for (operation, sizes) in [
        ("ListCollections", [-1, 4097]),
        ("ListFaces", [-1, 4097]),
        ("ListUsers", [0, 501]),
    ] {
        for size in sizes {
            let input = json!({"CollectionId": "people", "MaxResults": size});
            world.violates(operation, input, "maxResults").await;
        }
        let input = json!({"CollectionId": "people", "NextToken": "x".repeat(256)});
        world.violates(operation, input, "nextToken").await;
    }
}

#[tokio::test]
async fn tags_come_with_the_collection_and_are_changed_by_its_arn() {
    let world = World::new();
    let created = world
        .ok(
            "CreateCollection",
            json!({"CollectionId": "people", "Tags": {"team": "door", "Größe": ""}}),
        )
        .await;
    let without = text(&created["CollectionArn"]);
    let arn = format!("arn:{without}");
    let tags = async |arn: &str| {
        let answer = world.ok("ListTagsForResource", json!({"ResourceArn": arn})).await;
        answer["Tags"].clone()
    };
    assert_eq!(tags(&arn).await, json!({"team": "door", "Größe": ""}));
    assert_eq!(
        tags(&without).await,
        tags(&arn).await,
        "as CreateCollection answers it"
    );
    let answer = world
        .ok(
            "TagResource",
            json!({"ResourceArn": arn, "Tags": {"team": "desk", "cost": "1"}}),
        )
        .await;
    assert_eq!(answer, json!({}));
    let answer = world
        .ok(
            "UntagResource",
            json!({"ResourceArn": arn, "TagKeys": ["Größe", "never"]}),
        )
        .await;
    assert_eq!(answer, json!({}));
    assert_eq!(tags(&arn).await, json!({"team": "desk", "cost": "1"}));
}

#[tokio::test]
async fn tags_that_break_the_rules_are_refused() {
    let world = World::with_collection().await;
    let arn = "arn:aws:rekognition:eu-west-1:000000000000:collection/people";
    let many = |from: u32, n: u32| -> Value {
        (from..from + n)
            .map(|it| (it.to_string(), Value::from("")))
            .collect()
    };
    for tags in [
        json!({"aws:x": ""}),
        json!({"": ""}),
        json!({"a": "b\n"}),
        json!({"a": "x".repeat(257)}),
        json!({"x".repeat(129): ""}),
        many(0, 201),
    ] {
        let input = json!({"ResourceArn": arn, "Tags": tags, "CollectionId": "another"});
        world.violates("TagResource", input.clone(), "tags").await;
        world.violates("CreateCollection", input, "tags").await;
    }
    world
        .violates(
            "UntagResource",
            json!({"ResourceArn": arn, "TagKeys": ["aws:x"]}),
            "tagKeys",
        )
        .await;
    world
        .violates("UntagResource", json!({"ResourceArn": arn}), "tagKeys")
        .await;
    world
        .violates("TagResource", json!({"ResourceArn": arn}), "tags")
        .await;

    world
        .ok("TagResource", json!({"ResourceArn": arn, "Tags": many(0, 200)}))
        .await;
    let input = json!({"ResourceArn": arn, "Tags": many(200, 1)});
    assert_eq!(
        world.refused("TagResource", input).await.0,
        "ServiceQuotaExceededException"
    );
}

#[tokio::test]
async fn arns_of_something_else_are_refused() {
    let world = World::with_collection().await;
    for (operation, more) in [
        ("TagResource", json!({"Tags": {}})),
        ("UntagResource", json!({"TagKeys": []})),
        ("ListTagsForResource", json!({})),
    ] {
        let input = |arn: &str| {
            let mut input = more.clone();
            input["ResourceArn"] = json!(arn);
            input
        };
        world.violates(operation, more.clone(), "resourceArn").await;
        world.violates(operation, input("short"), "resourceArn").await;
        let project = input("arn:aws:rekognition:eu-west-1:000000000000:project/x/1");
        assert_eq!(
            world.refused(operation, project).await.0,
            "InvalidParameterException"
        );
        let nobody = input("arn:aws:rekognition:eu-west-1:000000000000:collection/nobody");
        assert_eq!(
            world.refused(operation, nobody).await.0,
            "ResourceNotFoundException"
        );
    }
}

#[tokio::test]
async fn collections_of_another_model_are_kept_and_not_compared() {
    let world = World::with_collection().await;
    let face = world.index(1, [0.0, 0.0]).await;
    world
        .ok("CreateUser", json!({"CollectionId": "people", "UserId": "ada"}))
        .await;
    let world = world.reopened("other", "2.5");
    let image = world.portrait(1, [0.0, 0.0]);
    for (operation, mut input) in [
        ("IndexFaces", json!({"Image": image})),
        ("SearchFaces", json!({"FaceId": face})),
        ("SearchFacesByImage", json!({"Image": image})),
        ("AssociateFaces", json!({"UserId": "ada", "FaceIds": [face]})),
        ("SearchUsers", json!({"UserId": "ada"})),
        ("SearchUsersByImage", json!({"Image": image})),
    ] {
        input["CollectionId"] = json!("people");
        let (code, message) = world.refused(operation, input).await;
        assert_eq!(code, "InvalidParameterException");
        for part in ["people 1.0", "other 2.5", "new collection"] {
            assert!(message.contains(part), "{message}");
        }
    }
    let described = world
        .ok("DescribeCollection", json!({"CollectionId": "people"}))
        .await;
    assert_eq!(
        (&described["FaceModelVersion"], &described["FaceCount"]),
        (&json!("1.0"), &json!(1))
    );
    let listed = world.ok("ListFaces", json!({"CollectionId": "people"})).await;
    assert_eq!(each(&listed["Faces"], "/FaceId"), std::slice::from_ref(&face));
    let created = world.ok("CreateCollection", json!({"CollectionId": "new"})).await;
    assert_eq!(created["FaceModelVersion"], "2.5");
    world
        .ok(
            "DeleteFaces",
            json!({"CollectionId": "people", "FaceIds": [face]}),
        )
        .await;
}
