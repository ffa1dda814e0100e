//! The parts against an endpoint that answers as AWS does and remembers what was asked of it.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use api::routes::LIST_ANALYSES;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use axum::http::HeaderMap;
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{Scope, UserId};
use jiff::Timestamp;
use lambda_kit::{
    Env, Function, Grant, Invocation, Request, Response, Router,
    principal::ApiKeyToken,
    testing::{self, ApiKeyRows, StoppedClock},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::manifest::{COUNT_REQUESTS, GET_PUBLIC_KEYS, RECORD_AUDIT, VERIFY_API_KEYS};

const ADA: UserId = UserId::from_uuid(Uuid::from_bytes([7; 16]));

fn now() -> Timestamp {
    "2026-11-20T11:00:00Z".parse().unwrap()
}

/// An action with the name of what it was done to, and what was sent.
type Calls = Arc<Mutex<Vec<(String, String, Value)>>>;

/// Starts an endpoint of the parameter store and of DynamoDB, whose one row is `key`.
async fn aws(key: &ApiKeyToken) -> (SdkConfig, Calls) {
    let calls = Calls::default();
    let row = json!({
        "userId": { "S": key.user.to_string() },
        "keyId": { "S": key.id.to_string() },
        "name": { "S": "kiosk" },
        "scopes": { "L": [{ "S": Scope::Analyze.as_str() }] },
        "createdAtMs": { "N": "0" },
        "tokenHash": { "B": STANDARD.encode(key.hash()) },
    });
    let seen = calls.clone();
    let answer = move |headers: HeaderMap, body: String| {
        let (action, body) = (action(&headers), serde_json::from_str::<Value>(&body).unwrap());
        let name = resource(&body);
        let answer = match action.as_str() {
            "ssm:GetParameter" => json!({ "Parameter": { "Value": testing::PUBLIC_KEYS } }),
            "dynamodb:BatchGetItem" => json!({ "Responses": { name.as_str(): [row] } }),
            "dynamodb:Query" => json!({ "Items": [], "Count": 0 }),
            _ => json!({}),
        };
        seen.lock().unwrap().push((action, name, body));
        async move { answer.to_string() }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        axum::serve(listener, axum::Router::new().fallback(answer))
            .await
            .unwrap();
    });
    let credentials = Credentials::new("key", "secret", None, None, "test");
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(url)
        .region(Region::new("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();
    (config, calls)
}

/// The action as policies call it.
fn action(headers: &HeaderMap) -> String {
    let target = headers["x-amz-target"].to_str().unwrap();
    target
        .replace("DynamoDB_20120810.", "dynamodb:")
        .replace("AmazonSSM.", "ssm:")
}

fn resource(body: &Value) -> String {
    let of_many = || Some(body["RequestItems"].as_object()?.keys().next()?.as_str());
    let name = body["TableName"].as_str().or_else(|| body["Name"].as_str());
    name.or_else(of_many).unwrap().to_owned()
}

/// Everything has the name that the grants have for it.
fn callers(aws: SdkConfig) -> Callers {
    let env = Env::from([
        ("JWKS_PARAMETER", GET_PUBLIC_KEYS.resource),
        ("API_KEYS_TABLE", VERIFY_API_KEYS.resource),
        ("LIMITS_TABLE", COUNT_REQUESTS.resource),
        ("AUDIT_TABLE", RECORD_AUDIT.resource),
        ("EDGE_TOKEN", "stack-1"),
    ]);
    let mut kit = Kit::new(env, aws);
    kit.clock = Arc::new(StoppedClock(now()));
    let config = Config::from_env(&kit.env).unwrap();
    Callers::new(&kit, Parameters::new(&kit.aws), &config)
}

/// A function that tells its callers where it thinks they are.
fn function(callers: Callers) -> Function {
    let router = Router::new(callers.tokens, Arc::new(callers.limits.clone()))
        .api_keys(callers.api_keys)
        .limits(callers.limits)
        .trail(callers.trail)
        .route(&LIST_ANALYSES, async |limits: Arc<Limits>, request: Request| {
            Ok(Response::ok(&limits.address(&request)))
        });
    Function::http(router)
}

/// Calls through the distribution, which is 130.176.0.1, for somebody at 198.51.100.7.
async fn call(function: &Function, headers: &[(&str, &str)]) -> (u64, Value) {
    let mut event = json!({
        "rawPath": format!("{}{}", api::BASE_PATH, LIST_ANALYSES.path),
        "headers": { "x-forwarded-for": "198.51.100.7, 130.176.0.1" },
        "requestContext": { "http": { "method": "GET", "sourceIp": "130.176.0.1" } },
    });
    for (name, value) in headers {
        event["headers"][name] = (*value).into();
    }
    let answer = function.invoke(event, Invocation::new("req-1")).await.unwrap();
    let body = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    (answer["statusCode"].as_u64().unwrap(), body)
}

fn key() -> (String, ApiKeyToken) {
    let text = ApiKeyRows::default().issue(ADA, &[Scope::Analyze], None);
    let token = ApiKeyToken::parse(&text).unwrap();
    (text, token)
}

/// What was done to what.
fn done(calls: &Calls) -> BTreeSet<(String, String)> {
    let calls = calls.lock().unwrap();
    calls
        .iter()
        .map(|(action, name, _)| (name.clone(), action.clone()))
        .collect()
}

fn allowed(grants: &[Grant]) -> BTreeSet<(String, String)> {
    let rights = |grant: &Grant| {
        let resource = grant.resource.to_owned();
        grant
            .actions
            .iter()
            .map(move |it| (resource.clone(), (*it).to_owned()))
    };
    grants.iter().flat_map(rights).collect()
}

#[tokio::test]
async fn each_part_does_what_its_right_allows_and_nothing_else() {
    let (text, key) = key();
    let (aws, calls) = aws(&key).await;
    let function = function(callers(aws));
    assert_eq!(done(&calls), allowed(&[]), "before anybody calls");

    let token = format!("Bearer {}", testing::token(ADA, now()));
    let (status, body) = call(&function, &[("authorization", &token)]).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(done(&calls), allowed(&[GET_PUBLIC_KEYS, COUNT_REQUESTS]));

    calls.lock().unwrap().clear();
    let (status, body) = call(&function, &[("x-api-key", &text)]).await;
    assert_eq!(status, 200, "{body}");
    let rights = [VERIFY_API_KEYS, COUNT_REQUESTS, RECORD_AUDIT];
    assert_eq!(done(&calls), allowed(&rights));
}

#[tokio::test]
async fn whoever_is_not_let_in_is_neither_counted_nor_written_down() {
    let (text, key) = key();
    let (aws, calls) = aws(&key).await;
    let function = function(callers(aws));
    let long_ago = now() - jiff::SignedDuration::from_hours(1);
    let expired = format!("Bearer {}", testing::token(ADA, long_ago));
    // Its secret is zeros, and `A` is zero in base64.
    let guessed = format!("{}BAAA", text.strip_suffix("AAAA").unwrap());
    for (header, value) in [("authorization", expired), ("x-api-key", guessed)] {
        let (status, body) = call(&function, &[(header, &value)]).await;
        assert_eq!(status, 401, "{header}: {body}");
    }
    let looked_up = Grant {
        actions: &["dynamodb:BatchGetItem"],
        ..VERIFY_API_KEYS
    };
    assert_eq!(done(&calls), allowed(&[GET_PUBLIC_KEYS, looked_up]));
}

#[tokio::test]
async fn addresses_are_those_of_the_distribution_where_it_shows_the_token() {
    let (text, key) = key();
    let (aws, calls) = aws(&key).await;
    let function = function(callers(aws));
    for (edge, address) in [("stack-2", "130.176.0.1"), ("stack-1", "198.51.100.7")] {
        let headers = [("x-api-key", text.as_str()), ("x-visavis-edge", edge)];
        assert_eq!(call(&function, &headers).await, (200, address.into()), "{edge}");
    }
    let calls = calls.lock().unwrap();
    let entries = calls
        .iter()
        .filter(|it| it.0 == "dynamodb:PutItem" && it.1 == RECORD_AUDIT.resource)
        .map(|it| it.2["Item"]["entry"]["S"].as_str().unwrap());
    let entries: Vec<_> = entries.collect();
    assert!(entries[1].contains("198.51.100"), "{entries:?}");
    assert!(!entries[0].contains("198.51.100"), "{entries:?}");
}
