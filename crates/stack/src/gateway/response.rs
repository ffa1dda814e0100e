//! What a function's answer becomes, payload format 2.0.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::{Map, Value};

/// An answer API Gateway could not send.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(super) enum NotAResponse {
    #[error("statusCode is not a status")]
    Status,
    #[error("a header is not text, or cannot be sent")]
    Header,
    #[error("the body is not text")]
    Body,
    #[error("the body is not base64")]
    Base64,
}

/// Headers that belong to the connection, not to the answer.
const CONNECTION_HEADERS: &[&str] = &[
    "connection",
    "content-length",
    "keep-alive",
    "transfer-encoding",
    "upgrade",
];

/// Translates the answer. One without `statusCode` is a 200 whose JSON it is.
pub(super) fn read(answer: &Value) -> Result<Response<Bytes>, NotAResponse> {
    let Some((answer, status)) = answer
        .as_object()
        .and_then(|it| Some((it, it.get("statusCode")?)))
    else {
        let mut response = Response::new(Bytes::from(answer.to_string()));
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        return Ok(response);
    };
    let status = match status {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    let status = status
        .and_then(|it| u16::try_from(it).ok())
        .and_then(|it| StatusCode::from_u16(it).ok())
        .filter(|it| 200 <= it.as_u16() && it.as_u16() < 600)
        .ok_or(NotAResponse::Status)?;
    let mut response = Response::new(body(answer)?);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in answer
        .get("headers")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let name: HeaderName = name.parse().map_err(|_| NotAResponse::Header)?;
        let value = header_value(value)?;
        if !CONNECTION_HEADERS.contains(&name.as_str()) {
            headers.append(name, value);
        }
    }
    for cookie in answer
        .get("cookies")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        headers.append(header::SET_COOKIE, header_value(cookie)?);
    }
    headers
        .entry(header::CONTENT_TYPE)
        .or_insert(HeaderValue::from_static("text/plain;charset=UTF-8"));
    Ok(response)
}

fn header_value(value: &Value) -> Result<HeaderValue, NotAResponse> {
    let text = crate::template::text(value).ok_or(NotAResponse::Header)?;
    HeaderValue::from_bytes(text.as_bytes()).map_err(|_| NotAResponse::Header)
}

fn body(answer: &Map<String, Value>) -> Result<Bytes, NotAResponse> {
    let text = match answer.get("body") {
        None | Some(Value::Null) => return Ok(Bytes::new()),
        Some(Value::String(text)) => text,
        Some(_) => return Err(NotAResponse::Body),
    };
    if answer
        .get("isBase64Encoded")
        .and_then(Value::as_bool)
        .unwrap_or(false)
    {
        return STANDARD
            .decode(text)
            .map(Bytes::from)
            .map_err(|_| NotAResponse::Base64);
    }
    Ok(Bytes::from(text.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn status_headers_cookies_and_body_are_carried_over() {
        let response = read(&json!({
            "statusCode": 201,
            "headers": {"Content-Type": "application/json", "x-count": 3, "Content-Length": "999"},
            "cookies": ["a=1; HttpOnly", "b=2"],
            "body": "{}",
        }))
        .unwrap();
        assert_eq!(response.status(), 201);
        assert_eq!(response.headers()["content-type"], "application/json");
        assert_eq!(response.headers()["x-count"], "3");
        assert!(!response.headers().contains_key("content-length"));
        let cookies: Vec<_> = response.headers().get_all("set-cookie").iter().collect();
        assert_eq!(cookies, ["a=1; HttpOnly", "b=2"]);
        assert_eq!(response.body(), "{}");
    }

    #[test]
    fn a_binary_body_is_decoded() {
        let response = read(&json!({"statusCode": 200, "body": "/9j/", "isBase64Encoded": true})).unwrap();
        assert_eq!(response.body().as_ref(), [0xff, 0xd8, 0xff]);
        assert_eq!(response.headers()["content-type"], "text/plain;charset=UTF-8");
    }

    #[test]
    fn an_answer_without_a_status_is_the_json_of_a_200() {
        let response = read(&json!({"hello": "world"})).unwrap();
        assert_eq!(
            (response.status().as_u16(), response.body().as_ref()),
            (200, br#"{"hello":"world"}"#.as_slice())
        );
        assert_eq!(response.headers()["content-type"], "application/json");
    }

    #[test]
    fn what_is_not_a_response_is_said() {
        for (answer, expected) in [
            (json!({"statusCode": "soon"}), NotAResponse::Status),
            (json!({"statusCode": 99}), NotAResponse::Status),
            (json!({"statusCode": 101}), NotAResponse::Status),
            (
                json!({"statusCode": 200, "headers": {"a b": "c"}}),
                NotAResponse::Header,
            ),
            (
                json!({"statusCode": 200, "headers": {"a": "b\nc: d"}}),
                NotAResponse::Header,
            ),
            (json!({"statusCode": 200, "body": {}}), NotAResponse::Body),
            (
                json!({"statusCode": 200, "body": "*", "isBase64Encoded": true}),
                NotAResponse::Base64,
            ),
        ] {
            assert_eq!(read(&answer).unwrap_err(), expected, "{answer}");
        }
    }
}
