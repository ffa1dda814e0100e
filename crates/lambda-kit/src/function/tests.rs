use std::sync::Mutex;

use api::routes;
use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use serde_json::json;

use super::*;
use crate::{AccessTokens, Request, SystemClock, testing::ApiKeyRows};

fn nobody() -> AccessTokens {
    AccessTokens::new(Arc::new(SystemClock), || async { Ok(None) })
}

fn router<F>(handler: impl Fn(Request) -> F + Send + Sync + 'static) -> Function
where
    F: Future<Output = Result<Response, Failure>> + Send + 'static,
{
    Function::http(
        Router::new(nobody(), Arc::new(())).route(&routes::SIGN_IN, move |_, request| handler(request)),
    )
}

fn event(method: &str, path: &str, body: &str) -> Value {
    let event = json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "",
        "headers": { "content-type": "application/json", "host": "127.0.0.1" },
        "requestContext": {
            "accountId": "0", "apiId": "local", "domainName": "127.0.0.1", "requestId": "gw", "stage": "$default",
            "time": "20/Nov/2026:11:00:00 +0000", "timeEpoch": 0,
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "t" },
        },
        "body": body, "isBase64Encoded": false,
    });
    // What is tested here is what API Gateway sends.
    serde_json::from_value::<ApiGatewayV2httpRequest>(event.clone()).unwrap();
    event
}

fn sign_in(body: &str) -> Value {
    event("POST", "/api/auth/sign-in", body)
}

async fn invoke(function: &Function, event: Value) -> (u16, Value, Value) {
    let payload = function.invoke(event, Invocation::new("req-1")).await.unwrap();
    serde_json::from_value::<ApiGatewayV2httpResponse>({
        let mut it = payload.clone();
        it["multiValueHeaders"] = json!({});
        it["cookies"] = it.get("cookies").cloned().unwrap_or_else(|| json!([]));
        it
    })
    .unwrap();
    let body = serde_json::from_str(payload["body"].as_str().unwrap()).unwrap_or(Value::Null);
    (
        payload["statusCode"].as_u64().unwrap() as u16,
        payload["headers"].clone(),
        body,
    )
}

