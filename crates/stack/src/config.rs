//! What a stack is started with, and what it tells about its functions.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use aws_wire::{Clock, SystemClock};

use crate::invoke::FailInvocation;

/// The region everything is in.
pub const REGION: &str = "eu-west-1";
/// The account everything belongs to.
pub const ACCOUNT: &str = "000000000000";
/// `AWS::StackName`.
pub const STACK_NAME: &str = "visavis";

/// The developer's key pair: the words that local AWS emulators share. It opens loopback ports only.
const ROOT: (&str, &str) = ("test", "test");

/// Where things are and where they listen.
#[derive(Clone)]
pub struct Config {
    /// The SAM template.
    pub template: PathBuf,
    /// Folder for everything that is kept.
    pub data_dir: PathBuf,
    /// Address of client and API, on loopback; port 0 takes a free one.
    pub http: SocketAddr,
    /// Address of the AWS endpoints, on loopback; port 0 takes a free one.
    pub aws: SocketAddr,
    /// The built client, if it was built.
    pub client_dir: Option<PathBuf>,
    /// Values for the template's parameters, over its defaults.
    pub parameters: BTreeMap<String, String>,
    /// The developer's access key and secret, which may do everything.
    pub root: (String, String),
    /// Time, for signatures, expiry, retries and events.
    pub clock: Arc<dyn Clock>,
    /// Invocations that are to fail without being made, for tests.
    pub invoke_failures: Option<FailInvocation>,
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config")
            .field("template", &self.template)
            .field("data_dir", &self.data_dir)
            .field("http", &self.http)
            .field("aws", &self.aws)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// No client, no parameters, the usual developer's keys, and the clock of the machine.
    pub fn new(
        template: impl Into<PathBuf>,
        data_dir: impl Into<PathBuf>,
        http: SocketAddr,
        aws: SocketAddr,
    ) -> Self {
        Self {
            template: template.into(),
            data_dir: data_dir.into(),
            http,
            aws,
            client_dir: None,
            parameters: BTreeMap::new(),
            root: (ROOT.0.to_owned(), ROOT.1.to_owned()),
            clock: Arc::new(SystemClock),
            invoke_failures: None,
        }
    }
}

/// What a function needs to run, as Lambda would give it.
#[derive(Clone)]
pub struct FunctionPlan {
    /// Logical id in the template.
    pub logical_id: String,
    /// `Metadata.BuildProperties.Binary`.
    pub binary: String,
    /// Amazon Resource Name.
    pub arn: String,
    /// The template's variables, and those Lambda sets.
    pub env: BTreeMap<String, String>,
    /// Access key of the function's role.
    pub access_key: String,
    /// Its secret.
    pub secret_key: String,
    /// Session token that has to come with the key, if one has.
    pub session_token: Option<String>,
    /// Longest run of one invocation.
    pub timeout: std::time::Duration,
    /// Memory on AWS.
    pub memory_mb: u32,
}

impl std::fmt::Debug for FunctionPlan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FunctionPlan")
            .field("logical_id", &self.logical_id)
            .field("binary", &self.binary)
            .finish_non_exhaustive()
    }
}

/// Names of the files in a data folder.
pub(crate) struct Layout<'a>(pub(crate) &'a Path);

impl Layout<'_> {
    pub(crate) fn lock(&self) -> PathBuf {
        self.0.join("stack.lock")
    }

    pub(crate) fn tables(&self) -> PathBuf {
        self.0.join("dynamodb.sqlite")
    }

    pub(crate) fn objects(&self) -> PathBuf {
        self.0.join("s3")
    }

    pub(crate) fn collections(&self) -> PathBuf {
        self.0.join("rekognition")
    }

    pub(crate) fn parameters(&self) -> PathBuf {
        self.0.join("ssm").join("parameters.json")
    }

    pub(crate) fn messages(&self) -> PathBuf {
        self.0.join("messages")
    }
}

/// Whether a stack has used this folder for its data.
#[must_use]
pub fn is_data_dir(path: &Path) -> bool {
    std::fs::metadata(Layout(path).lock()).is_ok_and(|it| it.is_file())
}
