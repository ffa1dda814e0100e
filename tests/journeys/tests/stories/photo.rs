//! From a photo to its faces, as people experience it.

use journeys::{Sample, Suite, jpeg_of_nothing, sample};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn somebody_uploads_a_group_photo_and_sees_every_face() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;

    let analysis = ada
        .analyze(&sample("sample1.jpg"), "image/jpeg")
        .await
        .expect(201);

    assert_eq!(analysis["faceCount"], 3, "{analysis}");
    let faces = analysis["faces"].as_array().expect("faces");
    for face in faces {
        for edge in ["left", "top", "width", "height"] {
            let ratio = face["box"][edge].as_f64().expect("a ratio");
            assert!((-0.5..=1.5).contains(&ratio), "{edge} {ratio}");
        }
        let confidence = face["confidence"].as_f64().expect("a confidence");
        assert!((50.0..=100.0).contains(&confidence));
        for measured in [
            "smile",
            "eyesOpen",
            "mouthOpen",
            "gender",
            "ageRange",
            "emotions",
            "pose",
            "quality",
        ] {
            assert!(face.get(measured).is_some(), "{measured} is missing: {face}");
        }
        for without_a_model in ["beard", "mustache", "sunglasses", "eyeglasses"] {
            assert!(
                face.get(without_a_model).is_none(),
                "{without_a_model} is invented: {face}"
            );
        }
    }
    let id = analysis["analysisId"].as_str().expect("an id");
    assert_eq!(
        ada.get(&format!("/api/analyses/{id}")).await.expect(200)["faces"],
        analysis["faces"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sample_has_as_many_faces_as_one_counts_by_eye() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    for it in Sample::ALL {
        let analysis = ada.analyze(&sample(it.name), "image/jpeg").await.expect(201);
        assert_eq!(analysis["faceCount"], it.n_faces, "{}", it.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pictures_of_an_analysis_are_upright_jpegs_without_metadata() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let analysis = ada
        .analyze(&sample("sample2.jpg"), "image/jpeg")
        .await
        .expect(201);
    let id = analysis["analysisId"].as_str().expect("an id");
    for (variant, longest_px) in [
        ("original", u32::MAX),
        ("annotated", u32::MAX),
        ("thumbnail", 320),
    ] {
        let picture = ada
            .fetch(&format!("/api/analyses/{id}/image?variant={variant}"))
            .await;
        assert_eq!(picture.status, 200, "{variant}");
        let decoded = image::load_from_memory(&picture.bytes).expect("a picture");
        assert!(decoded.width().max(decoded.height()) <= longest_px, "{variant}");
        let has_exif = picture.bytes.windows(6).any(|it| it == b"Exif\0\0");
        assert!(!has_exif, "{variant} carries EXIF");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn history_is_newest_first_pages_and_filters() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let mut ids = Vec::new();
    for photo in [
        sample("sample1.jpg"),
        jpeg_of_nothing(300, 300),
        sample("sample5.jpg"),
    ] {
        let analysis = ada.analyze(&photo, "image/jpeg").await.expect(201);
        ids.push(analysis["analysisId"].clone());
    }
    ids.reverse();

    let listed = |page: &Value| -> Vec<Value> {
        page["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|it| it["analysisId"].clone())
            .collect()
    };
    assert_eq!(listed(&ada.get("/api/analyses").await.expect(200)), ids);

    let first = ada.get("/api/analyses?limit=2").await.expect(200);
    assert_eq!(listed(&first), ids[..2]);
    let cursor = first["nextCursor"].as_str().expect("there is more");
    let rest = ada
        .get(&format!("/api/analyses?limit=2&cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(listed(&rest), ids[2..]);
    assert!(rest["nextCursor"].is_null(), "{rest}");

    let without = ada.get("/api/analyses?list=no-faces").await.expect(200);
    assert_eq!(listed(&without), [ids[1].clone()]);
    let damaged = format!("{}x", &cursor[..cursor.len() - 1]);
    ada.get(&format!("/api/analyses?cursor={damaged}"))
        .await
        .expect_problem(400, "invalid-cursor");
}

#[tokio::test(flavor = "multi_thread")]
async fn erasing_an_analysis_erases_its_pictures_too() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let analysis = ada
        .analyze(&sample("sample1.jpg"), "image/jpeg")
        .await
        .expect(201);
    let id = analysis["analysisId"].as_str().expect("an id");
    let link = ada
        .get(&format!("/api/analyses/{id}/image?variant=original"))
        .await;
    let location = link.headers["location"].to_str().expect("a URL").to_owned();

    assert_eq!(ada.delete(&format!("/api/analyses/{id}")).await.status, 204);

    ada.get(&format!("/api/analyses/{id}"))
        .await
        .expect_problem(404, "analysis-not-found");
    let gone = suite.fetch_url(&location).await;
    assert!(matches!(gone, 403 | 404), "the picture is still there: {gone}");
    let objects = suite.objects().await;
    assert!(objects.iter().all(|it| !it.contains(id)), "{objects:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_twice_for_the_same_upload_gives_the_same_analysis() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let upload_id = ada.upload(&sample("sample3.jpg"), "image/jpeg").await;
    let body = json!({ "uploadId": upload_id });
    let first = ada.post("/api/analyses", &body).await.expect(201);
    let again = ada.post("/api/analyses", &body).await;
    assert!(matches!(again.status, 200 | 201), "{again:?}");
    assert_eq!(again.json["analysisId"], first["analysisId"]);
    assert_eq!(
        ada.get("/api/analyses").await.expect(200)["items"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_stored_is_there_after_a_restart() {
    let mut suite = Suite::start().await;
    let analysis = {
        let ada = suite.person("ada").await;
        ada.analyze(&sample("sample1.jpg"), "image/jpeg")
            .await
            .expect(201)
    };
    assert!(
        suite.first_admin().is_some(),
        "the first start creates the first account"
    );
    suite.stop().await;
    suite.resume().await;
    assert!(suite.first_admin().is_none(), "the second start must not");
    let mut ada = suite.anonymous();
    ada.sign_in("ada").await;
    let id = analysis["analysisId"].as_str().expect("an id");
    assert_eq!(
        ada.get(&format!("/api/analyses/{id}")).await.expect(200)["faces"],
        analysis["faces"]
    );
    assert_eq!(
        ada.fetch(&format!("/api/analyses/{id}/image?variant=thumbnail"))
            .await
            .status,
        200
    );
}