#[tokio::test]
async fn a_request_reaches_its_handler_and_the_answer_its_caller() {
    let function = router(async |request: Request| {
        let body: Value = request.json()?;
        assert!(request.principal().is_err());
        Ok(Response::created(&json!({ "got": body["a"] })).with_cookie("a=b".to_owned()))
    });
    let payload = function
        .invoke(sign_in(r#"{"a":7}"#), Invocation::new("req-1"))
        .await
        .unwrap();
    assert_eq!(
        (&payload["statusCode"], &payload["body"]),
        (&json!(201), &json!(r#"{"got":7}"#))
    );
    assert_eq!(payload["cookies"], json!(["a=b"]));
    assert_eq!(payload["headers"]["content-type"], "application/json");
}

#[tokio::test]
async fn whatever_no_route_takes_is_a_problem_too() {
    let function = router(async |_| Ok(Response::no_content()));
    for (method, path, status, slug, allow) in [
        ("GET", "/api/nothing", 404, "not-found", None),
        ("GET", "/", 404, "not-found", None),
        ("GET", "/api", 404, "not-found", None),
        ("POST", "/api/auth/sign-in/", 404, "not-found", None),
        ("POST", "/auth/sign-in", 404, "not-found", None),
        ("POST", "/api/auth//sign-in", 404, "not-found", None),
        (
            "GET",
            "/api/auth/sign-in",
            405,
            "method-not-allowed",
            Some("POST"),
        ),
        (
            "BREW",
            "/api/auth/sign-in",
            405,
            "method-not-allowed",
            Some("POST"),
        ),
        // Paths of other functions.
        (
            "PUT",
            "/api/analyses",
            405,
            "method-not-allowed",
            Some("GET, POST"),
        ),
        (
            "PUT",
            "/api/analyses/1",
            405,
            "method-not-allowed",
            Some("GET, DELETE"),
        ),
        ("PUT", "/api/analyses/", 404, "not-found", None),
    ] {
        let (got, headers, body) = invoke(&function, event(method, path, "")).await;
        assert_eq!(
            (got, body["type"].as_str().unwrap()),
            (status, &*format!("/problems/{slug}")),
            "{method} {path}"
        );
        assert_eq!(headers["content-type"], "application/problem+json");
        assert_eq!(
            headers.get("allow").and_then(Value::as_str),
            allow,
            "{method} {path}"
        );
        assert_eq!(body["instance"], "req-1");
    }
}

#[tokio::test]
async fn a_body_must_be_small_json_of_the_right_type() {
    let function = router(async |request: Request| {
        request.json::<api::wire::SignInRequest>()?;
        Ok(Response::no_content())
    });
    let good = r#"{"username":"ada","password":"x","delivery":"body"}"#;
    let with_type = |content_type: Option<&str>| {
        let mut event = sign_in(good);
        match content_type {
            Some(text) => event["headers"]["content-type"] = text.into(),
            None => drop(event["headers"].as_object_mut().unwrap().remove("content-type")),
        }
        event
    };
    let encoded = |body: &str| {
        let mut event = sign_in(body);
        event["isBase64Encoded"] = true.into();
        event
    };
    for (event, status, slug) in [
        (sign_in(good), 204, ""),
        (with_type(Some("Application/JSON; charset=utf-8")), 204, ""),
        (with_type(Some("text/plain")), 415, "unsupported-media-type"),
        (
            with_type(Some("application/x-www-form-urlencoded")),
            415,
            "unsupported-media-type",
        ),
        (
            with_type(Some("application/jsonp")),
            415,
            "unsupported-media-type",
        ),
        (with_type(None), 415, "unsupported-media-type"),
        (
            encoded("eyJ1c2VybmFtZSI6ImFkYSIsInBhc3N3b3JkIjoieCIsImRlbGl2ZXJ5IjoiYm9keSJ9"),
            204,
            "",
        ),
        (encoded("%%%"), 400, "invalid-json"),
        (sign_in(""), 400, "invalid-json"),
        (sign_in("{"), 400, "invalid-json"),
        (sign_in("{}"), 422, "invalid-request"),
        (
            sign_in(&format!("\"{}\"", "x".repeat(64 * 1024))),
            413,
            "payload-too-large",
        ),
    ] {
        let (got, _, body) = invoke(&function, event.clone()).await;
        assert_eq!(got, status, "{event}");
        if status != 204 {
            assert_eq!(body["type"], format!("/problems/{slug}"), "{event}");
        }
    }
}

#[tokio::test]
async fn a_panic_is_an_answer_and_the_next_request_is_served() {
    let function = router(async |request: Request| {
        assert!(!request.has_body(), "hunter2");
        Ok(Response::no_content())
    });
    for _ in 0..2 {
        let (status, _, body) = invoke(&function, sign_in("hunter2")).await;
        assert_eq!((status, &body["type"]), (500, &json!("/problems/internal")));
        assert!(!body.to_string().contains("hunter2"));
        assert_eq!(invoke(&function, sign_in("")).await.0, 204);
    }
}

#[tokio::test]
async fn a_fault_is_a_problem_without_detail() {
    let function = router(async |_| Err(Fault::later("GetUser", "the table vanished").into()));
    let (status, headers, body) = invoke(&function, sign_in("")).await;
    assert_eq!((status, &headers["retry-after"]), (503, &json!("3")));
    assert!(!body.to_string().contains("vanished"));
}

#[tokio::test]
async fn a_protected_route_refuses_before_its_handler_runs() {
    let function = Function::http(
        Router::new(nobody(), Arc::new(()))
            .api_keys(ApiKeyRows::default().verifier(Arc::new(SystemClock)))
            .limits(crate::testing::limits_at(Arc::new(SystemClock)))
            .route(
                &routes::LIST_ANALYSES,
                async |_, _| -> Result<Response, Failure> { panic!("must not run") },
            ),
    );
    let (status, headers, body) = invoke(&function, event("GET", "/api/analyses", "")).await;
    assert_eq!(
        (status, &body["type"]),
        (401, &json!("/problems/unauthenticated"))
    );
    assert_eq!(headers["www-authenticate"], "Bearer");
    assert_eq!(headers["cache-control"], "no-store");
}

#[tokio::test]
async fn path_parameters_and_cookies_arrive() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let function = Function::http(Router::new(nobody(), seen.clone()).route(
        &OPEN,
        async |seen: Arc<Mutex<Vec<String>>>, request: Request| {
            let mut seen = seen.lock().unwrap();
            seen.push(request.path("id").to_owned());
            seen.push(request.cookie("a").unwrap_or("-").to_owned());
            Ok(Response::no_content())
        },
    ));
    let mut event = event("GET", "/api/open/a%20b", "");
    event["cookies"] = json!(["a=1", "b=2"]);
    invoke(&function, event).await;
    assert_eq!(*seen.lock().unwrap(), ["a b", "1"]);
}

static OPEN: api::Route = api::Route {
    method: api::Method::Get,
    path: "/open/{id}",
    id: "open",
    function: "TestFunction",
    access: api::Access::Public,
    summary: "",
    description: "",
    query: None,
    body: None,
    idempotent_by_key: false,
    answers: &[],
    own_problems: &[],
};

#[tokio::test]
async fn an_event_that_is_no_request_is_an_error_that_does_not_quote_it() {
    let function = router(async |_| Ok(Response::no_content()));
    for event in [
        json!(null),
        json!("hunter2"),
        json!({ "Records": [] }),
        json!({ "rawPath": "hunter2" }),
    ] {
        let error = function.invoke(event, Invocation::new("r")).await.unwrap_err();
        assert_eq!(error.error_type, "MalformedEvent");
        assert!(!error.to_string().contains("hunter2"));
    }
}

#[tokio::test]
async fn actions_are_called_by_name_and_only_directly() {
    let function = router(async |_| Ok(Response::no_content()))
        .direct("greet", async |event: Value| {
            Ok(json!({ "hello": event["name"] }))
        })
        .direct("fail", async |_| Err(ProblemType::Forbidden.into()));
    let call = async |event: Value| function.invoke(event, Invocation::new("r")).await;
    assert_eq!(
        call(json!({ "visavisAction": "greet", "name": "ada" }))
            .await
            .unwrap(),
        json!({ "hello": "ada" })
    );
    assert_eq!(
        call(json!({ "visavisAction": "other" }))
            .await
            .unwrap_err()
            .error_type,
        "UnknownAction"
    );
    assert_eq!(
        call(json!({ "visavisAction": "fail" }))
            .await
            .unwrap_err()
            .error_type,
        "ActionFailed"
    );
    // A request cannot pretend: its body is a string inside of the event.
    let (status, ..) = invoke(&function, sign_in(r#"{"visavisAction":"greet"}"#)).await;
    assert_eq!(status, 204);
}

#[test]
#[should_panic(expected = "nothing verifies them")]
fn a_route_that_is_open_to_api_keys_is_not_served_without_them() {
    let router = Router::new(nobody(), Arc::new(()))
        .route(&routes::GET_ANALYSIS, async |_, _| Ok(Response::no_content()));
    drop(Function::http(router));
}

#[test]
#[should_panic(expected = "nothing counts")]
fn a_limited_route_is_not_served_uncounted() {
    let router = Router::new(nobody(), Arc::new(()))
        .route(&routes::LIST_ANALYSES, async |_, _| Ok(Response::no_content()));
    drop(Function::http(router));
}

#[tokio::test]
async fn the_thirty_first_list_of_a_minute_is_refused_and_answers_say_what_is_left() {
    let now: jiff::Timestamp = "2026-11-20T11:00:00Z".parse().unwrap();
    let limits = crate::testing::limits_at(Arc::new(crate::testing::StoppedClock(now)));
    let keys = ApiKeyRows::default();
    let router = Router::new(crate::testing::access_tokens(now), Arc::new(()))
        .api_keys(keys.verifier(Arc::new(crate::testing::StoppedClock(now))))
        .limits(limits);
    let function =
        Function::http(router.route(&routes::LIST_ANALYSES, async |_, _| Ok(Response::ok(&json!({})))));
    let user = domain::UserId::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap();
    let mut event = event("GET", "/api/analyses", "");
    let mut with_key = event.clone();
    with_key["headers"]["x-api-key"] = keys.issue(user, &[domain::Scope::Analyze], None).into();
    event["headers"]["authorization"] = format!("Bearer {}", crate::testing::token(user, now)).into();
    // An account's keys and sessions share what it has.
    for left in (0..30).rev() {
        let request = if left % 2 == 0 { &event } else { &with_key };
        let (status, headers, _) = invoke(&function, request.clone()).await;
        assert_eq!(status, 200);
        assert_eq!(headers["ratelimit-policy"], r#""lists";q=30;w=60"#);
        let state = headers["ratelimit"].as_str().unwrap();
        assert!(state.starts_with(&format!("\"lists\";r={left};t=")), "{state}");
    }
    let (status, ..) = invoke(&function, with_key).await;
    assert_eq!(status, 429);
    let (status, headers, body) = invoke(&function, event).await;
    assert_eq!((status, &body["type"]), (429, &json!("/problems/rate-limited")));
    assert_eq!(headers["retry-after"], "2");
    assert_eq!(body["retryAfterSeconds"], 2);
    assert_eq!(headers["ratelimit"], r#""lists";r=0;t=2"#);
}

#[test]
fn a_router_tells_which_routes_are_missing() {
    let router = Router::new(nobody(), Arc::new(()))
        .route(&routes::CREATE_UPLOAD, async |_, _| Ok(Response::no_content()));
    assert_eq!(
        router.misplaced(routes::PRESIGN_UPLOAD_FUNCTION),
        Vec::<&str>::new()
    );
    assert!(router.misplaced(routes::AUTH_FUNCTION).contains(&"createUpload"));
    assert!(router.misplaced(routes::AUTH_FUNCTION).contains(&"signIn"));
}

fn batch(names: &[&str]) -> Value {
    let record =
        |name: &&str| json!({ "eventID": name, "dynamodb": { "SequenceNumber": name, "NewImage": {} } });
    json!({ "Records": names.iter().map(record).collect::<Vec<_>>() })
}

fn failures(answer: &Value) -> Vec<&str> {
    answer["batchItemFailures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["itemIdentifier"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn only_the_records_that_failed_are_reported() {
    let function = Function::records(async |record: Record| match record.id() {
        "2" => Outcome::RetryLater(Fault::later("Publish", "throttled")),
        "3" => Outcome::Refused("nothing-to-do"),
        "4" => Outcome::Poison("malformed"),
        _ => Outcome::Done,
    });
    let answer = function
        .invoke(batch(&["1", "2", "3", "4", "5"]), Invocation::new("r"))
        .await
        .unwrap();
    assert_eq!(failures(&answer), ["2", "4"]);
    let answer = function
        .invoke(batch(&["9"]), Invocation::new("r"))
        .await
        .unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
}

#[tokio::test]
async fn a_panic_of_one_record_fails_that_record() {
    let function = Function::records(async |record: Record| {
        assert_ne!(record.id(), "2");
        Outcome::Done
    });
    let answer = function
        .invoke(batch(&["1", "2", "3"]), Invocation::new("r"))
        .await
        .unwrap();
    assert_eq!(failures(&answer), ["2"]);
}

#[tokio::test]
async fn a_record_that_does_not_parse_does_not_fail_its_neighbours() {
    #[derive(serde::Deserialize)]
    struct Body {
        #[serde(rename = "body")]
        _body: String,
    }
    let function = Function::records(async |record: Record| match record.parse::<Body>() {
        Ok(_) => Outcome::Done,
        Err(poison) => poison,
    });
    let event = json!({ "Records": [
        { "messageId": "a", "body": "x" }, { "messageId": "b", "body": 7 }, { "messageId": "c", "body": "y" },
    ]});
    let answer = function.invoke(event, Invocation::new("r")).await.unwrap();
    assert_eq!(failures(&answer), ["b"]);
}

#[tokio::test]
async fn a_record_without_an_identifier_is_an_error_of_the_batch() {
    let function = Function::records(async |_| -> Outcome { panic!("must not run") });
    for event in [
        json!({ "Records": [{ "dynamodb": {} }] }),
        json!({ "Records": 7 }),
        json!({}),
        json!([]),
    ] {
        let error = function.invoke(event, Invocation::new("r")).await.unwrap_err();
        assert_eq!(error.error_type, "MalformedEvent");
    }
}

#[tokio::test]
async fn a_record_that_a_failed_neighbour_brings_back_is_not_done_twice() {
    let done = Arc::new(Mutex::new(Vec::new()));
    let seen = done.clone();
    let function = Function::records(move |record: Record| {
        let seen = seen.clone();
        async move {
            let mut seen = seen.lock().unwrap();
            seen.push(record.id().to_owned());
            if record.id() == "2" && seen.iter().filter(|it| *it == "2").count() < 3 {
                return Outcome::RetryLater(Fault::later("Publish", "throttled"));
            }
            Outcome::Done
        }
    });
    let mut n_failures = Vec::new();
    for names in [&["1", "2", "3"][..], &["2", "3"], &["2", "3"]] {
        let answer = function.invoke(batch(names), Invocation::new("r")).await.unwrap();
        n_failures.push(failures(&answer).len());
    }
    assert_eq!(n_failures, [1, 1, 0]);
    assert_eq!(*done.lock().unwrap(), ["1", "2", "3", "2", "2"]);
}
