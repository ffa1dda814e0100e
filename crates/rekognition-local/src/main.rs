//! `rekognition-local`: Amazon Rekognition's face detection and recognition on this machine.

use std::{
    io::Write,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    num::NonZeroUsize,
    path::PathBuf,
    sync::Arc,
};

use anyhow::{Context, Result, anyhow, bail};
use clap::Parser;
use face_engine::{EmbeddingModel, Engine};
use rekognition_local::{
    Limits, Objects, OpenError, Rekognition,
    endpoint::{Endpoint, Hosts},
    folders::{Folders, NoObjects},
    open_store,
};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// Answers Amazon Rekognition's requests from any AWS SDK, with no account and no network.
#[derive(Debug, Parser)]
#[command(version)]
struct Args {
    /// Port to listen on; 0 picks a free one.
    #[arg(long, default_value_t = 4567)]
    port: u16,
    /// Address to listen on. Other than loopback needs a secret key of your own, and TLS in front.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    bind: IpAddr,
    /// Folder of prepared models.
    #[arg(long, default_value = "models/weights")]
    models: PathBuf,
    /// Folder for collections: faces and users, kept from one start to the next. Only one process can have it.
    #[arg(long, value_name = "DIR", default_value = ".visavis-rekognition")]
    data: PathBuf,
    /// Folder whose sub-folders are buckets, for images given as S3Object.
    #[arg(long, value_name = "DIR")]
    s3_root: Option<PathBuf>,
    /// Access key of callers.
    #[arg(long, default_value = "test")]
    access_key: String,
    /// Secret key of callers. Anyone who can list processes can read it here; see --secret-key-file.
    #[arg(long, default_value = DEFAULT_SECRET, conflicts_with = "secret_key_file")]
    secret_key: String,
    /// File that holds the secret key and nothing else.
    #[arg(long, value_name = "FILE")]
    secret_key_file: Option<PathBuf>,
    /// Pictures looked at at the same time [default: one per processor].
    #[arg(long)]
    workers: Option<NonZeroUsize>,
    /// Threads of an embedder of your own; the shipped networks take one for each picture.
    #[arg(long, default_value = "1")]
    threads: NonZeroUsize,
    /// Prints which similarity to ask for so that no more than a share of strangers is accepted, and ends.
    #[arg(long)]
    thresholds: bool,
}

/// LocalStack's convention. Fine where only this machine can connect.
const DEFAULT_SECRET: &str = "test";

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info")))
        .with_writer(std::io::stderr)
        .init();
    let hosts = if args.bind.is_loopback() {
        Hosts::Loopback
    } else {
        Hosts::Any
    };
    let secret_key = secret_key(&args)?;
    if hosts == Hosts::Any && secret_key == DEFAULT_SECRET {
        bail!(
            "--bind {} lets others connect; choose a secret with --secret-key-file first",
            args.bind
        );
    }
    let engine = Engine::load(&args.models, args.threads.get()).context("the models are not ready")?;
    if args.thresholds {
        return print_thresholds(engine.embedding_model());
    }
    let objects: Arc<dyn Objects> = match &args.s3_root {
        Some(root) => Arc::new(
            Folders::new(root).with_context(|| format!("--s3-root {} cannot be read", root.display()))?,
        ),
        None => Arc::new(NoObjects),
    };
    let store = open_store(&args.data).map_err(|error| match error {
        OpenError::InUse(folder) => anyhow!(
            "another process is using {}; stop it, or give this one a folder of its own (--data)",
            folder.display()
        ),
        error => anyhow!(error).context(format!("--data {} cannot be used", args.data.display())),
    })?;
    let limits = args.workers.map_or_else(Limits::default, Limits::with_workers);
    let rekognition = Rekognition::with(Arc::new(engine), objects, store, limits);

    let address = SocketAddr::new(args.bind, args.port);
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}"))?;
    announce(listener.local_addr()?, &args.access_key)?;
    Endpoint::new(rekognition, &args.access_key, &secret_key, hosts)
        .serve(listener, interrupted())
        .await?;
    Ok(())
}

fn secret_key(args: &Args) -> Result<String> {
    let Some(file) = &args.secret_key_file else {
        return Ok(args.secret_key.clone());
    };
    let secret = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let secret = secret.trim();
    if secret.is_empty() {
        bail!("{} is empty", file.display());
    }
    Ok(secret.to_owned())
}

/// False-accept rates that people ask for.
const RATES: [f32; 6] = [0.02, 0.01, 0.005, 0.002, 0.001, 0.000_5];

/// The thresholds of `docs/accuracy.md`, by false-accept rate.
fn print_thresholds(model: &EmbeddingModel) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "model {}\nfalse accepts   similarity of at least",
        model.name
    )?;
    for rate in RATES {
        let percent = rate * 100.0;
        match model.threshold(rate) {
            Some(similarity) => writeln!(out, "{percent:10.2} %   {similarity:.1}")?,
            None => writeln!(out, "{percent:10.2} %   not measured")?,
        }
    }
    Ok(())
}

/// One line on standard output when requests are answered; scripts wait for it.
fn announce(address: SocketAddr, access_key: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "rekognition-local is ready at http://{address} (access key {access_key}, any region)"
    )?;
    out.flush()?;
    Ok(())
}

/// Done at Ctrl-C or, where there is one, at a termination signal.
async fn interrupted() {
    let terminated = async {
        #[cfg(unix)]
        if let Ok(mut signal) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            signal.recv().await;
            return;
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        result = tokio::signal::ctrl_c() => {
            if let Err(error) = result {
                tracing::warn!(%error, "cannot wait for Ctrl-C");
                std::future::pending::<()>().await;
            }
        }
        () = terminated => {}
    }
    tracing::info!("stopping");
}
