//! A suite of a journey's own.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use serde_json::{Value, json};
use visavis_local::{FirstAdmin, Local, Options};

use crate::Person;
use crate::forgery::TokenKey;

/// Longest that something asynchronous (a stream record, a mail) may take before the journey fails.
const EVENTUALLY: Duration = Duration::from_mins(1);

/// The whole suite, running for one journey.
#[derive(Debug)]
pub struct Suite {
    local: Option<Local>,
    parameters: BTreeMap<String, String>,
    data: tempfile::TempDir,
}

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

impl Suite {
    /// Starts an empty suite.
    ///
    /// # Panics
    ///
    /// If it does not start: the journey cannot be told.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts an empty suite with parameters of the template set.
    ///
    /// # Panics
    ///
    /// As [`Suite::start`].
    pub async fn start_with(parameters: &[(&str, &str)]) -> Self {
        let parameters = parameters
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        let mut suite = Self {
            local: None,
            parameters,
            data: tempfile::tempdir().expect("a folder for the data"),
        };
        suite.resume().await;
        suite
    }

    /// Starts the suite again on the data it had.
    ///
    /// # Panics
    ///
    /// As [`Suite::start`].
    pub async fn resume(&mut self) {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let local = visavis_local::start(Options {
            template: root().join("template.yaml"),
            models: root().join("models/weights"),
            client: None,
            data: self.data.path().join("visavis"),
            http: any,
            aws: any,
            parameters: self.parameters.clone(),
            threads: 1,
        })
        .await
        .unwrap_or_else(|error| panic!("the suite did not start: {error:#}"));
        self.local = Some(local);
    }

    /// Stops the suite and keeps its data.
    pub async fn stop(&mut self) {
        if let Some(local) = self.local.take() {
            local.stop().await;
        }
    }

    fn local(&self) -> &Local {
        self.local.as_ref().expect("the suite is running")
    }

