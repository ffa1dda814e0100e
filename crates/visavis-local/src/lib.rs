//! The whole suite on one machine.
//!
//! [`start`] brings together what must not know each other: the local cloud ([`stack`]), the Rekognition that sees
//! ([`rekognition_local`] over [`face_engine`]), and the functions, which are the very crates that run on AWS. A
//! function gets here what Lambda would give it: an environment, credentials of its role, and events as JSON.

mod functions;
mod sdk;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use serde_json::{Value, json};

/// Name of the account that the first start creates; it has no rights by its name, only by its role.
const FIRST_ADMIN: (&str, &str) = ("admin", "admin@visavis.invalid");

/// Where things are and where they listen.
#[derive(Debug, Clone)]
pub struct Options {
    /// The SAM template that says what there is.
    pub template: PathBuf,
    /// Folder of prepared models (`cargo xtask models`).
    pub models: PathBuf,
    /// The built client, if it was built.
    pub client: Option<PathBuf>,
    /// Folder for everything that is kept.
    pub data: PathBuf,
    /// Address of client and API; port 0 takes a free one.
    pub http: SocketAddr,
    /// Address of the AWS endpoints; port 0 takes a free one.
    pub aws: SocketAddr,
    /// Values for the template's parameters, beyond its defaults.
    pub parameters: BTreeMap<String, String>,
    /// Threads of an embedder of an operator's own; see [`face_engine::Engine::load`].
    pub threads: usize,
}

/// The account that the first start made.
#[derive(Clone)]
pub struct FirstAdmin {
    /// Name to sign in with.
    pub username: String,
    /// Password that must be changed at the first sign-in; it is stored nowhere in clear.
    pub one_time_password: String,
}

impl std::fmt::Debug for FirstAdmin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FirstAdmin")
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

/// Everything, running.
pub struct Local {
    running: stack::Running,
    auth: stack::Invoke,
    /// Client and API.
    pub http_url: String,
    /// AWS endpoints, all services.
    pub aws_url: String,
    /// Set if this start created the first account.
    pub first_admin: Option<FirstAdmin>,
    /// What each function was given: environment, credentials of its role, limits.
    pub functions: Vec<stack::FunctionPlan>,
}

impl std::fmt::Debug for Local {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Local")
            .field("http_url", &self.http_url)
            .field("aws_url", &self.aws_url)
            .finish_non_exhaustive()
    }
}

impl Local {
    /// Calls `auth` directly, as an operator does with `aws lambda invoke`.
    ///
    /// # Errors
    ///
    /// If the function refuses the event or fails.
    pub async fn operate(&self, event: Value) -> Result<Value> {
        let answer = (self.auth)(event, functions::direct_invocation()).await;
        answer.map_err(|failure| anyhow::anyhow!("auth refused: {failure}"))
    }

    /// Stops everything in good order and waits for it.
    pub async fn stop(self) {
        self.running.stop().await;
    }
}

/// Starts everything; when it returns, requests are answered.
///
/// # Errors
///
/// If the models are missing or damaged, an address is taken, the data belongs to another running stack, or the
/// template asks for something the stack would have to misread.
pub async fn start(options: Options) -> Result<Local> {
    let models = options.models.clone();
    let threads = options.threads;
    let engine = tokio::task::spawn_blocking(move || {
        face_engine::Engine::load(&models, threads).with_context(|| {
            format!(
                "loading the face models from {}; `cargo xtask models` prepares them",
                models.display()
            )
        })
    })
    .await
    .context("loading the face models")??;
    let engine = Arc::new(engine);
    let http = with_a_port(options.http).context("finding a free port")?;
    let mut parameters = options.parameters;
    parameters
        .entry("AdminEmail".to_owned())
        .or_insert_with(|| FIRST_ADMIN.1.to_owned());
    parameters
        .entry("SiteOrigin".to_owned())
        .or_insert_with(|| format!("http://{http}"));
    let config = stack::Config {
        client_dir: options.client,
        parameters,
        ..stack::Config::new(options.template, options.data, http, options.aws)
    };
    let prepared = stack::Prepared::new(config, |objects, collections| {
        rekognition_local::Rekognition::new(engine, objects, collections)
    })
    .await
    .context("preparing the local cloud")?;
    let (http_url, aws_url) = (prepared.http_url(), prepared.aws_url());
    let mut invokes = BTreeMap::new();
    let functions = prepared.functions();
    for plan in &functions {
        let sdk = sdk::config(plan, &aws_url).await;
        invokes.insert(plan.logical_id.clone(), functions::connect(plan, sdk)?);
    }
    let auth = invokes
        .get("AuthFunction")
        .cloned()
        .context("the template has no AuthFunction")?;
    let running = prepared
        .start(invokes)
        .await
        .context("starting the local cloud")?;
    let first_admin = first_admin(&auth).await?;
    Ok(Local {
        running,
        auth,
        http_url,
        aws_url,
        first_admin,
        functions,
    })
}

/// `address` with a free port in place of 0: the functions are told the client's address before anything listens.
fn with_a_port(address: SocketAddr) -> std::io::Result<SocketAddr> {
    if address.port() == 0 {
        std::net::TcpListener::bind(address)?.local_addr()
    } else {
        Ok(address)
    }
}

/// Asks `auth` for the first account, as an operator does with `aws lambda invoke`.
async fn first_admin(auth: &stack::Invoke) -> Result<Option<FirstAdmin>> {
    let event =
        json!({ "visavisAction": "create-first-admin", "username": FIRST_ADMIN.0, "email": FIRST_ADMIN.1 });
    let answer = auth(event, functions::direct_invocation())
        .await
        .map_err(|failure| anyhow::anyhow!("auth could not create the first account: {failure:?}"))?;
    if answer["created"] != Value::Bool(true) {
        return Ok(None);
    }
    let text = |name: &str| -> Result<String> {
        Ok(answer[name]
            .as_str()
            .with_context(|| format!("no {name} in auth's answer"))?
            .to_owned())
    };
    Ok(Some(FirstAdmin {
        username: text("username")?,
        one_time_password: text("oneTimePassword")?,
    }))
}
