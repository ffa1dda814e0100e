//! The stack's binary: building it, becoming it (`up`), and running it beside a test.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::run;

/// How long a stack may take from start to ready before a test gives up on it; chosen, generous for a busy machine.
const READY_WITHIN: Duration = Duration::from_mins(3);

/// Builds the stack and the model converter.
///
/// # Errors
///
/// If the build fails.
pub(crate) fn build(release: bool) -> Result<()> {
    let mut command = run::command(
        &run::cargo(),
        [
            "build",
            "--package",
            "visavis-local",
            "--package",
            "prepare-models",
        ],
    );
    if release {
        command.arg("--release");
    }
    run::run(&mut command)
}

/// The stack's binary as a command without arguments.
pub(crate) fn command(release: bool) -> Command {
    let profile = if release { "release" } else { "debug" };
    let mut path = target_dir().join(profile).join("visavis-local");
    path.set_extension(std::env::consts::EXE_EXTENSION);
    let mut command = Command::new(path);
    command.current_dir(run::root());
    command
}

/// Where cargo puts its output.
#[expect(clippy::disallowed_methods, reason = "cargo's own variable")]
pub(crate) fn target_dir() -> std::path::PathBuf {
    std::env::var("CARGO_TARGET_DIR").map_or_else(|_| run::root().join("target"), Into::into)
}

/// Replaces this process by `command`, so that Ctrl-C and the exit status are its own.
///
/// # Errors
///
/// If it cannot be started, or (where processes cannot be replaced) ends unsuccessfully.
#[cfg(unix)]
pub(crate) fn become_it(mut command: Command) -> Result<()> {
    use std::os::unix::process::CommandExt as _;
    let error = command.exec();
    Err(error).with_context(|| format!("could not start {}", command.get_program().display()))
}

/// Runs `command` and waits for it.
#[cfg(not(unix))]
pub(crate) fn become_it(mut command: Command) -> Result<()> {
    run::run(&mut command)
}

/// A stack that runs beside a test, on free ports of 127.0.0.1, and stops when dropped.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    /// The line of JSON that it printed when it was ready.
    pub(crate) ready: String,
    /// Client and API, e.g. `http://127.0.0.1:40123`.
    pub(crate) http_url: String,
    /// AWS endpoints.
    pub(crate) aws_url: String,
}

impl Running {
    /// Starts the built stack with its data in `data` and waits until it is ready.
    ///
    /// # Errors
    ///
    /// If it ends, or is not ready in time; its last lines were shown then.
    pub(crate) fn start(release: bool, data: &Path, log: &Path) -> Result<Self> {
        let log_file = std::fs::File::create(log).with_context(|| format!("creating {}", log.display()))?;
        let mut child = command(release)
            .args(["--port", "0", "--aws-port", "0", "--print-ready-json", "--data"])
            .arg(data)
            .stdin(Stdio::piped())
            .arg("--exit-with-stdin")
            .stdout(Stdio::piped())
            .stderr(log_file)
            .spawn()
            .context("could not start the local stack; was it built?")?;
        let stdout = child
            .stdout
            .take()
            .context("the stack's output is not captured")?;
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let mut lines = BufReader::new(stdout).lines();
            while let Some(Ok(line)) = lines.next() {
                if line.starts_with('{') && tell.send(line).is_err() {
                    break;
                }
            }
        });
        let Ok(line) = told.recv_timeout(READY_WITHIN) else {
            let _ = child.kill();
            let _ = child.wait();
            let tail = std::fs::read_to_string(log).unwrap_or_default();
            bail!("the local stack did not become ready:\n{tail}");
        };
        let ready: serde_json::Value = serde_json::from_str(&line).context("the stack's ready line")?;
        let url = |name: &str| -> Result<String> {
            Ok(ready[name]
                .as_str()
                .with_context(|| format!("no {name} in the stack's ready line"))?
                .to_owned())
        };
        Ok(Self {
            http_url: url("httpUrl")?,
            aws_url: url("awsUrl")?,
            ready: line,
            child,
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Closing its standard input asks it to stop in good order; the kill is for one that does not.
        drop(self.child.stdin.take());
        for _ in 0..100 {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
