//! From a template to a stack that only lacks its functions.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use aws_wire::Verifier;
use rekognition_local::{Objects, Rekognition, Store as Collections};
use tokio::net::TcpListener;

use crate::{
    config::{ACCOUNT, Config, FunctionPlan, Layout, REGION, STACK_NAME},
    contents::{journals, parameters, roles, topics},
    durable::{self, FolderLock},
    dynamodb::Dynamo,
    endpoint::{Endpoint, Ses, Sns},
    error::StackError,
    iam::{self, FunctionKeys, Iam},
    invoke::Invoke,
    messages::{DeadLetter, Journal, Message},
    running::{self, Running},
    s3::{S3Service, Store, StoreOptions},
    server,
    template::{Local, NotRun, Plan, Scope, Template},
    wiring::PicturesInS3,
};

/// How often expired items and old stream records are removed; AWS promises days, but here a person is watching.
const UPKEEP_EVERY: Duration = Duration::from_secs(10);

/// A stack with its listeners bound and its tables, buckets and topics made. It does not answer yet.
pub struct Prepared {
    pub(crate) config: Config,
    pub(crate) lock: FolderLock,
    pub(crate) http: TcpListener,
    pub(crate) aws: TcpListener,
    pub(crate) http_url: String,
    pub(crate) aws_url: String,
    pub(crate) plan: Plan,
    pub(crate) keys: BTreeMap<String, FunctionKeys>,
    pub(crate) iam: Arc<Iam>,
    pub(crate) dynamo: Dynamo,
    pub(crate) endpoint: Arc<Endpoint>,
    pub(crate) outbox: Arc<Journal<Message>>,
    pub(crate) dead_letters: Arc<Journal<DeadLetter>>,
    /// Stream ARN to table name.
    pub(crate) streams: BTreeMap<String, String>,
}

impl std::fmt::Debug for Prepared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prepared")
            .field("http_url", &self.http_url)
            .field("aws_url", &self.aws_url)
            .finish_non_exhaustive()
    }
}

impl Prepared {
    /// Takes the data folder, binds the ports, and makes what the template declares.
    ///
    /// `rekognition` gets the stack's S3, read with each caller's rights, and the collections that the folder keeps.
    ///
    /// # Errors
    ///
    /// [`StackError`]. Resources that were made before the failure stay.
    pub async fn new(
        config: Config,
        rekognition: impl FnOnce(Arc<dyn Objects>, Collections) -> Rekognition,
    ) -> Result<Self, StackError> {
        let template = Template::read(&config.template)?;
        let lock = take(&config)?;
        let (http, http_address) = listen(config.http).await?;
        let (aws, aws_address) = listen(config.aws).await?;
        let (http_url, aws_url) = (format!("http://{http_address}"), format!("http://{aws_address}"));
        let local = Local {
            region: REGION.to_owned(),
            account: ACCOUNT.to_owned(),
            stack_name: STACK_NAME.to_owned(),
            http_url: http_url.clone(),
            aws_url: aws_url.clone(),
        };
        let layout = Layout(&config.data_dir);
        let clock = Arc::clone(&config.clock);
        let dynamo = Dynamo::open_with(
            &layout.tables(),
            REGION,
            ACCOUNT,
            Arc::clone(&clock),
            UPKEEP_EVERY,
        )?;
        let (plan, streams) = plan(&template, local, &config, &dynamo).await?;
        for it in &plan.not_run {
            tracing::debug!(name = it.name, kind = it.kind, "not run locally");
        }

        let options = StoreOptions {
            clock: Arc::clone(&clock),
            ..StoreOptions::new(REGION, ACCOUNT)
        };
        let store = Store::open(&layout.objects(), options)?;
        for bucket in &plan.buckets {
            store.ensure_bucket(&bucket.name, &bucket.properties)?;
        }
        let (keys, credentials, iam) = roles(&config, &plan)?;
        let iam = Arc::new(iam);
        let (outbox, dead_letters) = journals(&config)?;
        let sns = Arc::new(Sns::new(
            topics(&plan),
            Arc::clone(&outbox),
            ACCOUNT,
            Arc::clone(&clock),
        ));
        let ses = Ses::new(Arc::clone(&outbox), Arc::clone(&clock));
        let ssm = parameters(&config, &plan.parameters).await?;
        let collections = rekognition_local::open_store(&layout.collections())?;
        let objects = PicturesInS3 {
            store: store.clone(),
            iam: Arc::clone(&iam),
        };
        let s3 = S3Service::new(
            store,
            Arc::clone(&credentials),
            iam::s3_access(&iam),
            site_origins(&http_url),
        );
        let endpoint = Endpoint {
            verifier: Verifier::new(credentials, clock),
            iam: Arc::clone(&iam),
            s3,
            dynamo: dynamo.clone(),
            rekognition: rekognition(Arc::new(objects), collections),
            ses,
            sns,
            ssm: Arc::new(ssm),
            region: REGION.to_owned(),
            account: ACCOUNT.to_owned(),
        };
        Ok(Self {
            config,
            lock,
            http,
            aws,
            http_url,
            aws_url,
            plan,
            keys,
            iam,
            dynamo,
            endpoint: Arc::new(endpoint),
            outbox,
            dead_letters,
            streams,
        })
    }

