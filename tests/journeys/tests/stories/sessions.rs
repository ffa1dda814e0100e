//! Sessions that one sees and ends, keys that change under them, and what answers say to browsers.

use journeys::{Person, Suite};
use reqwest::header::{HeaderMap, USER_AGENT};
use serde_json::{Value, json};

const PASSWORD: &str = "a long sentence nobody uses";

async fn open(person: &Person<'_>, user_agent: &str) -> Value {
    let body = json!({ "username": "ada", "password": PASSWORD, "delivery": "body" });
    let headers = HeaderMap::from_iter([(USER_AGENT, user_agent.parse().expect("ASCII"))]);
    person
        .post_with("/api/auth/sign-in", &body, headers)
        .await
        .expect(200)
}

fn token(session: &Value) -> Option<String> {
    session["accessToken"].as_str().map(str::to_owned)
}

/// The part of an access token that names its key.
fn header(session: &Value) -> String {
    let token = token(session).expect("a token");
    token.split('.').next().expect("three parts").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_device_is_signed_out_from_another() {
    let suite = Suite::start().await;
    let mut ada = suite.anonymous();
    ada.sign_up("ada").await.expect(201);
    let lost = open(
        &ada,
        "Mozilla/5.0 (Linux; Android 16; K) Chrome/142.0.0.0 Mobile Safari/537.36",
    )
    .await;
    let here = open(
        &ada,
        "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    )
    .await;
    ada.hold(token(&here));
    let list = ada.get("/api/auth/sessions").await.expect(200);
    let items = list["items"].as_array().expect("a list").clone();
    let shown: Vec<_> = items.iter().map(|it| (&it["client"], &it["current"])).collect();
    assert_eq!(
        shown,
        [
            (&json!("Firefox on Linux"), &json!(true)),
            (&json!("Chrome on Android"), &json!(false))
        ]
    );
    let path = format!("/api/auth/sessions/{}", items[1]["id"].as_str().expect("an id"));

    let eve = suite.person("eve").await;
    eve.delete(&path).await.expect_problem(404, "session-not-found");
    ada.delete(&path).await.expect(204);
    let refresh = json!({ "refreshToken": lost["refreshToken"] });
    ada.post("/api/auth/refresh", &refresh)
        .await
        .expect_problem(401, "session-ended");
    let list = ada.get("/api/auth/sessions").await.expect(200);
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "{list}");
    // The lost one sees nothing more, although its access token is not over.
    ada.hold(token(&lost));
    ada.get("/api/auth/sessions")
        .await
        .expect_problem(401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_keys_change_and_nobody_notices() {
    let suite = Suite::start().await;
    let mut ada = suite.anonymous();
    ada.sign_up("ada").await.expect(201);
    let before = open(&ada, "curl/8").await;
    let rotate = |compromised: bool| {
        suite.operate(json!({ "visavisAction": "rotate-signing-keys", "compromised": compromised }))
    };
    let rotation = rotate(false).await;
    assert_eq!(rotation["rotated"], true, "{rotation}");
    ada.hold(token(&before));
    ada.get("/api/auth/me").await.expect(200);
    ada.get("/api/analyses").await.expect(200);
    let after = open(&ada, "curl/8").await;
    assert_ne!(header(&before), header(&after));
    ada.hold(token(&after));
    ada.get("/api/analyses").await.expect(200);
    let kids = async || -> Vec<Value> {
        let jwks = ada.get("/api/auth/jwks.json").await.expect(200);
        jwks["keys"]
            .as_array()
            .expect("keys")
            .iter()
            .map(|it| it["kid"].clone())
            .collect()
    };
    let published = kids().await;
    assert_eq!(
        published,
        [rotation["kid"].clone(), rotation["retiredKid"].clone()]
    );

    let again = rotate(false).await;
    assert_eq!(again["rotated"], false, "{again}");
    assert_eq!(again["nextRotationAfter"], rotation["nextRotationAfter"]);
    let compromised = rotate(true).await;
    assert_eq!(compromised["rotated"], true, "{compromised}");
    let published_now = kids().await;
    assert!(published_now.iter().all(|it| !published.contains(it)) && published_now.len() == 2);
    // The session goes on with a token of the new key.
    let refresh = json!({ "refreshToken": after["refreshToken"] });
    let next = ada.post("/api/auth/refresh", &refresh).await.expect(200);
    assert_ne!(header(&next), header(&after));
    ada.hold(token(&next));
    ada.get("/api/analyses").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_tell_browsers_what_they_may_do() {
    let suite = Suite::start().await;
    let mut ada = suite.anonymous();
    ada.sign_up("ada").await.expect(201);
    let session = open(&ada, "curl/8").await;
    ada.hold(token(&session));
    let page = ada.get("/").await;
    let me = ada.get("/api/auth/me").await;
    let refused = ada.get("/api/nothing-here").await;
    for answer in [&page, &me, &refused] {
        let header = |name: &str| {
            answer
                .headers
                .get(name)
                .and_then(|it| it.to_str().ok())
                .unwrap_or("")
        };
        assert_eq!(header("x-content-type-options"), "nosniff", "{answer:?}");
        assert_eq!(header("x-frame-options"), "DENY", "{answer:?}");
        assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{answer:?}");
        assert!(
            header("permissions-policy").contains("microphone=()"),
            "{answer:?}"
        );
        assert!(!header("referrer-policy").is_empty(), "{answer:?}");
        let policy = header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        for open in ["unsafe-inline", "unsafe-eval", "*"] {
            assert!(!policy.contains(open), "{policy}");
        }
        for directive in ["script-src", "style-src"] {
            let found = policy
                .split(';')
                .map(str::trim)
                .find(|it| it.starts_with(directive));
            assert_eq!(found, Some(format!("{directive} 'self'").as_str()), "{policy}");
        }
    }
    // What is personal is kept by nobody.
    for answer in [&me, &refused] {
        assert_eq!(answer.headers["cache-control"], "no-store");
    }
    let body = json!({ "username": "ada", "password": PASSWORD, "delivery": "cookie" });
    for path in ["/api/auth/sign-in", "/api/auth/refresh"] {
        let answer = ada.post(path, &body).await;
        assert_eq!(answer.headers["cache-control"], "no-store", "{path}");
    }
    assert_eq!(
        ada.get("/api/auth/sessions").await.headers["cache-control"],
        "no-store"
    );
}
