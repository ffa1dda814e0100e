//! Which web pages may talk to a bucket: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html>.

use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};
use s3s::Body;
use serde::{Deserialize, Deserializer};

/// One of the `CorsRules` of a template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct CorsRule {
    allowed_origins: Vec<String>,
    allowed_methods: Vec<String>,
    allowed_headers: Vec<String>,
    exposed_headers: Vec<String>,
    #[serde(deserialize_with = "seconds")]
    max_age: Option<u64>,
}

/// Numbers that went through a parameter of the template arrive as text.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Seconds {
        Number(u64),
        Text(String),
    }
    match Option::<Seconds>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Seconds::Number(it)) => Ok(Some(it)),
        Some(Seconds::Text(it)) => it.parse().map(Some).map_err(serde::de::Error::custom),
    }
}

/// What a rule lets one page do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Grant<'a> {
    rule: &'a CorsRule,
    /// The page's origin, or `*`.
    origin: &'a str,
}

impl CorsRule {
    /// The first of `rules` that lets `origin` use `method`. Origins in `also` are as good as those the rule names.
    pub(super) fn granting<'a>(
        rules: &'a [Self],
        origin: &'a str,
        method: &str,
        also: &[String],
    ) -> Option<Grant<'a>> {
        rules
            .iter()
            .filter(|it| it.allowed_methods.iter().any(|allowed| allowed == method))
            .find_map(|rule| {
                if rule.allowed_origins.iter().any(|it| it == "*") {
                    return Some(Grant { rule, origin: "*" });
                }
                let named = rule
                    .allowed_origins
                    .iter()
                    .chain(also)
                    .any(|it| matches(it, origin));
                named.then_some(Grant { rule, origin })
            })
    }

    fn allows_header(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        self.allowed_headers
            .iter()
            .any(|it| matches(&it.to_ascii_lowercase(), &name))
    }
}

impl Grant<'_> {
    fn allows_headers(&self, names: &str) -> bool {
        names
            .split(',')
            .map(str::trim)
            .filter(|it| !it.is_empty())
            .all(|it| self.rule.allows_header(it))
    }

    /// What the answer to the page's request carries.
    pub(super) fn apply(&self, headers: &mut HeaderMap) {
        let mut set = |name: HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        set(header::ACCESS_CONTROL_ALLOW_ORIGIN, self.origin);
        set(
            header::ACCESS_CONTROL_ALLOW_METHODS,
            &self.rule.allowed_methods.join(", "),
        );
        if !self.rule.exposed_headers.is_empty() {
            set(
                header::ACCESS_CONTROL_EXPOSE_HEADERS,
                &self.rule.exposed_headers.join(", "),
            );
        }
        if let Some(seconds) = self.rule.max_age {
            set(header::ACCESS_CONTROL_MAX_AGE, &seconds.to_string());
        }
        if self.origin != "*" {
            set(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        }
        set(
            header::VARY,
            "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
        );
    }
}

/// The answer to a browser that asks beforehand. It needs no signature, and says nothing but what the rules say.
pub(super) fn preflight(rules: &[CorsRule], headers: &HeaderMap, also: &[String]) -> Response<Body> {
    let text = |name: HeaderName| headers.get(name).and_then(|it| it.to_str().ok());
    let Some(origin) = text(header::ORIGIN) else {
        return refusal(
            StatusCode::BAD_REQUEST,
            "BadRequest",
            "Insufficient information. Origin request header needed.",
        );
    };
    let Some(method) = text(header::ACCESS_CONTROL_REQUEST_METHOD) else {
        let message = "Insufficient information. Access-Control-Request-Method request header needed.";
        return refusal(StatusCode::BAD_REQUEST, "BadRequest", message);
    };
    if rules.is_empty() {
        let message = "CORSResponse: CORS is not enabled for this bucket.";
        return refusal(StatusCode::FORBIDDEN, "AccessForbidden", message);
    }
    let asked = text(header::ACCESS_CONTROL_REQUEST_HEADERS).unwrap_or_default();
    let granted = rules
        .iter()
        .filter_map(|rule| CorsRule::granting(std::slice::from_ref(rule), origin, method, also))
        .find(|it| it.allows_headers(asked));
    let Some(granted) = granted else {
        let message = "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request \
                       method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the \
                       resource's CORS spec.";
        return refusal(StatusCode::FORBIDDEN, "AccessForbidden", message);
    };
    let mut response = Response::new(Body::empty());
    granted.apply(response.headers_mut());
    if let (false, Ok(value)) = (
        asked.is_empty(),
        HeaderValue::from_str(&asked.to_ascii_lowercase()),
    ) {
        response
            .headers_mut()
            .insert(header::ACCESS_CONTROL_ALLOW_HEADERS, value);
    }
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
    response
}

