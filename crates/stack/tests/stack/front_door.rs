//! Client and API under one origin.

use std::{sync::Arc, time::Duration};

use futures::FutureExt as _;
use serde_json::{Value, json};
use stack::InvokeFailure;
use tempfile::TempDir;

use crate::world::{Body, World, echo, takes_all};

#[tokio::test]
async fn a_function_gets_api_gateways_event_and_its_answer_is_translated() {
    let world = World::start(echo(), takes_all()).await;
    let response = world
        .client
        .get(format!("{}/api/notes/a%20b?tag=x&tag=y", world.http))
        .header("cookie", "a=1; b=2")
        .header("accept", "text/html")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["apigw-requestid"].len(), 16);
    let event: Value = response.json().await.unwrap();
    assert_eq!(event["routeKey"], "GET /api/notes/{noteId}");
    assert_eq!(event["pathParameters"], json!({"noteId": "a b"}));
    assert_eq!(event["queryStringParameters"], json!({"tag": "x,y"}));
    assert_eq!(event["cookies"], json!(["a=1", "b=2"]));
    assert_eq!(event["headers"].get("cookie"), None);
    assert_eq!(event["requestContext"]["http"]["sourceIp"], "127.0.0.1");
    assert_eq!(event["requestContext"]["accountId"], "000000000000");

    let body = world
        .client
        .post(format!("{}/api/notes", world.http))
        .json(&json!({"a": 1}))
        .send()
        .await
        .unwrap();
    let event: Value = body.json().await.unwrap();
    assert_eq!(
        (&event["routeKey"], &event["body"]),
        (&json!("POST /api/notes"), &json!(r#"{"a":1}"#))
    );
    let other = world
        .client
        .put(format!("{}/api/notes/x", world.http))
        .send()
        .await
        .unwrap();
    assert_eq!(
        other.json::<Value>().await.unwrap()["routeKey"],
        "ANY /api/{proxy+}"
    );
}

#[tokio::test]
async fn what_the_gateway_answers_by_itself_is_what_aws_answers() {
    let world = World::start(echo(), takes_all()).await;
    let unknown = world.get("/api").await;
    assert_eq!(unknown.status(), 404);
    assert_eq!(unknown.headers()["content-type"], "application/json");
    assert_eq!(unknown.text().await.unwrap(), r#"{"message":"Not Found"}"#);

    for (content_type, n_bytes) in [
        ("application/json", 10 * 1024 * 1024 + 1),
        ("image/jpeg", 5 * 1024 * 1024),
    ] {
        let post = world
            .client
            .post(format!("{}/api/notes", world.http))
            .header("content-type", content_type);
        let large = post.body(vec![b'x'; n_bytes]).send().await.unwrap();
        assert_eq!(large.status(), 413, "{content_type}");
        assert_eq!(
            large.text().await.unwrap(),
            r#"{"message":"Request Entity Too Large"}"#
        );
    }
    let headers = world
        .client
        .get(format!("{}/api/notes", world.http))
        .header("x-long", "x".repeat(11_000));
    assert_eq!(headers.send().await.unwrap().status(), 431);
}

#[tokio::test]
async fn a_slow_a_failing_and_a_panicking_function_are_awss_errors_and_the_stack_lives() {
    let body: Body = Arc::new(|_, event| match event["rawPath"].as_str().unwrap() {
        "/api/slow" => async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Ok(json!({"statusCode": 200}))
        }
        .boxed(),
        "/api/notes/fails" => async { Err(InvokeFailure::new("Unhandled", "on purpose")) }.boxed(),
        "/api/notes/nonsense" => async { Ok(json!({"statusCode": "soon"})) }.boxed(),
        "/api/notes/hangs" => futures::future::pending().boxed(),
        _ => panic!("on purpose"),
    });
    let world = World::start(body, takes_all()).await;
    let unavailable = world.get("/api/slow").await;
    assert_eq!(
        (unavailable.status().as_u16(), unavailable.text().await.unwrap()),
        (503, r#"{"message":"Service Unavailable"}"#.into())
    );
    for path in [
        "/api/notes/fails",
        "/api/notes/nonsense",
        "/api/notes/panics",
        "/api/notes/hangs",
    ] {
        let failed = world.get(path).await;
        assert_eq!(
            (failed.status().as_u16(), failed.text().await.unwrap()),
            (500, r#"{"message":"Internal Server Error"}"#.into()),
            "{path}"
        );
    }
    assert_eq!(world.get_json("/_stack/health").await["status"], "ok");
}

#[tokio::test]
async fn cookies_and_binary_answers_arrive() {
    let body: Body = Arc::new(|_, _| {
        async {
            Ok(json!({
                "statusCode": 200, "headers": {"content-type": "image/jpeg"}, "cookies": ["a=1; HttpOnly", "b=2"],
                "body": "/9j/", "isBase64Encoded": true,
            }))
        }
        .boxed()
    });
    let world = World::start(body, takes_all()).await;
    let response = world.get("/api/notes").await;
    let cookies: Vec<_> = response
        .headers()
        .get_all("set-cookie")
        .iter()
        .map(|it| it.to_str().unwrap())
        .collect();
    assert_eq!(cookies, ["a=1; HttpOnly", "b=2"]);
    assert_eq!(response.bytes().await.unwrap().as_ref(), [0xff, 0xd8, 0xff]);
}

#[tokio::test]
async fn preflights_are_answered_as_the_template_says() {
    let world = World::start(echo(), takes_all()).await;
    let preflight = |origin: &'static str| {
        let request = world
            .client
            .request(reqwest::Method::OPTIONS, format!("{}/api/notes", world.http));
        request
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .send()
    };
    let allowed = preflight("https://notes.example.org").await.unwrap();
    assert_eq!(allowed.status(), 204);
    assert_eq!(allowed.headers()["access-control-allow-methods"], "GET,POST");
    let refused = preflight("https://evil.example").await.unwrap();
    assert!(!refused.headers().contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn only_requests_for_this_machine_are_answered() {
    let world = World::start(echo(), takes_all()).await;
    for path in ["/", "/api/notes", "/_stack/outbox.json"] {
        let request = world
            .client
            .get(format!("{}{path}", world.http))
            .header("host", "evil.example");
        assert_eq!(request.send().await.unwrap().status(), 421, "{path}");
    }
    let request = world.client.get(&world.aws).header("host", "evil.example");
    assert_eq!(request.send().await.unwrap().status(), 403);
    let by_name = world
        .client
        .get(format!("{}/_stack/health", world.http))
        .header("host", "localhost:8080");
    assert_eq!(by_name.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn the_client_is_served_with_the_headers_of_the_distribution() {
    let dist = TempDir::new().unwrap();
    std::fs::write(dist.path().join("index.html"), "<p>client</p>").unwrap();
    let folder = dist.path().to_owned();
    let data = TempDir::new().unwrap();
    let world = World::start_in(
        data.path(),
        |it| it.client_dir = Some(folder),
        echo(),
        takes_all(),
    )
    .await;
    let page = world.get("/history").await;
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    assert_eq!(page.headers()["x-frame-options"], "DENY");
    let policy = page.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        policy.contains(&format!(
            "connect-src 'self' https://x.s3.eu-west-1.amazonaws.com {}",
            world.aws
        )),
        "{policy}"
    );
    assert_eq!(page.text().await.unwrap(), "<p>client</p>");
    assert_eq!(
        world.get("/api/notes").await.headers()["x-content-type-options"],
        "nosniff"
    );
    let head = world
        .client
        .head(format!("{}/", world.http))
        .send()
        .await
        .unwrap();
    assert_eq!(
        (
            head.status().as_u16(),
            head.headers()["content-length"].to_str().unwrap()
        ),
        (200, "13")
    );
}

#[tokio::test]
async fn the_stacks_own_pages_run_no_script_and_say_what_is_not_run() {
    let world = World::start(echo(), takes_all()).await;
    let index = world.get("/_stack/").await;
    assert!(
        index.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .starts_with("default-src 'none'; style-src 'sha256-")
    );
    let html = index.text().await.unwrap();
    assert!(html.contains("GET /api/notes/{noteId}") && html.contains("AWS::CloudWatch::Alarm"));
    assert_eq!(world.get("/_stack/nothing").await.status(), 404);
    let posted = world
        .client
        .post(format!("{}/_stack/outbox", world.http))
        .send()
        .await
        .unwrap();
    assert_eq!(posted.status(), 405);
    let form = world
        .client
        .post(format!("{}/_stack/faults", world.http))
        .body("function=NotesFunction&failNext=1");
    assert_eq!(form.send().await.unwrap().status(), 415);
    let stranger = world.client.post(format!("{}/_stack/faults", world.http));
    let stranger = stranger
        .json(&json!({"function": "Nobody", "failNext": 1}))
        .send()
        .await
        .unwrap();
    assert_eq!(stranger.status(), 404);
}
