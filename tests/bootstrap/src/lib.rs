//! A Lambda Runtime API for one function: enough of it to run the binary that is deployed.
//!
//! Protocol: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>. The binary asks `next` for an event and
//! posts a `response` or an `error`; here one event is handed out at a time, and its outcome returned.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use journeys::Suite;
use serde_json::Value;
use tokio::sync::{Mutex, mpsc};

/// Longest that one event may take, on a busy machine, before the test fails.
const ANSWER_WITHIN: Duration = Duration::from_mins(1);

/// What the function made of an event.
#[derive(Debug)]
pub enum Outcome {
    /// It answered.
    Answered(Value),
    /// It reported an error.
    Failed(Value),
}

/// A deployed binary, running.
#[derive(Debug)]
pub struct Binary {
    child: Child,
    events: mpsc::Sender<Value>,
    outcomes: mpsc::Receiver<Outcome>,
}

struct Api {
    events: Mutex<mpsc::Receiver<Value>>,
    outcomes: mpsc::Sender<Outcome>,
}

impl Binary {
    /// Starts the binary of `logical_id` with what the template gives it in `suite`.
    ///
    /// # Panics
    ///
    /// If there is no such function, or its binary was not built (`cargo build --workspace`).
    pub async fn start(suite: &Suite, logical_id: &str) -> Self {
        let plan = suite.function(logical_id);
        let (events, given) = mpsc::channel(1);
        let (told, outcomes) = mpsc::channel(1);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("an address");
        let api = Arc::new(Api {
            events: Mutex::new(given),
            outcomes: told,
        });
        let routes = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .with_state(api);
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let path = built(&plan.binary);
        let child = Command::new(&path)
            .env_clear()
            .envs(&plan.env)
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", logical_id)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", plan.memory_mb.to_string())
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "group")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "stream")
            .env("AWS_REGION", "eu-west-1")
            .env("AWS_ACCESS_KEY_ID", &plan.access_key)
            .env("AWS_SECRET_ACCESS_KEY", &plan.secret_key)
            .env("AWS_ENDPOINT_URL", suite.aws_url())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("{}: {error}; `cargo build --workspace` makes it", path.display())
            });
        Self {
            child,
            events,
            outcomes,
        }
    }

    /// Hands `event` to the function and waits for what it makes of it.
    ///
    /// # Panics
    ///
    /// If nothing comes in time.
    pub async fn invoke(&mut self, event: Value) -> Outcome {
        self.events.send(event).await.expect("the Runtime API is up");
        tokio::time::timeout(ANSWER_WITHIN, self.outcomes.recv())
            .await
            .expect("an outcome in time")
            .expect("the Runtime API is up")
    }
}

impl Drop for Binary {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn next(State(api): State<Arc<Api>>) -> Response {
    let Some(event) = api.events.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let headers = [
        (
            "lambda-runtime-aws-request-id",
            "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
        ),
        ("lambda-runtime-deadline-ms", "4102444800000"),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-west-1:000000000000:function:f",
        ),
        ("content-type", "application/json"),
    ];
    (headers, event.to_string()).into_response()
}

async fn response(State(api): State<Arc<Api>>, Path(_id): Path<String>, body: String) -> StatusCode {
    tell(
        &api,
        Outcome::Answered(serde_json::from_str(&body).unwrap_or(Value::Null)),
    )
    .await
}

async fn error(State(api): State<Arc<Api>>, Path(_id): Path<String>, body: String) -> StatusCode {
    tell(
        &api,
        Outcome::Failed(serde_json::from_str(&body).unwrap_or(Value::Null)),
    )
    .await
}

async fn tell(api: &Api, outcome: Outcome) -> StatusCode {
    match api.outcomes.send(outcome).await {
        Ok(()) => StatusCode::ACCEPTED,
        Err(_) => StatusCode::GONE,
    }
}

/// The built binary `name`: beside the folder of the running test.
fn built(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this test is a file");
    let profile = test.ancestors().nth(2).expect("target/<profile>/deps/<test>");
    profile.join(name).with_extension(std::env::consts::EXE_EXTENSION)
}
