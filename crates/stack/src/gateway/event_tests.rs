use http::{Method, Request};

use super::{
    super::routes::{Router, Target},
    *,
};
use crate::template::RouteSpec;

fn event_of(request: Request<()>, body: &[u8]) -> Value {
    let mut router = Router::default();
    for (method, path) in [("GET", "/api/notes/{noteId}"), ("ANY", "/api/{proxy+}")] {
        let spec = RouteSpec {
            method: method.into(),
            path: path.into(),
            timeout_ms: 1,
        };
        router.add(&spec, "NotesFunction").unwrap();
    }
    let (parts, ()) = request.into_parts();
    let found = router.find(&parts.method, parts.uri.path()).unwrap();
    assert_eq!(
        found.target,
        &Target {
            function: "NotesFunction".into(),
            timeout_ms: 1
        }
    );
    build(&Source {
        parts: &parts,
        body,
        found: &found,
        request_id: "JKJaXmPLvHcESHA=",
        account: "000000000000",
        client: IpAddr::from([127, 0, 0, 1]),
        now: "2020-03-12T19:03:58.123Z".parse().unwrap(),
    })
}

#[test]
fn the_event_has_every_member_api_gateway_documents() {
    let request = Request::builder()
        .method(Method::GET)
        .uri("/api/notes/a%20b?tag=x&tag=y+z&empty&n=%C3%A4")
        .header("Host", "127.0.0.1:8080")
        .header("Accept", "text/html")
        .header("Accept", "image/png")
        .header("Cookie", "one=1; two=2")
        .header("User-Agent", "curl/8")
        .header("X-Amzn-Trace-Id", "Root=1-5e9f0c65-1de4d666d4dd26aced652b6c")
        .body(())
        .unwrap();
    assert_eq!(
        event_of(request, b""),
        json!({
            "version": "2.0",
            "routeKey": "GET /api/notes/{noteId}",
            "rawPath": "/api/notes/a b",
            "rawQueryString": "tag=x&tag=y+z&empty&n=%C3%A4",
            "cookies": ["one=1", "two=2"],
            "headers": {
                "accept": "text/html,image/png",
                "host": "127.0.0.1:8080",
                "user-agent": "curl/8",
                "x-amzn-trace-id": "Root=1-5e9f0c65-1de4d666d4dd26aced652b6c",
                "x-forwarded-for": "127.0.0.1",
                "x-forwarded-port": "8080",
                "x-forwarded-proto": "http",
            },
            "queryStringParameters": {"tag": "x,y z", "empty": "", "n": "ä"},
            "requestContext": {
                "accountId": "000000000000",
                "apiId": "local",
                "domainName": "127.0.0.1",
                "domainPrefix": "127",
                "http": {
                    "method": "GET",
                    "path": "/api/notes/a b",
                    "protocol": "HTTP/1.1",
                    "sourceIp": "127.0.0.1",
                    "userAgent": "curl/8",
                },
                "requestId": "JKJaXmPLvHcESHA=",
                "routeKey": "GET /api/notes/{noteId}",
                "stage": "$default",
                "time": "12/Mar/2020:19:03:58 +0000",
                "timeEpoch": 1_584_039_838_123_i64,
            },
            "pathParameters": {"noteId": "a b"},
            "isBase64Encoded": false,
        })
    );
}

#[test]
fn a_body_is_text_or_base64_by_its_content_type() {
    for (content_type, body, expected, is_base64) in [
        (Some("application/json"), b"{}".as_slice(), "{}", false),
        (Some("Application/JSON; charset=utf-8"), b"{}", "{}", false),
        (Some("text/csv"), b"a,b", "a,b", false),
        (Some("application/octet-stream"), b"{}", "e30=", true),
        (Some("application/x-www-form-urlencoded"), b"a=b", "YT1i", true),
        (Some("multipart/form-data"), b"a", "YQ==", true),
        (Some("application/json"), b"\xff", "/w==", true),
        (None, b"{}", "e30=", true),
    ] {
        let mut request = Request::post("/api/x");
        if let Some(it) = content_type {
            request = request.header("content-type", it);
        }
        let event = event_of(request.body(()).unwrap(), body);
        assert_eq!(
            (&event["body"], &event["isBase64Encoded"]),
            (&json!(expected), &json!(is_base64)),
            "{content_type:?}"
        );
    }
}

#[test]
fn what_is_empty_is_left_out() {
    let event = event_of(Request::delete("/api/x").body(()).unwrap(), b"");
    for absent in ["cookies", "queryStringParameters", "body"] {
        assert_eq!(event.get(absent), None, "{absent}");
    }
    assert_eq!(event["pathParameters"], json!({"proxy": "x"}));
}

#[test]
fn a_forwarded_address_is_kept_and_ours_appended() {
    let request = Request::get("/api/x")
        .header("x-forwarded-for", "1.2.3.4")
        .body(())
        .unwrap();
    assert_eq!(
        event_of(request, b"")["headers"]["x-forwarded-for"],
        "1.2.3.4, 127.0.0.1"
    );
}

#[test]
fn request_ids_have_api_gateways_shape() {
    let id = request_id();
    assert!(id.len() == 16 && id.ends_with('='), "{id}");
}
