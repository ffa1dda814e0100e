//! The endpoint by itself: one HTTP path, signatures verified.

use std::{future::Future, io, sync::Arc};

use aws_wire::{AwsError, Caller, Credentials, Protocol, SystemClock, Verifier, loopback_host, request_id};
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    response::Response,
    serve::ListenerExt,
};
use bytes::Bytes;
use http::{Method, request::Parts};
use http_body_util::BodyExt;
use tokio::net::TcpListener;

use crate::{Rekognition, image::MAX_INLINE_BYTES};

/// Largest request body. The largest `Image.Bytes` takes 7 MB in base64; up to twice as much is read in order to answer that
/// the image is too large, and not just that the request is.
const MAX_BODY_BYTES: usize = 2 * (MAX_INLINE_BYTES / 3 * 4) + 64 * 1024;

/// How much of a longer body is thrown away before the answer, because a client that is still sending may not look for one.
const MAX_DISCARDED_BYTES: usize = 64 * 1024 * 1024;

/// Prefix of `X-Amz-Target`.
const TARGET: &str = "RekognitionService.";

/// Who may call, and from where.
#[derive(Clone)]
pub struct Endpoint {
    rekognition: Rekognition,
    verifier: Verifier,
    hosts: Hosts,
}

/// Which `Host` headers are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hosts {
    /// Names of this machine only, so that no web page can use a reader's browser to get here.
    Loopback,
    /// Any: for an endpoint that others reach by a name of their own.
    Any,
}

/// One key that may call everything.
struct OneKey {
    access_key: String,
    secret_key: String,
}

impl Credentials for OneKey {
    fn secret(&self, access_key: &str) -> Option<String> {
        (access_key == self.access_key).then(|| self.secret_key.clone())
    }
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint")
            .field("hosts", &self.hosts)
            .finish_non_exhaustive()
    }
}

impl Endpoint {
    /// An endpoint for whoever has this one key.
    #[must_use]
    pub fn new(rekognition: Rekognition, access_key: &str, secret_key: &str, hosts: Hosts) -> Self {
        let key = OneKey {
            access_key: access_key.to_owned(),
            secret_key: secret_key.to_owned(),
        };
        Self {
            rekognition,
            verifier: Verifier::new(Arc::new(key), Arc::new(SystemClock)),
            hosts,
        }
    }

    /// Answers requests from `listener` until `stop` is done; requests under way are finished.
    ///
    /// # Errors
    ///
    /// If the listener fails.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        // Without this, an answer in two packets waits for the other side's delayed acknowledgement, some 40 ms.
        let listener = listener.tap_io(|stream| {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "cannot set TCP_NODELAY");
            }
        });
        let router = Router::new().fallback(answer).with_state(self);
        axum::serve(listener, router).with_graceful_shutdown(stop).await
    }
}

async fn answer(State(endpoint): State<Endpoint>, request: Request) -> Response {
    let id = request_id();
    let response = match endpoint.handle(request).await {
        Ok(output) => Protocol::Json11.success(&id, &output),
        Err(error) => {
            tracing::info!(
                request.id = id,
                status = error.status.as_u16(),
                code = error.code,
                "refused"
            );
            Protocol::Json11.error(&id, &error)
        }
    };
    response.map(Body::from)
}

impl Endpoint {
    async fn handle(&self, request: Request) -> Result<serde_json::Value, AwsError> {
        let (parts, body) = request.into_parts();
        if self.hosts == Hosts::Loopback && !loopback_host(&parts) {
            return Err(AwsError::foreign_host());
        }
        let body = read(body).await?;
        let caller = self.authenticate(&parts, &body)?;
        let operation = operation(&parts)?;
        self.rekognition.call(&caller, operation, &body).await
    }

    fn authenticate(&self, parts: &Parts, body: &[u8]) -> Result<Caller, AwsError> {
        self.verifier.verify(parts, body)?.for_service("rekognition")
    }
}

async fn read(mut body: Body) -> Result<Bytes, AwsError> {
    let mut bytes = Vec::new();
    let mut n_received = 0_usize;
    while let Some(frame) = body.frame().await {
        let frame =
            frame.map_err(|_| AwsError::serialization("The request body could not be read to its end"))?;
        let Ok(data) = frame.into_data() else { continue };
        n_received = n_received.saturating_add(data.len());
        if n_received <= MAX_BODY_BYTES {
            bytes.extend_from_slice(&data);
        } else {
            bytes = Vec::new();
        }
        if MAX_DISCARDED_BYTES < n_received {
            break;
        }
    }
    if n_received <= MAX_BODY_BYTES {
        Ok(bytes.into())
    } else {
        Err(AwsError::request_too_large())
    }
}

fn operation(parts: &Parts) -> Result<&str, AwsError> {
    let target = parts
        .headers
        .get("x-amz-target")
        .and_then(|it| it.to_str().ok())
        .unwrap_or_default();
    let operation = target
        .strip_prefix(TARGET)
        .filter(|_| parts.method == Method::POST && parts.uri.path() == "/");
    operation.ok_or_else(|| AwsError::unknown_operation(target))
}
