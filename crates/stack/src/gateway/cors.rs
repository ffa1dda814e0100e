//! `CorsConfiguration` of the HTTP API: the gateway answers preflights by itself and replaces what a function says.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html>

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header, request::Parts};

use crate::template::CorsSpec;

/// The answer to a preflight; `None` if the request is none.
pub(super) fn preflight(spec: &CorsSpec, parts: &Parts) -> Option<Response<Bytes>> {
    if parts.method != Method::OPTIONS || !parts.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD) {
        return None;
    }
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    if allow_origin(spec, parts, headers) {
        set_list(headers, header::ACCESS_CONTROL_ALLOW_METHODS, &spec.allow_methods);
        set_list(headers, header::ACCESS_CONTROL_ALLOW_HEADERS, &spec.allow_headers);
        if let Some(seconds) = spec.max_age_s {
            headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from(seconds));
        }
    }
    Some(response)
}

/// Replaces the CORS headers of an answer.
pub(super) fn apply(spec: &CorsSpec, parts: &Parts, headers: &mut HeaderMap) {
    for name in [
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        header::ACCESS_CONTROL_ALLOW_METHODS,
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        header::ACCESS_CONTROL_MAX_AGE,
    ] {
        headers.remove(name);
    }
    if allow_origin(spec, parts, headers) {
        set_list(
            headers,
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            &spec.expose_headers,
        );
    }
}

fn allow_origin(spec: &CorsSpec, parts: &Parts, headers: &mut HeaderMap) -> bool {
    let Some(origin) = parts.headers.get(header::ORIGIN) else {
        return false;
    };
    let everyone = spec.allow_origins.iter().any(|it| it == "*");
    if !everyone && !spec.allow_origins.iter().any(|it| matches(it, origin)) {
        return false;
    }
    let allowed = if everyone {
        HeaderValue::from_static("*")
    } else {
        origin.clone()
    };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
    if !everyone {
        headers.append(header::VARY, HeaderValue::from_static("origin"));
    }
    if spec.allow_credentials {
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
            HeaderValue::from_static("true"),
        );
    }
    true
}

/// An origin, or a scheme with `*` as AWS allows: `https://*`.
fn matches(allowed: &str, origin: &HeaderValue) -> bool {
    let Ok(origin) = origin.to_str() else { return false };
    match allowed.strip_suffix("://*") {
        Some(scheme) => origin
            .split_once("://")
            .is_some_and(|(it, _)| it.eq_ignore_ascii_case(scheme)),
        None => allowed.eq_ignore_ascii_case(origin),
    }
}

fn set_list(headers: &mut HeaderMap, name: HeaderName, values: &[String]) {
    if values.is_empty() {
        return;
    }
    if let Ok(value) = HeaderValue::from_str(&values.join(",")) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn spec() -> CorsSpec {
        CorsSpec {
            allow_origins: vec!["https://a.example".into()],
            allow_methods: vec!["GET".into(), "POST".into()],
            allow_headers: vec!["content-type".into()],
            expose_headers: vec!["x-total".into()],
            max_age_s: Some(600),
            allow_credentials: true,
        }
    }

    fn parts(method: Method, origin: &str) -> Parts {
        let request = Request::builder().method(method).header("origin", origin);
        request
            .header("access-control-request-method", "POST")
            .body(())
            .unwrap()
            .into_parts()
            .0
    }

    #[test]
    fn a_preflight_of_an_allowed_origin_is_answered_in_full() {
        let response = preflight(&spec(), &parts(Method::OPTIONS, "https://a.example")).unwrap();
        assert_eq!(response.status(), 204);
        let header = |name: &str| response.headers()[name].to_str().unwrap();
        assert_eq!(header("access-control-allow-origin"), "https://a.example");
        assert_eq!(header("access-control-allow-methods"), "GET,POST");
        assert_eq!(header("access-control-allow-headers"), "content-type");
        assert_eq!(header("access-control-max-age"), "600");
        assert_eq!(header("access-control-allow-credentials"), "true");
    }

    #[test]
    fn a_foreign_origin_gets_no_permission() {
        let response = preflight(&spec(), &parts(Method::OPTIONS, "https://b.example")).unwrap();
        assert!(!response.headers().contains_key("access-control-allow-origin"));
        assert!(preflight(&spec(), &parts(Method::GET, "https://a.example")).is_none());
    }

    #[test]
    fn what_a_function_says_about_cors_is_replaced() {
        let mut headers = HeaderMap::new();
        headers.insert(
            "access-control-allow-origin",
            HeaderValue::from_static("https://evil.example"),
        );
        apply(&spec(), &parts(Method::GET, "https://b.example"), &mut headers);
        assert!(headers.is_empty());
        apply(&spec(), &parts(Method::GET, "https://a.example"), &mut headers);
        assert_eq!(headers["access-control-allow-origin"], "https://a.example");
        assert_eq!(headers["access-control-expose-headers"], "x-total");
    }

    #[test]
    fn a_scheme_can_be_allowed_as_a_whole() {
        assert!(matches(
            "https://*",
            &HeaderValue::from_static("https://any.example")
        ));
        assert!(!matches(
            "https://*",
            &HeaderValue::from_static("http://any.example")
        ));
    }
}