    /// What each function of the template needs to run.
    #[must_use]
    pub fn functions(&self) -> Vec<FunctionPlan> {
        self.plan
            .functions
            .iter()
            .filter_map(|spec| {
                let keys = self.keys.get(&spec.logical_id)?;
                let mut env = spec.environment.clone();
                let lambda = [
                    ("AWS_ACCESS_KEY_ID", keys.access_key.clone()),
                    ("AWS_DEFAULT_REGION", REGION.to_owned()),
                    ("AWS_ENDPOINT_URL", self.aws_url.clone()),
                    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", spec.memory_mb.to_string()),
                    ("AWS_LAMBDA_FUNCTION_NAME", spec.name.clone()),
                    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
                    ("AWS_REGION", REGION.to_owned()),
                    ("AWS_SECRET_ACCESS_KEY", keys.secret_key.clone()),
                ];
                env.extend(lambda.map(|(name, value)| (name.to_owned(), value)));
                Some(FunctionPlan {
                    logical_id: spec.logical_id.clone(),
                    binary: spec.binary.clone(),
                    arn: spec.arn.clone(),
                    env,
                    access_key: keys.access_key.clone(),
                    secret_key: keys.secret_key.clone(),
                    session_token: None,
                    timeout: Duration::from_secs(spec.timeout_s.into()),
                    memory_mb: spec.memory_mb,
                })
            })
            .collect()
    }

    /// Where client and API will be.
    #[must_use]
    pub fn http_url(&self) -> String {
        self.http_url.clone()
    }

    /// Where the AWS endpoints will be.
    #[must_use]
    pub fn aws_url(&self) -> String {
        self.aws_url.clone()
    }

    /// What of the template only AWS runs.
    #[must_use]
    pub fn not_run(&self) -> &[NotRun] {
        &self.plan.not_run
    }

    /// Starts answering, with these functions by logical id.
    ///
    /// # Errors
    ///
    /// [`StackError`] if a function is missing or unknown, or an event source mapping cannot be set up.
    #[expect(
        clippy::unused_async,
        reason = "nothing here waits today; whoever starts a stack is async anyway"
    )]
    pub async fn start(self, functions: BTreeMap<String, Invoke>) -> Result<Running, StackError> {
        running::start(self, functions)
    }
}

fn take(config: &Config) -> Result<FolderLock, StackError> {
    let path = &config.data_dir;
    let failed = |source| StackError::DataDir {
        path: path.clone(),
        source,
    };
    durable::make_folder(path).map_err(failed)?;
    let lock = FolderLock::take(&Layout(path).lock()).map_err(failed)?;
    lock.ok_or_else(|| StackError::InUse(path.clone()))
}

async fn listen(address: std::net::SocketAddr) -> Result<(TcpListener, std::net::SocketAddr), StackError> {
    if !address.ip().is_loopback() {
        return Err(StackError::NotLoopback(address));
    }
    server::bind(address)
        .await
        .map_err(|source| StackError::Bind { address, source })
}

/// Makes the tables, whose streams' ARNs the functions may need, and reads everything else.
async fn plan(
    template: &Template,
    local: Local,
    config: &Config,
    dynamo: &Dynamo,
) -> Result<(Plan, BTreeMap<String, String>), StackError> {
    let tables = {
        let scope = Scope::new(template, local.clone(), &config.parameters)?;
        Plan::tables(&scope)?
    };
    let (mut streams, mut known) = (BTreeMap::new(), Vec::new());
    for table in tables {
        let made = dynamo.create_table(&table.properties).await?;
        if let Some(arn) = made.stream_arn {
            streams.insert(arn.clone(), made.name);
            known.push((table.logical_id, arn));
        }
    }
    let mut scope = Scope::new(template, local, &config.parameters)?;
    for (logical_id, arn) in known {
        scope = scope.knowing(&logical_id, "StreamArn", arn);
    }
    Ok((Plan::read(&scope)?, streams))
}

/// The client's origin, by address and by name: people type both.
fn site_origins(http_url: &str) -> Vec<String> {
    vec![
        http_url.to_owned(),
        http_url
            .replace("127.0.0.1", "localhost")
            .replace("[::1]", "localhost"),
    ]
}
