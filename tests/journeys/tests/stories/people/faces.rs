//! Faces of people: added once, compared, erased.

use journeys::cutout::{another, lit};
use journeys::people::Kept;
use journeys::{Cutout, Suite, camera};
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use serde_json::Value;

#[tokio::test(flavor = "multi_thread")]
async fn a_face_is_added_once_and_says_who_it_is_and_who_not() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let person = ada.register("Peach").await;
    let path = format!("/api/people/{person}");
    let photo = camera(&Cutout::PEACH.picture());
    ada.verify_photo(&person, &photo)
        .await
        .expect_problem(409, "person-without-face");

    let upload = ada.upload(&photo, "image/jpeg").await;
    let face = ada.add_upload(&person, &upload).await.expect(201);
    assert_eq!(face["faceId"], upload);
    let number = |at: &Value| at.as_f64().expect("a number");
    assert!(number(&face["pose"]["yaw"]).abs() < 30.0, "{face}");
    assert!(40.0 < number(&face["quality"]["brightness"]), "{face}");
    // Whether the answer got lost or not.
    assert_eq!(ada.add_upload(&person, &upload).await.expect(201), face);
    let seen = ada.get(&path).await.expect(200);
    assert_eq!(
        seen["faces"].as_array().expect("faces"),
        std::slice::from_ref(&face)
    );
    let page = ada.get("/api/people").await.expect(200);
    assert_eq!(page["items"][0]["faceCount"], 1);
    let one = Kept {
        rows: 2,
        objects: 1,
        vectors: 1,
    };
    assert_eq!(suite.kept_of(&ada.user_id, &person).await, one);
    let objects = suite.objects().await;
    let at_upload = objects.iter().filter(|it| it.contains(&upload));
    assert_eq!(at_upload.count(), 1, "the upload itself is gone: {objects:?}");

    // Another picture of the same person, and one of somebody else.
    let yes = ada
        .verify_photo(&person, &camera(&another(&Cutout::PEACH.picture())))
        .await
        .expect(200);
    assert_eq!(
        (&yes["verified"], &yes["threshold"], &yes["liveness"]),
        (&Value::Bool(true), &Value::from(90.0), &Value::Null)
    );
    assert!(90.0 <= number(&yes["similarity"]), "{yes}");
    let no = ada
        .verify_photo(&person, &camera(&Cutout::GREEN.picture()))
        .await
        .expect(200);
    assert_eq!(no["verified"], false, "{no}");
    assert!(number(&no["similarity"]) < 90.0, "{no}");
    // Asking leaves no picture of whoever was compared.
    assert_eq!(suite.kept_of(&ada.user_id, &person).await, one);

    let face_path = format!("{path}/faces/{upload}");
    assert_eq!(face["image"], format!("{face_path}/image"));
    let picture = ada.fetch(&format!("{face_path}/image")).await;
    let decoded = image::load_from_memory(&picture.bytes).expect("a picture");
    assert_eq!((decoded.width(), decoded.height()), (320, 380));
    let json = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
    let address = ada
        .get_with(&format!("{face_path}/image"), json)
        .await
        .expect(200);
    let url = address["url"].as_str().expect("an address");
    assert_eq!(suite.fetch_url(url).await, 200);

    assert_eq!(ada.delete(&face_path).await.status, 204);
    ada.delete(&face_path).await.expect_problem(404, "face-not-found");
    ada.get(&format!("{face_path}/image"))
        .await
        .expect_problem(404, "face-not-found");
    // Whoever may not list a bucket is not told whether there is nothing or nothing for them.
    assert_eq!(suite.fetch_url(url).await, 403, "the picture went with it");
    ada.verify_photo(&person, &photo)
        .await
        .expect_problem(409, "person-without-face");
    let none = Kept {
        rows: 1,
        ..Kept::default()
    };
    assert_eq!(suite.kept_of(&ada.user_id, &person).await, none);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_face_of_a_person_is_theirs() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let person = ada.register("Peach").await;
    let peach = Cutout::PEACH.picture();
    for picture in [&peach, &another(&peach)] {
        ada.add_face(&person, &camera(picture)).await.expect(201);
    }
    // The wrong file, or somebody who wants to be let in as somebody else.
    let green = camera(&Cutout::GREEN.picture());
    let refused = ada.add_face(&person, &green).await;
    let problem = refused.expect_problem(422, "face-not-usable");
    assert_eq!(problem["reasons"], serde_json::json!(["not-this-person"]));
    let two = Kept {
        rows: 3,
        objects: 2,
        vectors: 2,
    };
    assert_eq!(suite.kept_of(&ada.user_id, &person).await, two);
    for (probe, is_it) in [(camera(&lit(&peach, 0.9)), true), (green, false)] {
        let answer = ada.verify_photo(&person, &probe).await.expect(200);
        assert_eq!(answer["verified"], is_it, "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_says_how_similar_is_similar_enough() {
    let suite = Suite::start_with(&[("VerifyThreshold", "95")]).await;
    let ada = suite.person("ada").await;
    let person = ada.register("Plum").await;
    let plum = Cutout::PLUM.picture();
    ada.add_face(&person, &camera(&plum)).await.expect(201);
    for (probe, is_it) in [(another(&plum), true), (Cutout::BLACK.picture(), false)] {
        let answer = ada.verify_photo(&person, &camera(&probe)).await.expect(200);
        assert_eq!(answer["threshold"], 95.0, "{answer}");
        assert_eq!(answer["verified"], is_it, "{answer}");
        // The other one would be her at the default, which is why a door takes more.
        assert!(
            answer["similarity"].as_f64().is_some_and(|it| 85.0 < it),
            "{answer}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_face_belongs_to_one_person_of_an_account() {
    let suite = Suite::start().await;
    let (ada, eve) = (suite.person("ada").await, suite.person("eve").await);
    let (first, second) = (ada.register("Peach").await, ada.register("Plum").await);
    let photo = camera(&Cutout::PEACH.picture());
    ada.add_face(&first, &photo).await.expect(201);

    let upload = ada
        .upload(&camera(&another(&Cutout::PEACH.picture())), "image/jpeg")
        .await;
    let refused = ada.add_upload(&second, &upload).await;
    let problem = refused.expect_problem(422, "face-not-usable");
    assert_eq!(problem["reasons"], serde_json::json!(["enrolled-as-another"]));
    assert!(!problem.to_string().contains(&first), "{problem}");
    let none = Kept {
        rows: 1,
        ..Kept::default()
    };
    assert_eq!(suite.kept_of(&ada.user_id, &second).await, none);
    // Another picture of the first is one more of the first.
    let darker = camera(&lit(&Cutout::PEACH.picture(), 0.9));
    ada.add_face(&first, &darker).await.expect(201);
    // Of somebody else.
    ada.add_face(&second, &camera(&Cutout::MAROON.picture()))
        .await
        .expect(201);

    // Who is registered with one account is unknown to another.
    let theirs = eve.register("Peach").await;
    eve.add_face(&theirs, &photo).await.expect(201);
    let answer = eve.verify_photo(&theirs, &photo).await.expect(200);
    assert_eq!(answer["verified"], true);

    // Where the first is erased, the face is free.
    ada.delete(&format!("/api/people/{first}")).await.expect(200);
    suite.forget_limits().await;
    let third = ada.register("Peach").await;
    ada.add_face(&third, &photo).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_photo_at_the_same_time_is_one_face_and_stays() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let person = ada.register("Olive").await;
    let photo = camera(&Cutout::OLIVE.picture());
    let upload = ada.upload(&photo, "image/jpeg").await;
    let (one, other) = tokio::join!(ada.add_upload(&person, &upload), ada.add_upload(&person, &upload));
    for answer in [&one, &other] {
        // One of them holds the upload.
        assert!([201, 503].contains(&answer.status), "{answer:?}");
    }
    let again = ada.add_upload(&person, &upload).await.expect(201);
    let seen = ada.get(&format!("/api/people/{person}")).await.expect(200);
    assert_eq!(seen["faces"], serde_json::json!([again]));
    let kept = suite.kept_of(&ada.user_id, &person).await;
    let one = Kept {
        rows: 2,
        objects: 1,
        vectors: 1,
    };
    assert_eq!(kept, one);

    // Sent once more it is another face, which Rekognition knows by the same description.
    suite.forget_limits().await;
    let twice = ada.add_face(&person, &photo).await.expect(201);
    let face = twice["faceId"].as_str().expect("an id");
    let path = format!("/api/people/{person}/faces/{face}");
    assert_eq!(ada.delete(&path).await.status, 204);
    assert_eq!(suite.kept_of(&ada.user_id, &person).await, one);
    let plum = ada.register("Plum").await;
    let problem = ada.add_face(&plum, &photo).await;
    let problem = problem.expect_problem(422, "face-not-usable");
    assert_eq!(problem["reasons"], serde_json::json!(["enrolled-as-another"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_has_ten_faces_however_fast_they_come() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let person = ada.register("Olive").await;
    let picture = Cutout::OLIVE.picture();
    let mut faces = Vec::new();
    for nth in 0..10_u8 {
        if nth % 5 == 0 {
            suite.forget_limits().await;
        }
        let photo = camera(&lit(&picture, 0.8 + 0.04 * f32::from(nth)));
        let face = ada.add_face(&person, &photo).await.expect(201);
        faces.push(face["faceId"].as_str().expect("an id").to_owned());
    }
    suite.forget_limits().await;
    let photo = camera(&lit(&picture, 1.3));
    ada.add_face(&person, &photo)
        .await
        .expect_problem(409, "too-many-faces");
    let ten = Kept {
        rows: 11,
        objects: 10,
        vectors: 10,
    };
    assert_eq!(suite.kept_of(&ada.user_id, &person).await, ten);
    // What was added before is still answered as before.
    ada.add_upload(&person, &faces[0]).await.expect(201);

    // One place is free, and two come for it at the same time.
    let path = format!("/api/people/{person}");
    assert_eq!(
        ada.delete(&format!("{path}/faces/{}", faces[3])).await.status,
        204
    );
    let mirrored = camera(&another(&picture));
    let (one, other) = tokio::join!(ada.add_face(&person, &photo), ada.add_face(&person, &mirrored));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409], "{one:?} {other:?}");
    assert_eq!(suite.kept_of(&ada.user_id, &person).await, ten);
    let seen = ada.get(&path).await.expect(200);
    assert_eq!(seen["faces"].as_array().map(Vec::len), Some(10));
    assert_eq!(seen["faces"][0]["faceId"], faces[0], "oldest first");
}
