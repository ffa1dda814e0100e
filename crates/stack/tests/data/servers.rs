//! One endpoint per service, as small as it can be.

use std::{convert::Infallible, future::Future, net::SocketAddr, path::Path, sync::Arc};

use aws_credential_types::Credentials as SdkCredentials;
use aws_sdk_s3::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};
use aws_wire::{Credentials, Protocol, request_id};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use stack::{
    dynamodb::Dynamo,
    s3::{Allowed, S3Service, Store, StoreOptions},
};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};

pub(crate) const REGION: &str = "eu-west-1";
pub(crate) const ACCOUNT: &str = "000000000000";
/// The page that a bucket's rules do not name.
pub(crate) const ALSO_ALLOWED: &str = "http://127.0.0.1:8080";

/// Keys and secrets: `test` may do everything; `reader` only reads `photos/u/`; `session` needs its token.
pub(crate) struct Keys;

impl Credentials for Keys {
    fn secret(&self, access_key: &str) -> Option<String> {
        ["test", "reader", "session"]
            .contains(&access_key)
            .then(|| format!("secret of {access_key}"))
    }

    fn session_token(&self, access_key: &str) -> Option<String> {
        (access_key == "session").then(|| "the token".to_owned())
    }
}

pub(crate) fn rights() -> Allowed {
    Arc::new(|it| match it.access_key {
        "test" | "session" => true,
        "reader" => {
            it.action == "s3:GetObject"
                && it.bucket == "photos"
                && it.key.is_some_and(|it| it.starts_with("u/"))
        }
        _ => false,
    })
}

pub(crate) fn credentials(access_key: &str) -> SdkCredentials {
    SdkCredentials::new(access_key, format!("secret of {access_key}"), None, None, "test")
}

/// A server that ends with its value.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    task: JoinHandle<()>,
}

impl Server {
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    async fn start<A, F, B>(answer: A) -> Self
    where
        A: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Response<B>> + Send + 'static,
        B: hyper::body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            loop {
                let (socket, _) = listener.accept().await.expect("a connection");
                socket.set_nodelay(true).expect("TCP_NODELAY");
                let answer = answer.clone();
                connections.spawn(async move {
                    let service = service_fn(move |request| {
                        let answer = answer(request);
                        async move { Ok::<_, Infallible>(answer.await) }
                    });
                    // Clients that go away are part of the tests.
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(socket), service)
                        .await;
                });
            }
        });
        Self { address, task }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(crate) struct S3 {
    pub(crate) server: Server,
    pub(crate) store: Store,
    pub(crate) folder: TempDir,
}

/// Code and status of a failure.
#[expect(clippy::needless_pass_by_value, reason = "the calls read better")]
pub(crate) fn failure<E: ProvideErrorMetadata>(error: SdkError<E, HttpResponse>) -> (String, u16) {
    let status = error.raw_response().map_or(0, |it| it.status().as_u16());
    (error.code().unwrap_or_default().to_owned(), status)
}

/// Code and status of a request that must fail.
macro_rules! refused {
    ($request:expr) => {
        $crate::servers::failure($request.send().await.expect_err("a refusal"))
    };
}
pub(crate) use refused;

/// Bytes that are not all alike.
pub(crate) fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|it| (it * 31 % 251) as u8).collect()
}

pub(crate) const MAX_OBJECT_BYTES: u64 = 8 * 1024 * 1024;

impl S3 {
    /// An endpoint with the bucket `photos`.
    pub(crate) async fn start() -> Self {
        let folder = TempDir::new().expect("a folder");
        let options = StoreOptions {
            max_object_bytes: MAX_OBJECT_BYTES,
            ..StoreOptions::new(REGION, ACCOUNT)
        };
        let store = Store::open(folder.path(), options).expect("a store");
        let properties = serde_json::json!({
            "BucketName": "photos",
            "CorsConfiguration": {"CorsRules": [{
                "AllowedOrigins": ["https://app.example.com"], "AllowedMethods": ["PUT", "GET"],
                "AllowedHeaders": ["content-type", "x-amz-checksum-sha256"], "ExposedHeaders": ["ETag"], "MaxAge": 300,
            }]},
        });
        store.ensure_bucket("photos", &properties).expect("a bucket");
        let service = S3Service::new(
            store.clone(),
            Arc::new(Keys),
            rights(),
            vec![ALSO_ALLOWED.to_owned()],
        );
        let server = Server::start(move |request| {
            let service = service.clone();
            async move { service.handle(request).await }
        })
        .await;
        Self {
            server,
            store,
            folder,
        }
    }

    pub(crate) fn client(&self) -> aws_sdk_s3::Client {
        self.client_as(credentials("test"))
    }

    pub(crate) fn client_as(&self, credentials: SdkCredentials) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
            .region(aws_sdk_s3::config::Region::new(REGION))
            .credentials_provider(credentials)
            .endpoint_url(self.server.url())
            .build();
        aws_sdk_s3::Client::from_conf(config)
    }

    /// Files that the store keeps: complete bodies and bodies on their way.
    pub(crate) fn files(&self) -> (usize, usize) {
        let count =
            |folder: &str| std::fs::read_dir(self.folder.path().join(folder)).map_or(0, Iterator::count);
        (count("objects/photos"), count("incoming"))
    }
}

pub(crate) struct DynamoServer {
    pub(crate) server: Server,
    pub(crate) store: Dynamo,
}

impl DynamoServer {
    pub(crate) async fn start(folder: &Path) -> Self {
        let store = Dynamo::open(&folder.join("dynamodb.sqlite"), REGION, ACCOUNT).expect("a store");
        let dynamo = store.clone();
        let server = Server::start(move |request| {
            let dynamo = dynamo.clone();
            async move { answer(&dynamo, request).await }
        })
        .await;
        Self { server, store }
    }

    pub(crate) fn client(&self) -> aws_sdk_dynamodb::Client {
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
            .region(aws_sdk_dynamodb::config::Region::new(REGION))
            .credentials_provider(credentials("test"))
            .endpoint_url(self.server.url())
            .build();
        aws_sdk_dynamodb::Client::from_conf(config)
    }
}

async fn answer(dynamo: &Dynamo, request: Request<Incoming>) -> Response<Full<Bytes>> {
    const PROTOCOL: Protocol = Protocol::Json10 {
        namespace: "com.amazonaws.dynamodb.v20120810",
    };
    let target = request.headers()["x-amz-target"]
        .to_str()
        .expect("text")
        .to_owned();
    let operation = target.split_once('.').expect("a dot").1.to_owned();
    let body = request.into_body().collect().await.expect("a body").to_bytes();
    let response = match dynamo.call(&operation, &body).await {
        Ok(output) => PROTOCOL.success(&request_id(), &output),
        Err(error) => PROTOCOL.error(&request_id(), &error),
    };
    response.map(Full::new)
}
