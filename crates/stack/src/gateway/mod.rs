//! The front door: client and API under one origin, as the distribution does it on AWS.
//!
//! `/api/*` goes to the functions as API Gateway's HTTP API sends it, `/_stack/*` shows what the stack did, and
//! everything else is the client's files.

mod cors;
mod event;
mod response;
mod routes;
mod site;

pub(crate) use routes::Router;
pub(crate) use site::Site;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use aws_wire::{Clock, loopback_host};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header, request::Parts};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Incoming;
use serde_json::Value;

use crate::{
    http_body::{HttpBody, boxed, bytes},
    introspection::Introspection,
    invoke::{Functions, MAX_PAYLOAD_BYTES},
    template::{CorsSpec, HeaderSpec, SiteSpec},
};

/// Largest request an HTTP API takes, in bytes: 10 MB.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>
const MAX_REQUEST_BYTES: usize = 10 * 1024 * 1024;
/// Longest request line and headers together, in bytes. Same page.
const MAX_HEAD_BYTES: usize = 10_240;

/// Paths that the distribution sends to the API.
const API_PREFIX: &str = "/api/";

/// Everything behind the port.
pub(crate) struct Gateway {
    pub(crate) router: Router,
    pub(crate) cors: Option<CorsSpec>,
    pub(crate) functions: Arc<Functions>,
    pub(crate) site: Site,
    pub(crate) headers: SiteSpec,
    pub(crate) introspection: Introspection,
    pub(crate) account: String,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Gateway {
    /// Answers one request from `client`.
    pub(crate) async fn handle(&self, request: Request<Incoming>, client: SocketAddr) -> Response<HttpBody> {
        let (parts, body) = request.into_parts();
        if !loopback_host(&parts) {
            // A page on the web that resolves its own name to this machine is stopped here.
            return bytes(text(
                StatusCode::MISDIRECTED_REQUEST,
                "This server answers requests for localhost only.\n",
            ));
        }
        let path = parts.uri.path();
        if path == "/_stack" || path.starts_with("/_stack/") {
            return bytes(self.introspection.handle(&parts, body).await);
        }
        let (mut response, headers) =
            if path.starts_with(API_PREFIX) || path == API_PREFIX.trim_end_matches('/') {
                (bytes(self.api(&parts, body, client).await), &self.headers.api)
            } else {
                (boxed(self.site.answer(&parts).await), &self.headers.files)
            };
        add_headers(&mut response, headers);
        response
    }

    #[tracing::instrument(skip_all, fields(http.method = %parts.method, http.path = parts.uri.path()))]
    async fn api(&self, parts: &Parts, body: Incoming, client: SocketAddr) -> Response<Bytes> {
        if let Some(answer) = self.cors.as_ref().and_then(|it| cors::preflight(it, parts)) {
            return answer;
        }
        let request_id = event::request_id();
        let mut response = self.integrate(parts, body, client, &request_id).await;
        if let Ok(value) = HeaderValue::from_str(&request_id) {
            response.headers_mut().insert("apigw-requestid", value);
        }
        if let Some(cors) = &self.cors {
            cors::apply(cors, parts, response.headers_mut());
        }
        response
    }

    async fn integrate(
        &self,
        parts: &Parts,
        body: Incoming,
        client: SocketAddr,
        request_id: &str,
    ) -> Response<Bytes> {
        if MAX_HEAD_BYTES < head_bytes(parts) {
            return message(
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                "Request Header Fields Too Large",
            );
        }
        let Some(found) = self.router.find(&parts.method, parts.uri.path()) else {
            return message(StatusCode::NOT_FOUND, "Not Found");
        };
        let too_large = || message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
        let body = match Limited::new(body, MAX_REQUEST_BYTES).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => return too_large(),
            Err(_) => return message(StatusCode::BAD_REQUEST, "Bad Request"),
        };
        let event = event::build(&event::Source {
            parts,
            body: &body,
            found: &found,
            request_id,
            account: &self.account,
            client: client.ip(),
            now: self.clock.now(),
        });
        if MAX_PAYLOAD_BYTES < event.to_string().len() {
            return too_large();
        }
        let timeout = Duration::from_millis(found.target.timeout_ms.into());
        match tokio::time::timeout(timeout, self.functions.invoke(&found.target.function, event)).await {
            // 503, where a REST API says 504: seen on AWS in the report cortexlabs/cortex#1225.
            Err(_) => message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
            Ok(invoked) => match invoked.result {
                Ok(answer) => translate(&answer),
                Err(_) => message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
            },
        }
    }
}

fn translate(answer: &Value) -> Response<Bytes> {
    response::read(answer).unwrap_or_else(|problem| {
        tracing::error!(%problem, "the function's answer is not a response");
        message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
    })
}

/// Request line and headers, as they are counted against the limit.
fn head_bytes(parts: &Parts) -> usize {
    let line = parts.method.as_str().len() + parts.uri.path_and_query().map_or(0, |it| it.as_str().len());
    parts
        .headers
        .iter()
        .fold(line, |sum, (name, value)| sum + name.as_str().len() + value.len())
}

/// API Gateway's own answers.
fn message(status: StatusCode, text: &str) -> Response<Bytes> {
    let body = Bytes::from(serde_json::json!({ "message": text }).to_string());
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn text(status: StatusCode, text: &'static str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(text.as_bytes()));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    response
}

/// Adds what a CloudFront response headers policy sets.
fn add_headers(response: &mut Response<HttpBody>, policy: &[HeaderSpec]) {
    for spec in policy {
        let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(spec.name.as_bytes()),
            HeaderValue::from_str(&spec.value),
        ) else {
            tracing::warn!(header.name = spec.name, "a header of the template cannot be sent");
            continue;
        };
        if spec.replaces || !response.headers().contains_key(&name) {
            response.headers_mut().insert(name, value);
        }
    }
}

/// Methods a browser may use for files.
fn reads(method: &Method) -> bool {
    method == Method::GET || method == Method::HEAD
}
