//! What a handler answers.

use api::{Problem, ProblemType};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE},
};
use serde::Serialize;
use serde_json::{Value, json};

/// An answer.
#[derive(Debug, Clone)]
pub struct Response {
    status: StatusCode,
    headers: HeaderMap,
    cookies: Vec<String>,
    body: Vec<u8>,
}

impl Response {
    /// Returns an answer without a body.
    #[must_use]
    pub fn new(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            cookies: Vec::new(),
            body: Vec::new(),
        }
    }

    /// Returns 200 with a JSON body.
    #[must_use]
    pub fn ok(body: &impl Serialize) -> Self {
        Self::json(StatusCode::OK, body)
    }

    /// Returns 201 with a JSON body.
    #[must_use]
    pub fn created(body: &impl Serialize) -> Self {
        Self::json(StatusCode::CREATED, body)
    }

    /// Returns 204.
    #[must_use]
    pub fn no_content() -> Self {
        Self::new(StatusCode::NO_CONTENT)
    }

    /// Returns 302 to an address.
    ///
    /// # Panics
    ///
    /// If `address` has characters that a header cannot carry; every URL that was put together by an URL library
    /// is free of them.
    #[must_use]
    pub fn found(address: &str) -> Self {
        Self::new(StatusCode::FOUND).with_header(LOCATION, address)
    }

    /// Returns an answer with a JSON body.
    ///
    /// # Panics
    ///
    /// If `body` has a map with keys that are not strings, which no wire type has.
    #[must_use]
    pub fn json(status: StatusCode, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).expect("wire types have string keys");
        Self {
            body,
            ..Self::new(status).with_header(CONTENT_TYPE, "application/json")
        }
    }

    /// Returns 200 with a body that is JSON text already.
    #[must_use]
    pub fn json_text(text: impl Into<String>) -> Self {
        Self {
            body: text.into().into_bytes(),
            ..Self::new(StatusCode::OK).with_header(CONTENT_TYPE, "application/json")
        }
    }

    /// Sets a header, replacing one of the same name.
    ///
    /// # Panics
    ///
    /// If `value` has characters that a header cannot carry.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        let value = HeaderValue::from_str(value).expect("a header value of visible characters");
        self.headers.insert(name, value);
        self
    }

    /// Adds a cookie, as [`crate::cookie`] writes it.
    #[must_use]
    pub fn with_cookie(mut self, cookie: String) -> Self {
        self.cookies.push(cookie);
        self
    }

    /// Status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// Headers.
    #[must_use]
    pub const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Cookies.
    #[must_use]
    pub fn cookies(&self) -> &[String] {
        &self.cookies
    }

    /// Body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Returns the document of a problem, with the headers its kind requires.
    pub(crate) fn problem(problem: &Problem, request_id: &str) -> Self {
        let status =
            StatusCode::from_u16(problem.kind().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = Self::json(status, &problem.document(request_id))
            .with_header(CONTENT_TYPE, api::problem::MEDIA_TYPE);
        if let Some(seconds) = problem.retry_after_s() {
            response.headers.insert(RETRY_AFTER, seconds.into());
        }
        if matches!(
            problem.kind(),
            ProblemType::Unauthenticated | ProblemType::TokenExpired | ProblemType::InvalidApiKey
        ) {
            // RFC 6750 section 3: no error code where the request had no token at all.
            response = response.with_header(WWW_AUTHENTICATE, "Bearer");
        }
        if let Some(allow) = problem.member("allow").and_then(Value::as_array) {
            let allow: Vec<_> = allow.iter().filter_map(Value::as_str).collect();
            response = response.with_header(ALLOW, &allow.join(", "));
        }
        response
    }

    /// Returns the answer as API Gateway expects it from a function (payload format 2.0).
    pub(crate) fn into_payload(mut self) -> Value {
        for (name, value) in SECURITY_HEADERS {
            self.headers
                .entry(name.clone())
                .or_insert(HeaderValue::from_static(value));
        }
        let headers: serde_json::Map<String, Value> = self
            .headers
            .iter()
            .map(|(name, value)| {
                (
                    name.as_str().to_owned(),
                    String::from_utf8_lossy(value.as_bytes()).into(),
                )
            })
            .collect();
        let (body, is_base64) = match String::from_utf8(self.body) {
            Ok(text) => (text, false),
            Err(error) => (STANDARD.encode(error.as_bytes()), true),
        };
        let mut payload = json!({
            "statusCode": self.status.as_u16(),
            "headers": headers,
            "body": body,
            "isBase64Encoded": is_base64,
        });
        if !self.cookies.is_empty() {
            payload["cookies"] = json!(self.cookies);
        }
        payload
    }
}

/// What every answer of the API says unless its handler says otherwise. Answers are data: nothing in them may be
/// kept by a cache, taken for another type, run, or framed.
const SECURITY_HEADERS: &[(HeaderName, &str)] = &[
    (CACHE_CONTROL, "no-store"),
    (http::header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (
        http::header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    ),
    (http::header::REFERRER_POLICY, "no-referrer"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_may_not_be_kept_or_sniffed_unless_said_otherwise() {
        let payload = Response::ok(&json!({ "a": 1 })).into_payload();
        assert_eq!(payload["headers"]["cache-control"], "no-store");
        assert_eq!(payload["headers"]["x-content-type-options"], "nosniff");
        assert_eq!(payload["body"], r#"{"a":1}"#);
        let kept = Response::json_text("{}")
            .with_header(CACHE_CONTROL, "public, max-age=300")
            .into_payload();
        assert_eq!(kept["headers"]["cache-control"], "public, max-age=300");
    }

    #[test]
    fn bytes_that_are_not_text_travel_in_base64() {
        let mut response = Response::new(StatusCode::OK);
        response.body = vec![0xff, 0xd8];
        let payload = response.into_payload();
        assert_eq!(
            (payload["body"].as_str(), payload["isBase64Encoded"].as_bool()),
            (Some("/9g="), Some(true))
        );
    }

    #[test]
    fn a_problem_has_its_media_type_and_headers() {
        let problem = Problem::new(ProblemType::MethodNotAllowed).with("allow", json!(["GET", "DELETE"]));
        let response = Response::problem(&problem, "req");
        assert_eq!(response.headers[CONTENT_TYPE], "application/problem+json");
        assert_eq!(response.headers[ALLOW], "GET, DELETE");
        let response = Response::problem(&Problem::new(ProblemType::Busy).retry_after(3), "req");
        assert_eq!(response.headers[RETRY_AFTER], "3");
        for kind in [ProblemType::TokenExpired, ProblemType::InvalidApiKey] {
            let response = Response::problem(&Problem::new(kind), "req");
            assert_eq!(response.headers[WWW_AUTHENTICATE], "Bearer");
        }
    }
}
