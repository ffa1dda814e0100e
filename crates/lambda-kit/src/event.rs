//! The event that API Gateway sends for a request: payload format 2.0, the fields in use.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use serde_json::Value;

/// A request as API Gateway hands it over.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HttpEvent {
    pub(crate) raw_path: String,
    #[serde(default)]
    pub(crate) raw_query_string: String,
    #[serde(default)]
    headers: serde_json::Map<String, Value>,
    #[serde(default)]
    pub(crate) cookies: Vec<String>,
    pub(crate) request_context: RequestContext,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestContext {
    pub(crate) http: HttpContext,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HttpContext {
    pub(crate) method: String,
    #[serde(default)]
    pub(crate) source_ip: Option<String>,
}

impl HttpEvent {
    /// Returns the headers; names or values that HTTP does not know cannot come through API Gateway and are left
    /// out.
    pub(crate) fn headers(&self) -> HeaderMap {
        let parse = |(name, value): (&String, &Value)| {
            Some((
                name.parse::<HeaderName>().ok()?,
                HeaderValue::from_str(value.as_str()?).ok()?,
            ))
        };
        self.headers.iter().filter_map(parse).collect()
    }

    /// Returns the body, `None` if it claims to be base64 and is not.
    pub(crate) fn body(&mut self) -> Option<Vec<u8>> {
        let body = self.body.take().unwrap_or_default();
        if self.is_base64_encoded {
            STANDARD.decode(body).ok()
        } else {
            Some(body.into_bytes())
        }
    }
}
