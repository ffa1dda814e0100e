//! `visavis-local`: the whole suite on one machine. `cargo xtask up` builds and starts it.

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Parser;
use serde_json::json;
use tokio::io::AsyncReadExt as _;
use visavis_local::{Local, Options};

/// Longest that stopping may take before the process ends anyway; everything acknowledged is on disk by then.
const STOP_WITHIN: Duration = Duration::from_secs(10);

/// Runs the client, the API and the AWS endpoints on this machine, on 127.0.0.1 only.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    /// Port of the client and the API; 0 takes a free one.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Port of the AWS endpoints; 0 takes a free one.
    #[arg(long, default_value_t = 4566)]
    aws_port: u16,
    /// Where everything is kept.
    #[arg(long, default_value = ".visavis")]
    data: PathBuf,
    /// Erases the data first.
    #[arg(long)]
    fresh: bool,
    /// The template that says what there is.
    #[arg(long, default_value = "template.yaml")]
    template: PathBuf,
    /// Prepared models.
    #[arg(long, default_value = "models/weights")]
    models: PathBuf,
    /// The built client.
    #[arg(long, default_value = "client/dist")]
    client: PathBuf,
    /// Value for a parameter of the template, as NAME=VALUE; may be repeated.
    #[arg(long = "parameter", value_parser = name_and_value)]
    parameters: Vec<(String, String)>,
    /// Threads of an embedder of your own, all cores if not given; the shipped networks take one for each photo.
    #[arg(long)]
    threads: Option<usize>,
    /// Prints one line of JSON to standard output when ready, for programs.
    #[arg(long)]
    print_ready_json: bool,
    /// Stops when standard input is closed, so that no stack outlives the program that started it.
    #[arg(long)]
    exit_with_stdin: bool,
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    log_to_stderr();
    let outcome = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("starting the runtime")
        .and_then(|runtime| runtime.block_on(run(cli)));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<()> {
    let started = Instant::now();
    if cli.fresh {
        erase(&cli.data)?;
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let local = visavis_local::start(Options {
        template: cli.template,
        models: cli.models,
        client: cli.client.join("index.html").is_file().then_some(cli.client),
        data: cli.data,
        http: SocketAddr::from((Ipv4Addr::LOCALHOST, cli.port)),
        aws: SocketAddr::from((Ipv4Addr::LOCALHOST, cli.aws_port)),
        parameters: cli.parameters.into_iter().collect(),
        threads: cli.threads.unwrap_or(cores),
    })
    .await?;
    if cli.print_ready_json {
        print_ready_json(&local)?;
    } else {
        greet(&local, started.elapsed());
    }
    until_asked_to_stop(cli.exit_with_stdin).await;
    say("stopping");
    if tokio::time::timeout(STOP_WITHIN, local.stop()).await.is_err() {
        say("some request did not end in time; what was acknowledged is safe");
    }
    Ok(())
}

/// Removes the data folder, but nothing that does not look like one.
fn erase(data: &Path) -> Result<()> {
    match std::fs::read_dir(data) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(|| format!("reading {}", data.display())),
        Ok(entries) => {
            let ours = stack::is_data_dir(data);
            let empty = entries.count() == 0;
            anyhow::ensure!(
                ours || empty,
                "{} does not look like Visavis data; erase it yourself if that is what you want",
                data.display()
            );
        }
    }
    std::fs::remove_dir_all(data).with_context(|| format!("erasing {}", data.display()))
}

async fn until_asked_to_stop(exit_with_stdin: bool) {
    let stdin_closed = async {
        if exit_with_stdin {
            let mut ignored = [0_u8; 64];
            while tokio::io::stdin()
                .read(&mut ignored)
                .await
                .is_ok_and(|n_bytes| n_bytes > 0)
            {}
        } else {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated() => {}
        () = stdin_closed => {}
    }
}

#[cfg(unix)]
async fn terminated() {
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}

fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::builder()
        .with_default_directive(tracing_subscriber::filter::LevelFilter::WARN.into())
        .from_env_lossy();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}

fn print_ready_json(local: &Local) -> Result<()> {
    let ready = json!({
        "httpUrl": local.http_url,
        "awsUrl": local.aws_url,
        "edgeToken": edge_token(local),
        "firstAdmin": local.first_admin.as_ref().map(|it| json!({
            "username": it.username,
            "oneTimePassword": it.one_time_password,
        })),
    });
    let mut out = std::io::stdout().lock();
    writeln!(out, "{ready}")?;
    out.flush()?;
    Ok(())
}

/// What the distribution would show to be believed about addresses: a program may name addresses with it, so that the
/// limits by address can be seen from one machine.
fn edge_token(local: &Local) -> Option<&str> {
    local
        .functions
        .iter()
        .find_map(|it| it.env.get("EDGE_TOKEN"))
        .map(String::as_str)
}

fn greet(local: &Local, took: Duration) {
    let (http, aws) = (&local.http_url, &local.aws_url);
    say(&format!(
        "\nVisavis is ready ({:.1} s). Everything listens on 127.0.0.1 only.\n",
        took.as_secs_f32()
    ));
    say(&format!("  client          {http}/"));
    say(&format!(
        "  API             {http}/api        (contract: {http}/api/openapi.json)"
    ));
    say(&format!("  outbox          {http}/_stack/outbox"));
    say(&format!(
        "  AWS endpoints   {aws}   (AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test)"
    ));
    if let Some(admin) = &local.first_admin {
        say(&format!("\n  first admin     {}", admin.username));
        say(&format!(
            "  password        {}   (once; it must be changed at the first sign-in)",
            admin.one_time_password
        ));
    }
    say("\nTry it:\n");
    say(&format!(
        "  curl {http}/api/auth/sign-up -H 'content-type: application/json' \\\n    \
         -d '{{\"username\":\"ada\",\"email\":\"ada@example.org\",\"password\":\"correct horse battery staple\"}}'\n"
    ));
    say("Ctrl-C stops it; what was stored stays.");
}

#[expect(
    clippy::print_stderr,
    reason = "this is a command-line tool; the line is its output"
)]
fn say(line: &str) {
    eprintln!("{line}");
}
