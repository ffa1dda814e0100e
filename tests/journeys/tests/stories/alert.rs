//! A photo in which nobody is recognisable is announced to the operator.

use journeys::{Suite, jpeg_of_nothing, sample};

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_without_a_face_is_announced_once_though_the_notifier_fails_twice() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    suite.fail_next("LowConfidenceNotifierFunction", 2).await;

    let analysis = ada
        .analyze(&jpeg_of_nothing(400, 300), "image/jpeg")
        .await
        .expect(201);
    assert_eq!(analysis["faceCount"], 0);
    let id = analysis["analysisId"].as_str().expect("an id").to_owned();

    let announced = async || {
        let outbox = suite.stack("/_stack/outbox.json").await;
        let n_about = outbox.to_string().matches(&id).count();
        (n_about > 0).then_some(outbox)
    };
    let outbox = suite.eventually("the announcement", announced).await;
    let messages = suite.messages(&outbox);
    assert_eq!(
        messages.iter().filter(|it| it.contains(&id)).count(),
        1,
        "{outbox}"
    );
    assert!(
        !outbox.to_string().contains("ada@example.org"),
        "a mail must not name the person: {outbox}"
    );

    // A second look after a photo with faces: still one message, and none about that photo.
    let with_faces = ada
        .analyze(&sample("sample1.jpg"), "image/jpeg")
        .await
        .expect(201);
    ada.analyze(&jpeg_of_nothing(320, 240), "image/jpeg")
        .await
        .expect(201);
    let both = async || {
        let outbox = suite.stack("/_stack/outbox.json").await;
        (suite.messages(&outbox).len() == 2).then_some(outbox)
    };
    let outbox = suite.eventually("the second announcement", both).await;
    assert!(
        !outbox
            .to_string()
            .contains(with_faces["analysisId"].as_str().expect("an id"))
    );
    let dead = suite.stack("/_stack/dead-letters.json").await;
    assert_eq!(suite.messages(&dead).len(), 0, "{dead}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_announcement_that_cannot_be_made_ends_as_a_dead_letter() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    suite.fail_next("LowConfidenceNotifierFunction", 1000).await;
    ada.analyze(&jpeg_of_nothing(400, 300), "image/jpeg")
        .await
        .expect(201);
    let buried = async || {
        let dead = suite.stack("/_stack/dead-letters.json").await;
        (suite.messages(&dead).len() == 1).then_some(dead)
    };
    let dead = suite.eventually("the dead letter", buried).await;
    assert!(dead.to_string().contains("DDBStreamBatchInfo"), "{dead}");
    assert_eq!(suite.messages(&suite.stack("/_stack/outbox.json").await).len(), 0);
}
