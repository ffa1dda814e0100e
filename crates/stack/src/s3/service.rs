//! S3 over HTTP.

use std::{fmt, sync::Arc};

use aws_wire::Credentials;
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header, request::Parts};
use s3s::{
    Body, S3Error, StdError,
    config::{S3Config, StaticConfigProvider},
    service::{S3Service as Inner, S3ServiceBuilder},
};
use tracing::instrument::WithSubscriber;

use super::{
    access::{Allowed, Keys, Rights},
    backend::Backend,
    bucket::Settings,
    cors::{self, CorsRule},
    gate, host, sentences,
    store::Store,
};

/// Longest body that is read as a document. A thousand keys of 1,024 bytes for `DeleteObjects`, every byte of them escaped,
/// are below it.
const MAX_XML_BYTES: usize = 8 * 1024 * 1024;

/// The S3 endpoint. Cheap to clone.
///
/// Whoever serves it sets `TCP_NODELAY` on the sockets: without it, an answer of a megabyte takes ten times as long.
#[derive(Clone)]
pub struct S3Service {
    inner: Inner,
    store: Store,
    also_allowed_origins: Arc<[String]>,
}

impl fmt::Debug for S3Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3Service").finish_non_exhaustive()
    }
}

impl S3Service {
    /// An endpoint for `store`. Requests must be signed by a key of `credentials`, and `allowed` decides what each key may do.
    ///
    /// Web pages of `also_allowed_origins` may do what a bucket's CORS rules allow some page to do.
    #[must_use]
    pub fn new(
        store: Store,
        credentials: Arc<dyn Credentials>,
        allowed: Allowed,
        also_allowed_origins: Vec<String>,
    ) -> Self {
        let mut config = S3Config::default();
        config.xml_max_body_size = MAX_XML_BYTES;
        let mut builder = S3ServiceBuilder::new(Backend {
            store: store.clone(),
            allowed: Arc::clone(&allowed),
        });
        builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
        builder.set_auth(Keys(Arc::clone(&credentials)));
        builder.set_access(Rights { credentials, allowed });
        builder.set_host(host::Loopback);
        Self {
            inner: builder.build(),
            store,
            also_allowed_origins: also_allowed_origins.into(),
        }
    }

    /// Answers one request. The request's body is read as it comes; nothing is stored before it is complete and right.
    pub async fn handle<B>(&self, request: Request<B>) -> Response<Body>
    where
        B: hyper::body::Body<Data = Bytes> + Send + 'static,
        StdError: From<B::Error>,
    {
        let (mut parts, body) = request.into_parts();
        let method = parts.method.to_string();
        let bucket = host::bucket(&parts.uri, &parts.headers);
        let rules = bucket
            .as_deref()
            .map(|it| self.settings(it).cors)
            .unwrap_or_default();
        let mut response = if parts.method == Method::OPTIONS {
            cors::preflight(&rules, &parts.headers, &self.also_allowed_origins)
        } else {
            let origin = origin(&parts);
            let mut response = self.answer(&mut parts, Body::http_body_unsync(body)).await;
            if let Some(origin) = origin
                && let Some(granted) =
                    CorsRule::granting(&rules, &origin, &method, &self.also_allowed_origins)
            {
                granted.apply(response.headers_mut());
            }
            response
        };
        let id = aws_wire::request_id();
        tracing::debug!(
            request_id = id,
            method,
            status = response.status().as_u16(),
            "S3 request answered"
        );
        if let Ok(id) = HeaderValue::from_str(&id) {
            response.headers_mut().insert("x-amz-request-id", id);
        }
        response
    }

    async fn answer(&self, parts: &mut Parts, body: Body) -> Response<Body> {
        if let Err(refused) = gate::check(parts, self.store.shelf.options.max_object_bytes) {
            return refusal(refused);
        }
        let mut request = Request::new(body);
        *request.method_mut() = parts.method.clone();
        *request.uri_mut() = parts.uri.clone();
        *request.version_mut() = parts.version;
        *request.headers_mut() = std::mem::take(&mut parts.headers);
        // s3s logs requests with their signatures and tokens, and every refusal as an error: it gets nowhere to log to. What
        // the store has to say is said on other threads.
        let silent = tracing::subscriber::NoSubscriber::default();
        match self.inner.call(request).with_subscriber(silent).await {
            Ok(response) => sentences::completed(response),
            Err(error) => {
                tracing::error!(error = ?StdError::from(error), "an S3 answer could not be written");
                status(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }

    fn settings(&self, bucket: &str) -> Settings {
        let settings = self
            .store
            .shelf
            .settings
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        settings.get(bucket).cloned().unwrap_or_default()
    }
}

fn origin(parts: &Parts) -> Option<String> {
    parts
        .headers
        .get(header::ORIGIN)?
        .to_str()
        .ok()
        .map(str::to_owned)
}

fn refusal(error: S3Error) -> Response<Body> {
    error
        .to_http_response()
        .unwrap_or_else(|_| status(StatusCode::INTERNAL_SERVER_ERROR))
}

fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
