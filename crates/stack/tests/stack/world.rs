//! A running stack with two small functions, and ways to talk to it.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use aws_credential_types::Credentials;
use face_engine::{EmbeddingModel, EngineError, Face, SimilarityCurve, Wanted};
use futures::{FutureExt as _, future::BoxFuture};
use picture::Picture;
use rekognition_local::{Faces, Limits, Rekognition};
use serde_json::{Value, json};
use stack::{Config, FunctionPlan, Invoke, InvokeFailure, Prepared, Running, StackError};
use tempfile::TempDir;

/// What a function does with an event; gets its plan and the URL of the AWS endpoints.
pub(crate) type Body =
    Arc<dyn Fn(FunctionPlan, Value) -> BoxFuture<'static, Result<Value, InvokeFailure>> + Send + Sync>;

/// Sees no faces anywhere.
struct Nobody(EmbeddingModel);

impl Nobody {
    fn new() -> Self {
        Self(EmbeddingModel {
            name: "nobody 1.0".into(),
            version: "1.0".into(),
            dimension: 2,
            false_accept_rates: Vec::new(),
            similarity: SimilarityCurve::try_from(vec![(0.0, 100.0), (1.0, 0.0)]).unwrap(),
        })
    }
}

impl Faces for Nobody {
    fn detect(&self, _: &Picture, _: Wanted) -> Result<Vec<Face>, EngineError> {
        Ok(Vec::new())
    }

    fn embed(&self, _: &Picture, _: &[Face]) -> Result<Vec<Vec<f32>>, EngineError> {
        Ok(Vec::new())
    }

    fn embedding_model(&self) -> &EmbeddingModel {
        &self.0
    }
}

/// A stack and its data.
pub(crate) struct World {
    pub(crate) running: Option<Running>,
    pub(crate) http: String,
    pub(crate) aws: String,
    pub(crate) plans: BTreeMap<String, FunctionPlan>,
    pub(crate) client: reqwest::Client,
    pub(crate) folder: PathBuf,
    /// Keeps a folder of its own for as long as it is needed.
    _owned: Option<TempDir>,
}

/// The fixture template.
pub(crate) fn template() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/template.yaml")
}

/// Settings for a stack on free ports with its data in `folder`.
pub(crate) fn config(folder: &Path) -> Config {
    let free = SocketAddr::from(([127, 0, 0, 1], 0));
    let mut config = Config::new(template(), folder.join("data"), free, free);
    config
        .parameters
        .insert("AdminEmail".into(), "ops@example.org".into());
    config
}

/// Prepares a stack whose Rekognition sees nobody.
pub(crate) async fn prepare(config: Config) -> Result<Prepared, StackError> {
    Prepared::new(config, |objects, collections| {
        Rekognition::with(Arc::new(Nobody::new()), objects, collections, Limits::default())
    })
    .await
}

/// Answers with the event it got.
pub(crate) fn echo() -> Body {
    Arc::new(|_, event| {
        async move {
            Ok(json!({"statusCode": 200, "headers": {"content-type": "application/json"}, "body": event.to_string()}))
        }
        .boxed()
    })
}

/// Takes every record.
pub(crate) fn takes_all() -> Body {
    Arc::new(|_, _| async { Ok(json!({"batchItemFailures": []})) }.boxed())
}

impl World {
    /// A fresh stack; `notes` answers HTTP, `notifier` gets records.
    pub(crate) async fn start(notes: Body, notifier: Body) -> Self {
        let folder = TempDir::new().unwrap();
        let world = Self::start_in(folder.path(), |_| {}, notes, notifier).await;
        Self {
            _owned: Some(folder),
            ..world
        }
    }

    /// A stack over the data below `folder`.
    pub(crate) async fn start_in(
        folder: &Path,
        change: impl FnOnce(&mut Config),
        notes: Body,
        notifier: Body,
    ) -> Self {
        let mut config = config(folder);
        change(&mut config);
        let prepared = prepare(config).await.unwrap();
        let plans: BTreeMap<_, _> = prepared
            .functions()
            .into_iter()
            .map(|it| (it.logical_id.clone(), it))
            .collect();
        let mut bodies = BTreeMap::from([("NotesFunction", notes), ("NotifierFunction", notifier)]);
        let invokes = plans
            .values()
            .map(|plan| {
                let (plan, body) = (plan.clone(), bodies.remove(plan.logical_id.as_str()).unwrap());
                let id = plan.logical_id.clone();
                let invoke: Invoke = Arc::new(move |event, _| body(plan.clone(), event));
                (id, invoke)
            })
            .collect();
        let (http, aws) = (prepared.http_url(), prepared.aws_url());
        let running = prepared.start(invokes).await.unwrap();
        Self {
            running: Some(running),
            http,
            aws,
            plans,
            client: reqwest::Client::new(),
            folder: folder.to_owned(),
            _owned: None,
        }
    }

    pub(crate) async fn stop(&mut self) {
        self.running.take().unwrap().stop().await;
    }

    pub(crate) async fn get(&self, path: &str) -> reqwest::Response {
        self.client
            .get(format!("{}{path}", self.http))
            .send()
            .await
            .unwrap()
    }

    pub(crate) async fn get_json(&self, path: &str) -> Value {
        self.get(path).await.json().await.unwrap()
    }

    /// The messages of the outbox or of the dead letters.
    pub(crate) async fn messages(&self, path: &str) -> Vec<Value> {
        self.get_json(path).await["messages"].as_array().unwrap().clone()
    }

    /// SDK settings with the developer's keys.
    pub(crate) async fn root(&self) -> aws_config::SdkConfig {
        sdk(&self.aws, "test", "test").await
    }

    /// SDK settings with a function's keys.
    pub(crate) async fn function(&self, logical_id: &str) -> aws_config::SdkConfig {
        let plan = &self.plans[logical_id];
        sdk(&self.aws, &plan.access_key, &plan.secret_key).await
    }

    /// Writes a row that the notifier's filter wants, or not.
    pub(crate) async fn write_note(&self, pk: &str, doubtful: bool) {
        use aws_sdk_dynamodb::types::AttributeValue;
        let client = aws_sdk_dynamodb::Client::new(&self.root().await);
        let put = client.put_item().table_name("visavis-notes");
        let put = put
            .item("pk", AttributeValue::S(pk.to_owned()))
            .item("doubtful", AttributeValue::Bool(doubtful));
        put.send().await.unwrap();
    }
}

/// SDK settings for the endpoints at `url`.
pub(crate) async fn sdk(url: &str, access_key: &str, secret_key: &str) -> aws_config::SdkConfig {
    aws_config::defaults(aws_config::BehaviorVersion::latest())
        .region(aws_config::Region::new("eu-west-1"))
        .endpoint_url(url)
        .credentials_provider(Credentials::new(access_key, secret_key, None, None, "test"))
        .load()
        .await
}

/// Waits for `look` to find something, at most ten seconds.
pub(crate) async fn eventually<T>(what: &str, look: impl AsyncFn() -> Option<T>) -> T {
    for _ in 0..200 {
        if let Some(found) = look().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("waited in vain for {what}");
}
