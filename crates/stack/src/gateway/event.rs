//! The event an HTTP API sends to a function, payload format 2.0.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>

use std::{collections::BTreeMap, net::IpAddr};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, header, request::Parts};
use jiff::{Timestamp, tz::TimeZone};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::routes::Found;

/// What an event is made of.
pub(super) struct Source<'a> {
    pub(super) parts: &'a Parts,
    pub(super) body: &'a [u8],
    pub(super) found: &'a Found<'a>,
    pub(super) request_id: &'a str,
    pub(super) account: &'a str,
    pub(super) client: IpAddr,
    pub(super) now: Timestamp,
}

/// A request id in the shape API Gateway gives: eleven bytes in base64.
pub(super) fn request_id() -> String {
    let random = uuid::Uuid::new_v4();
    STANDARD.encode(&random.as_bytes()[..11])
}

/// The event. Members that API Gateway leaves out when they are empty are left out.
pub(super) fn build(source: &Source<'_>) -> Value {
    let Source {
        parts, body, found, ..
    } = source;
    // An HTTP API gives the path decoded, unlike a REST API: seen on AWS in middleapi/standard-server#93.
    let path = decode(parts.uri.path());
    let query = parts.uri.query().unwrap_or_default();
    let mut event = json!({
        "version": "2.0",
        "routeKey": found.key,
        "rawPath": path,
        "rawQueryString": query,
    });
    let cookies = cookies(&parts.headers);
    if !cookies.is_empty() {
        event["cookies"] = cookies.into();
    }
    event["headers"] = Value::Object(headers(source));
    if !query.is_empty() {
        event["queryStringParameters"] = json!(query_parameters(query));
    }
    event["requestContext"] = request_context(source, &path);
    if !found.variables.is_empty() {
        event["pathParameters"] = json!(found.variables);
    }
    let (text, is_base64) = match std::str::from_utf8(body) {
        Ok(text) if is_text(&parts.headers) => (text.to_owned(), false),
        _ => (STANDARD.encode(body), true),
    };
    if !body.is_empty() {
        event["body"] = text.into();
    }
    event["isBase64Encoded"] = (is_base64 && !body.is_empty()).into();
    event
}

fn request_context(source: &Source<'_>, path: &str) -> Value {
    let Source {
        parts, found, now, ..
    } = source;
    let host = parts
        .headers
        .get(header::HOST)
        .and_then(|it| it.to_str().ok())
        .unwrap_or_default();
    let domain = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let agent = parts
        .headers
        .get(header::USER_AGENT)
        .and_then(|it| it.to_str().ok())
        .unwrap_or_default();
    json!({
        "accountId": source.account,
        "apiId": "local",
        "domainName": domain,
        "domainPrefix": domain.split('.').next(),
        "http": {
            "method": parts.method.as_str(),
            "path": path,
            "protocol": format!("{:?}", parts.version),
            "sourceIp": source.client.to_string(),
            "userAgent": agent,
        },
        "requestId": source.request_id,
        "routeKey": found.key,
        "stage": "$default",
        "time": now.to_zoned(TimeZone::UTC).strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
        "timeEpoch": now.as_millisecond(),
    })
}

/// Names in lower case, several values joined by commas, cookies taken out, and what the gateway adds.
fn headers(source: &Source<'_>) -> Map<String, Value> {
    let mut joined: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in source
        .parts
        .headers
        .iter()
        .filter(|(name, _)| *name != header::COOKIE)
    {
        let value = String::from_utf8_lossy(value.as_bytes());
        joined
            .entry(name.as_str().to_owned())
            .and_modify(|it| {
                it.push(',');
                it.push_str(&value);
            })
            .or_insert_with(|| value.into_owned());
    }
    let client = source.client.to_string();
    joined
        .entry("x-forwarded-for".to_owned())
        .and_modify(|it| *it = format!("{it}, {client}"))
        .or_insert(client);
    let host = joined.get("host").cloned().unwrap_or_default();
    let port = host.rsplit_once(':').map_or("80", |(_, port)| port).to_owned();
    joined.insert("x-forwarded-port".to_owned(), port);
    joined.insert("x-forwarded-proto".to_owned(), "http".to_owned());
    let root = uuid::Uuid::new_v4().simple().to_string();
    joined
        .entry("x-amzn-trace-id".to_owned())
        .or_insert_with(|| format!("Root=1-{:08x}-{}", source.now.as_second().max(0), &root[..24]));
    joined
        .into_iter()
        .map(|(name, value)| (name, value.into()))
        .collect()
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(';'))
        .map(|it| it.trim().to_owned())
        .filter(|it| !it.is_empty())
        .collect()
}

/// Decoded, and several values of one name joined by commas.
fn query_parameters(query: &str) -> BTreeMap<String, String> {
    let mut parameters: BTreeMap<String, String> = BTreeMap::new();
    for pair in query.split('&').filter(|it| !it.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode(&name.replace('+', " ")), decode(&value.replace('+', " ")));
        parameters
            .entry(name)
            .and_modify(|it| {
                it.push(',');
                it.push_str(&value);
            })
            .or_insert(value);
    }
    parameters
}

/// The types whose bodies arrive as text; everything else, a missing type and a form included, is base64. Which they
/// are is not documented; this is what was measured against AWS in ministackorg/ministack#766.
fn is_text(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()) else {
        return false;
    };
    let essence = value
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    essence.starts_with("text/")
        || matches!(
            essence.as_str(),
            "application/json" | "application/xml" | "application/javascript"
        )
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
#[path = "event_tests.rs"]
mod tests;
