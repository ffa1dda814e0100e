//! What happened: seen by administrators, verified by operators.

use std::collections::BTreeSet;
use std::sync::Arc;

use api::wire::AuditEvent;
use aws::audit::AuditTable;
use journeys::{Person, Suite};
use lambda_kit::{Happened, RandomIds, SystemClock, Trail};
use serde_json::{Value, json};

const NEW_PASSWORD: &str = "another long sentence";

/// The first administrator, with a password of his own.
async fn administrator(suite: &Suite) -> Person<'_> {
    let admin = suite.first_admin().expect("a first start").clone();
    let mut person = suite.anonymous();
    let sign_in =
        |password: &str| json!({ "username": admin.username, "password": password, "delivery": "body" });
    let session = person
        .post("/api/auth/sign-in", &sign_in(&admin.one_time_password))
        .await
        .expect(200);
    person.hold(session["accessToken"].as_str().map(str::to_owned));
    let change = json!({ "currentPassword": admin.one_time_password, "newPassword": NEW_PASSWORD });
    person.put_json("/api/auth/password", &change).await.expect(204);
    let session = person
        .post("/api/auth/sign-in", &sign_in(NEW_PASSWORD))
        .await
        .expect(200);
    person.hold(session["accessToken"].as_str().map(str::to_owned));
    person
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_is_seen_and_a_change_of_it_is_found() {
    let suite = Suite::start().await;
    let admin = administrator(&suite).await;
    let mut ada = suite.person("lovelace").await;
    let guess = json!({ "username": "lovelace", "password": "is it this one", "delivery": "body" });
    ada.post("/api/auth/sign-in", &guess)
        .await
        .expect_problem(401, "invalid-credentials");
    let key = json!({ "name": "script", "scopes": ["analyze"] });
    let key = ada.post("/api/api-keys", &key).await.expect(201);
    let token = ada.token().map(str::to_owned);
    ada.hold(None);
    let shown = [(
        "x-api-key".parse().unwrap(),
        key["key"].as_str().expect("a key").parse().unwrap(),
    )];
    ada.get_with("/api/analyses", shown.into_iter().collect())
        .await
        .expect(200);
    ada.hold(token);
    ada.post("/api/auth/sign-out", &json!({})).await.expect(204);

    ada.get("/api/audit").await.expect_problem(403, "forbidden");
    let (mut items, mut path) = (Vec::<Value>::new(), "/api/audit?limit=4".to_owned());
    loop {
        let page = admin.get(&path).await.expect(200);
        items.extend(page["items"].as_array().expect("a page").clone());
        let Some(cursor) = page["nextCursor"].as_str() else {
            break;
        };
        path = format!("/api/audit?limit=4&cursor={cursor}");
    }
    let seen: BTreeSet<_> = items
        .iter()
        .map(|it| (it["event"].as_str().unwrap(), it["outcome"].as_str().unwrap()))
        .collect();
    let expected = [
        ("api-key-created", "done"),
        ("api-key-used", "done"),
        ("first-administrator", "done"),
        ("password-change", "done"),
        ("sign-in", "done"),
        ("sign-in", "refused"),
        ("sign-out", "done"),
        ("sign-up", "done"),
    ];
    assert_eq!(seen, BTreeSet::from(expected), "{items:#?}");
    let text = Value::from(items.clone()).to_string();
    for private in [
        "lovelace",
        "script",
        "example.org",
        "is it this one",
        "127.0.0.1",
        key["key"].as_str().unwrap(),
    ] {
        assert!(!text.contains(private), "{private} in {text}");
    }
    let of_ada = admin
        .get(&format!("/api/audit?userId={}", ada.user_id))
        .await
        .expect(200);
    assert_eq!(of_ada["items"].as_array().map(Vec::len), Some(6), "{of_ada:#}");

    let verify = || suite.operate(json!({ "visavisAction": "verify-audit" }));
    let sound = verify().await;
    assert_eq!(
        (&sound["ok"], &sound["entries"]),
        (&json!(true), &json!(items.len())),
        "{sound}"
    );
    let (chain, number) = suite.tamper_with_audit().await;
    let broken = verify().await;
    assert_eq!(broken["ok"], false);
    let found = json!({ "chain": chain, "number": number, "reason": "changed" });
    assert_eq!(broken["firstBad"], found);
}

/// A trail as an instance of a function has it, over the suite's own table.
async fn instance(suite: &Suite) -> Trail {
    let aws = aws_config::defaults(aws_config::BehaviorVersion::latest())
        .endpoint_url(suite.aws_url())
        .region(aws_config::Region::new("eu-west-1"))
        .credentials_provider(aws_sdk_s3::config::Credentials::new(
            "test", "test", None, None, "journey",
        ))
        .load()
        .await;
    let table = AuditTable::new(&aws, suite.function("AuthFunction").env["AUDIT_TABLE"].clone());
    let read = table.clone();
    Trail::new(
        (Arc::new(SystemClock), Arc::new(RandomIds)),
        move |row| {
            let table = table.clone();
            async move { table.append(&row).await }
        },
        move |range| {
            let table = read.clone();
            async move { table.read(range).await }
        },
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_instances_at_once_leave_no_gap_and_no_number_twice() {
    let suite = Suite::start().await;
    let before = suite.operate(json!({ "visavisAction": "verify-audit" })).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let trail = instance(&suite).await;
        // Nobody in particular: all in one chain.
        tasks.spawn(async move { trail.record(Happened::refused(AuditEvent::SignIn)).await });
    }
    tasks.join_all().await;
    let after = suite
        .operate(json!({ "visavisAction": "verify-audit", "heads": before["heads"] }))
        .await;
    assert_eq!(after["ok"], true, "{after}");
    let n = |answer: &Value| answer["entries"].as_u64().expect("a number");
    assert_eq!(n(&after), n(&before) + 50);
    let longest = after["heads"]
        .as_array()
        .expect("heads")
        .iter()
        .filter_map(|it| it["number"].as_u64())
        .max();
    assert_eq!(longest, Some(50), "{after}");
}