    /// The URL of a path of the API or of the stack's own pages.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.local().http_url)
    }

    /// Base URL of the AWS endpoints.
    #[must_use]
    pub fn aws_url(&self) -> &str {
        &self.local().aws_url
    }

    /// How the AWS SDK reaches the endpoints, with the developer's credentials.
    #[must_use]
    pub fn aws(&self) -> SdkConfig {
        let credentials = Credentials::new("test", "test", None, None, "journey");
        let mut aws = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials));
        aws.set_endpoint_url(Some(self.aws_url().to_owned()));
        aws.build()
    }

    /// The account that this start created, if it did.
    #[must_use]
    pub fn first_admin(&self) -> Option<&FirstAdmin> {
        self.local().first_admin.as_ref()
    }

    /// What the function `logical_id` of the template was given.
    ///
    /// # Panics
    ///
    /// If the template has no such function.
    #[must_use]
    pub fn function(&self, logical_id: &str) -> &stack::FunctionPlan {
        let found = self
            .local()
            .functions
            .iter()
            .find(|it| it.logical_id == logical_id);
        found.unwrap_or_else(|| panic!("the template has no {logical_id}"))
    }

    /// The keys that sign tokens, private halves included: the one in use, then the next. Seen with the developer's
    /// credentials.
    ///
    /// # Panics
    ///
    /// If nobody has signed in yet, or they cannot be read.
    pub async fn token_keys(&self) -> Vec<TokenKey> {
        let ssm = aws_sdk_ssm::Client::from_conf(
            aws_sdk_ssm::Config::builder()
                .behavior_version(aws_sdk_ssm::config::BehaviorVersion::latest())
                .endpoint_url(self.aws_url())
                .region(aws_sdk_ssm::config::Region::new("eu-west-1"))
                .credentials_provider(aws_sdk_ssm::config::Credentials::new(
                    "test", "test", None, None, "journey",
                ))
                .build(),
        );
        let name = &self.function("AuthFunction").env["SIGNING_KEY_PARAMETER"];
        let found = ssm.get_parameter().name(name).with_decryption(true).send().await;
        let parameter = found.expect("the parameter").parameter.expect("a parameter");
        let stored: Value = serde_json::from_str(parameter.value().expect("a value")).expect("JSON");
        let keys = stored["keys"].as_array().expect("keys");
        keys.iter()
            .map(|it| TokenKey::stored(it["pkcs8"].as_str().expect("a key")))
            .collect()
    }

    /// Somebody without an account.
    #[must_use]
    pub fn anonymous(&self) -> Person<'_> {
        Person::anonymous(self)
    }

    /// Somebody who has just signed up and in.
    pub async fn person(&self, username: &str) -> Person<'_> {
        let mut person = Person::anonymous(self);
        person.sign_up(username).await.expect(201);
        person.sign_in(username).await;
        person
    }

    /// Calls `auth` directly, as an operator does.
    ///
    /// # Panics
    ///
    /// If it refuses.
    pub async fn operate(&self, event: Value) -> Value {
        let answer = self.local().operate(event).await;
        answer.expect("auth does what the operator asks")
    }

    /// A page of the stack's own, as JSON.
    ///
    /// # Panics
    ///
    /// If it does not answer.
    pub async fn stack(&self, path: &str) -> Value {
        let answer = self.anonymous().get(path).await;
        answer.expect(200)
    }

    /// Makes the next `times` events of `function` fail before the function sees them.
    ///
    /// # Panics
    ///
    /// If the stack does not take the order.
    pub async fn fail_next(&self, function: &str, times: u32) {
        let body = json!({ "function": function, "failNext": times });
        let answer = self.anonymous().post("/_stack/faults", &body).await;
        assert!(answer.status < 300, "{answer:?}");
    }

    /// The messages of an answer of the outbox or the dead letters, each as text.
    #[must_use]
    pub fn messages(&self, answer: &Value) -> Vec<String> {
        let list = answer
            .as_array()
            .or_else(|| answer["messages"].as_array())
            .or_else(|| answer["items"].as_array());
        list.into_iter().flatten().map(Value::to_string).collect()
    }

    /// Keys of everything in storage, as `bucket/key`, seen with the developer's credentials.
    ///
    /// # Panics
    ///
    /// If storage does not answer.
    pub async fn objects(&self) -> Vec<String> {
        let s3 = aws_sdk_s3::Client::from_conf(
            aws_sdk_s3::Config::builder()
                .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
                .endpoint_url(self.aws_url())
                .region(aws_sdk_s3::config::Region::new("eu-west-1"))
                .credentials_provider(aws_sdk_s3::config::Credentials::new(
                    "test", "test", None, None, "journey",
                ))
                .force_path_style(true)
                .build(),
        );
        let mut keys = Vec::new();
        for bucket in s3.list_buckets().send().await.expect("buckets").buckets() {
            let name = bucket.name().unwrap_or_default();
            let listed = s3.list_objects_v2().bucket(name).send().await.expect("objects");
            keys.extend(
                listed
                    .contents()
                    .iter()
                    .filter_map(|it| Some(format!("{name}/{}", it.key()?))),
            );
        }
        keys
    }

    /// Status of a plain `GET` of any URL.
    ///
    /// # Panics
    ///
    /// If nothing answers there.
    pub async fn fetch_url(&self, url: &str) -> u16 {
        reqwest::get(url).await.expect("an answer").status().as_u16()
    }

    /// Waits until `found` returns something.
    ///
    /// # Panics
    ///
    /// If that takes too long.
    pub async fn eventually<T>(&self, what: &str, mut found: impl AsyncFnMut() -> Option<T>) -> T {
        let told = tokio::time::timeout(EVENTUALLY, async {
            loop {
                if let Some(it) = found().await {
                    return it;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        });
        told.await
            .unwrap_or_else(|_| panic!("{what}: not within {EVENTUALLY:?}"))
    }
}
