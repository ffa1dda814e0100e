//! People who want to be forgotten, and accounts that go with everybody they registered.

use journeys::cutout::another;
use journeys::people::Kept;
use journeys::{Cutout, Person, Suite, camera};
use serde_json::json;

/// Registers two people with two faces and one; returns their ids.
async fn registered(account: &Person<'_>) -> [String; 2] {
    let peach = account.register("Peach").await;
    let picture = Cutout::PEACH.picture();
    for picture in [&picture, &another(&picture)] {
        account.add_face(&peach, &camera(picture)).await.expect(201);
    }
    let maroon = account.register("Maroon").await;
    let photo = camera(&Cutout::MAROON.picture());
    account.add_face(&maroon, &photo).await.expect(201);
    [peach, maroon]
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_erased_leaves_a_receipt_and_nothing_else() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let [peach, maroon] = registered(&ada).await;
    let before = suite.kept_of(&ada.user_id, &maroon).await;
    let path = format!("/api/people/{peach}");
    let seen = ada.get(&path).await.expect(200);
    let picture = seen["faces"][0]["image"].as_str().expect("a path").to_owned();

    let receipt = ada.delete(&path).await.expect(200);
    assert_eq!(receipt["personId"], json!(peach));
    assert_eq!(
        (&receipt["faceCount"], &receipt["imageCount"]),
        (&json!(2), &json!(2))
    );
    assert!(receipt["erasedAt"].is_string());
    assert_eq!(suite.kept_of(&ada.user_id, &peach).await, Kept::default());
    assert_eq!(suite.kept_of(&ada.user_id, &maroon).await, before);

    ada.get(&path).await.expect_problem(404, "person-not-found");
    ada.get(&picture).await.expect_problem(404, "person-not-found");
    assert_eq!(ada.delete(&path).await.expect(200), receipt, "whoever lost it");
    let photo = camera(&Cutout::PEACH.picture());
    ada.verify_photo(&peach, &photo)
        .await
        .expect_problem(404, "person-not-found");
    ada.add_face(&peach, &photo)
        .await
        .expect_problem(404, "person-not-found");
    assert_eq!(suite.kept_of(&ada.user_id, &peach).await, Kept::default());
    let page = ada.get("/api/people").await.expect(200);
    assert_eq!(page["items"].as_array().map(Vec::len), Some(1), "{page}");
    assert_eq!(page["items"][0]["personId"], json!(maroon));

    // Somebody without a face.
    let nobody = ada.register("Nobody").await;
    let receipt = ada.delete(&format!("/api/people/{nobody}")).await.expect(200);
    assert_eq!(
        (&receipt["faceCount"], &receipt["imageCount"]),
        (&json!(0), &json!(0))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn with_an_account_goes_everybody_it_registered() {
    let suite = Suite::start().await;
    let admin = super::administrator(&suite).await;
    let (ada, bob) = (suite.person("ada").await, suite.person("bob").await);
    let of_ada = registered(&ada).await;
    let of_bob = registered(&bob).await;
    let before = [
        suite.kept_of(&bob.user_id, &of_bob[0]).await,
        suite.kept_of(&bob.user_id, &of_bob[1]).await,
    ];
    assert_eq!(suite.collections_of(&ada.user_id).await.len(), 1);

    // Killed once before it gets anywhere.
    suite.fail_next("EraseAccountFunction", 1).await;
    let account = format!("/api/users/{}", ada.user_id);
    assert_eq!(admin.delete(&account).await.status, 204);
    let gone = async || {
        let mut left = suite.collections_of(&ada.user_id).await.len() + suite.rows_of(&ada.user_id).await;
        for person in &of_ada {
            left += usize::from(suite.kept_of(&ada.user_id, person).await != Kept::default());
        }
        let objects = suite.objects().await;
        left += objects.iter().filter(|it| it.contains(&ada.user_id)).count();
        (left == 0).then_some(())
    };
    suite.eventually("everybody of ada's is gone", gone).await;

    // Her token lives for some minutes more. Whom she registers with it goes when what is left of the account does.
    suite.forget_limits().await;
    registered(&ada).await;
    assert_eq!(suite.collections_of(&ada.user_id).await.len(), 1);
    suite.expire_remnant(&ada.user_id).await;
    suite.eventually("whoever came after is gone, too", gone).await;

    let after = [
        suite.kept_of(&bob.user_id, &of_bob[0]).await,
        suite.kept_of(&bob.user_id, &of_bob[1]).await,
    ];
    assert_eq!(after, before);
    let answer = bob
        .verify_photo(&of_bob[0], &camera(&Cutout::PEACH.picture()))
        .await;
    assert_eq!(answer.expect(200)["verified"], true);
    let dead = suite.stack("/_stack/dead-letters.json").await;
    assert_eq!(suite.messages(&dead).len(), 0, "{dead}");
}