fn refusal(status: StatusCode, code: &str, message: &str) -> Response<Body> {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message>\
         <Method>{}</Method></Error>",
        Method::OPTIONS
    );
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    response
}

/// A pattern with at most one `*`, which stands for any text.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, end)) => {
            text.len() >= start.len() + end.len() && text.starts_with(start) && text.ends_with(end)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rules() -> Vec<CorsRule> {
        serde_json::from_value(json!([
            {"AllowedOrigins": ["https://app.example.com"], "AllowedMethods": ["PUT"], "AllowedHeaders": ["content-type", "x-amz-*"],
             "ExposedHeaders": ["ETag"], "MaxAge": "600"},
            {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]},
        ]))
        .expect("rules")
    }

    fn ask(origin: &str, method: &str, headers: &str, also: &[String]) -> Response<Body> {
        let mut asked = HeaderMap::new();
        for (name, value) in [
            (header::ORIGIN, origin),
            (header::ACCESS_CONTROL_REQUEST_METHOD, method),
            (header::ACCESS_CONTROL_REQUEST_HEADERS, headers),
        ] {
            if !value.is_empty() {
                asked.insert(name, value.parse().expect("a value"));
            }
        }
        preflight(&rules(), &asked, also)
    }

    #[test]
    fn a_page_that_is_named_may_upload() {
        let answer = ask(
            "https://app.example.com",
            "PUT",
            "Content-Type, X-Amz-Checksum-Sha256",
            &[],
        );
        assert_eq!(answer.status(), 200);
        let headers = answer.headers();
        assert_eq!(headers["access-control-allow-origin"], "https://app.example.com");
        assert_eq!(headers["access-control-allow-methods"], "PUT");
        assert_eq!(
            headers["access-control-allow-headers"],
            "content-type, x-amz-checksum-sha256"
        );
        assert_eq!(headers["access-control-max-age"], "600");
        assert_eq!(headers["access-control-expose-headers"], "ETag");
    }

    #[test]
    fn other_pages_methods_and_headers_are_refused() {
        for (origin, method, headers) in [
            ("https://evil.example.com", "PUT", ""),
            ("https://app.example.com.evil.com", "PUT", ""),
            ("https://app.example.com", "DELETE", ""),
            ("https://app.example.com", "PUT", "authorization"),
            ("null", "PUT", ""),
        ] {
            let answer = ask(origin, method, headers, &[]);
            assert_eq!(answer.status(), 403, "{origin} {method} {headers}");
            assert!(!answer.headers().contains_key("access-control-allow-origin"));
        }
        assert_eq!(ask("", "PUT", "", &[]).status(), 400);
        assert_eq!(ask("https://app.example.com", "", "", &[]).status(), 400);
    }

    #[test]
    fn an_open_rule_is_open_without_credentials() {
        let answer = ask("https://anybody.example", "GET", "", &[]);
        assert_eq!(answer.headers()["access-control-allow-origin"], "*");
        assert!(!answer.headers().contains_key("access-control-allow-credentials"));
    }

    #[test]
    fn an_additional_origin_may_do_what_the_rules_say_and_no_more() {
        let also = ["http://127.0.0.1:8080".to_owned()];
        assert_eq!(
            ask("http://127.0.0.1:8080", "PUT", "content-type", &also).status(),
            200
        );
        assert_eq!(ask("http://127.0.0.1:8080", "DELETE", "", &also).status(), 403);
    }

    #[test]
    fn one_star_stands_for_any_text() {
        assert!(matches("https://*.example.com", "https://a.example.com"));
        assert!(!matches("https://*.example.com", "https://example.com"));
        assert!(!matches("aba*aba", "aba"));
    }
}
