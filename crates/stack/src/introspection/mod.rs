//! `/_stack/*`: what the stack did, for people and for tests. Never mixed with AWS's paths.

mod page;

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Method, Response, StatusCode, header, request::Parts};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    iam::Iam,
    invoke::Functions,
    messages::{DeadLetter, Journal, Message},
    template::NotRun,
};

/// Longest body of a request to the stack itself, in bytes. Chosen: there is one, with two members.
const MAX_BODY_BYTES: usize = 4096;

/// Everything there is to see.
pub(crate) struct Introspection {
    pub(crate) outbox: Arc<Journal<Message>>,
    pub(crate) dead_letters: Arc<Journal<DeadLetter>>,
    pub(crate) iam: Arc<Iam>,
    pub(crate) functions: Arc<Functions>,
    pub(crate) aws_url: String,
    /// Route keys with the functions behind them.
    pub(crate) routes: Vec<(String, String)>,
    pub(crate) not_run: Vec<NotRun>,
}

/// What the first page says.
struct Summary<'a> {
    aws_url: &'a str,
    routes: &'a [(String, String)],
    not_run: &'a [NotRun],
    n_messages: usize,
    n_dead_letters: usize,
}

/// `POST /_stack/faults`: the next invocations of a function fail without being made.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct FaultRequest {
    /// Logical id.
    function: String,
    /// How many; 0 takes back what is left.
    fail_next: u64,
}

impl Introspection {
    pub(crate) async fn handle(&self, parts: &Parts, body: Incoming) -> Response<Bytes> {
        let path = parts.uri.path().trim_end_matches('/');
        let get = parts.method == Method::GET || parts.method == Method::HEAD;
        match path {
            "/_stack/faults" if parts.method == Method::POST => self.faults(parts, body).await,
            "/_stack/faults" => status(
                StatusCode::METHOD_NOT_ALLOWED,
                "POST {\"function\": …, \"failNext\": n}",
            ),
            _ if !get => status(StatusCode::METHOD_NOT_ALLOWED, "Only GET."),
            "/_stack" => html(&page::index(&self.summary())),
            "/_stack/health" => self.health(),
            "/_stack/outbox" => html(&page::outbox(&self.outbox.newest_first())),
            "/_stack/outbox.json" => answer(&json!({ "messages": self.outbox.newest_first() })),
            "/_stack/dead-letters" => html(&page::dead_letters(&self.dead_letters.newest_first())),
            "/_stack/dead-letters.json" => answer(&json!({ "messages": self.dead_letters.newest_first() })),
            "/_stack/grants" => answer(&self.iam.report()),
            _ => status(StatusCode::NOT_FOUND, "There is no such page."),
        }
    }

    fn summary(&self) -> Summary<'_> {
        Summary {
            aws_url: &self.aws_url,
            routes: &self.routes,
            not_run: &self.not_run,
            n_messages: self.outbox.n_entries(),
            n_dead_letters: self.dead_letters.n_entries(),
        }
    }

    fn health(&self) -> Response<Bytes> {
        answer(&json!({ "status": "ok", "awsUrl": self.aws_url }))
    }

    async fn faults(&self, parts: &Parts, body: Incoming) -> Response<Bytes> {
        // A page elsewhere can make a browser send a form here, but not JSON: that needs a preflight, which fails.
        let json = parts
            .headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|it| it.as_bytes().starts_with(b"application/json"));
        if !json {
            return status(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Send application/json.");
        }
        let request = Limited::new(body, MAX_BODY_BYTES)
            .collect()
            .await
            .ok()
            .map(http_body_util::Collected::to_bytes);
        let request: Option<FaultRequest> = request.and_then(|it| serde_json::from_slice(&it).ok());
        let Some(request) = request else {
            return status(
                StatusCode::BAD_REQUEST,
                "Send {\"function\": logical id, \"failNext\": n}.",
            );
        };
        if self.functions.arn(&request.function).is_none() {
            return status(StatusCode::NOT_FOUND, "There is no such function.");
        }
        self.functions
            .faults
            .fail_next(&request.function, request.fail_next);
        answer(&json!({ "function": request.function, "failNext": request.fail_next }))
    }
}

fn html(page: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(page.to_owned()));
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    if let Ok(policy) = HeaderValue::from_str(&page::content_security_policy()) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    sealed(response)
}

fn answer(value: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(value.to_string()));
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    sealed(response)
}

fn status(status: StatusCode, message: &str) -> Response<Bytes> {
    let mut response = answer(&json!({ "message": message }));
    *response.status_mut() = status;
    response
}

/// Messages are nobody else's business: not kept in caches, not read as something else.
fn sealed(mut response: Response<Bytes>) -> Response<Bytes> {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
