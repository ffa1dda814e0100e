//! `cargo xtask test`: everything that must hold, in one command.
//!
//! Nothing here calls AWS, and everything that is started listens on 127.0.0.1 and ends with its step. A step that
//! fails does not hide the ones behind it, unless they cannot mean anything without it.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::local::Running;
use crate::run::{self, cargo, command, say, step};
use crate::{client, local, models, python, readme, room, tidy};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Formats, lints, unit tests and tree checks only: no stack, no Python, no browser.
    #[arg(long)]
    quick: bool,
}

/// Runs all steps and reports those that failed.
///
/// # Errors
///
/// If any step failed; the message names them.
pub(crate) fn test(args: &Args) -> Result<()> {
    let started = Instant::now();
    let mut steps = Steps::default();
    room::look(room::FOR_TESTS_MB);
    steps.run("format", || {
        run::run(&mut command(&cargo(), ["fmt", "--all", "--check"]))
    });
    step("client dependencies", client::install)?;
    steps.run("lint", lint);
    step("build", build)?;
    step("face models", || models::prepare(false))?;
    steps.run("unit, journey, template and bootstrap tests", rust_tests);
    steps.run("documentation examples", || {
        run::run(&mut command(
            &cargo(),
            ["test", "--quiet", "--workspace", "--doc"],
        ))
    });
    steps.run("tree", tidy::tidy);
    steps.run("client: types, lint, unit tests", client_tests);
    steps.run("client: build", client::build);
    if !args.quick {
        steps.run("template: cfn-lint, as written and as transformed", template_lint);
        steps.run("contract: boto3 against the endpoints", || {
            with_stack("contract", contract)
        });
        steps.run("contract: Schemathesis against the API", || {
            with_stack("fuzz", fuzz)
        });
        steps.run("README: the walk-through", || {
            with_stack("readme", readme::walk_through)
        });
        steps.run("browser: Chromium against the stack", || {
            with_stack("browser", browser)
        });
    }
    steps.report(started)
}

#[derive(Default)]
struct Steps {
    passed: Vec<String>,
    failed: Vec<String>,
}

impl Steps {
    fn run(&mut self, name: &str, work: impl FnOnce() -> Result<()>) {
        match step(name, work) {
            Ok(()) => self.passed.push(name.to_owned()),
            Err(error) => {
                say(&format!("   {error:#}"));
                self.failed.push(name.to_owned());
            }
        }
    }

    fn report(&self, started: Instant) -> Result<()> {
        say("");
        say(&format!(
            "steps: {} passed, {} failed, in {:.0} s",
            self.passed.len(),
            self.failed.len(),
            started.elapsed().as_secs_f32()
        ));
        if self.failed.is_empty() {
            Ok(())
        } else {
            bail!("failed: {}", self.failed.join("; "))
        }
    }
}

fn lint() -> Result<()> {
    run::run(&mut command(
        &cargo(),
        [
            "clippy",
            "--quiet",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ],
    ))
}

fn build() -> Result<()> {
    // One call for binaries and tests: features are unified once, and nothing is built twice.
    run::run(&mut command(
        &cargo(),
        ["build", "--quiet", "--workspace", "--all-targets"],
    ))
}

fn rust_tests() -> Result<()> {
    if run::has("cargo-nextest") {
        run::run(&mut command(
            &cargo(),
            ["nextest", "run", "--workspace", "--no-fail-fast"],
        ))
    } else {
        run::run(&mut command(
            &cargo(),
            [
                "test",
                "--workspace",
                "--lib",
                "--bins",
                "--tests",
                "--no-fail-fast",
            ],
        ))
    }
}

fn client_tests() -> Result<()> {
    for script in ["typecheck", "lint", "test"] {
        run::run(&mut client::npm(&["run", "--silent", script]))?;
    }
    Ok(())
}

fn template_lint() -> Result<()> {
    let programs = python::environment("contract", "tests/contract/requirements.txt")?;
    let python = programs.join("python").to_string_lossy().into_owned();
    run::run(&mut command(
        &python,
        ["tests/contract/lint_template.py", "template.yaml"],
    ))
}

/// Starts a stack with empty data, runs `work` against it, and stops it.
pub(crate) fn with_stack(name: &str, work: impl FnOnce(&Running) -> Result<()>) -> Result<()> {
    let dir = local::target_dir().join("xtask").join(name);
    match std::fs::remove_dir_all(&dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("clearing {}", dir.display()));
        }
        _ => {}
    }
    std::fs::create_dir_all(&dir)?;
    let log = dir.join("stack.log");
    let running = Running::start(false, &dir.join("data"), &log)?;
    let outcome = work(&running);
    drop(running);
    if outcome.is_err() {
        say(&format!("   the stack's log: {}", log.display()));
        show_tail(&log);
    }
    outcome
}

fn show_tail(log: &Path) {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    for line in lines.iter().skip(lines.len().saturating_sub(20)) {
        say(&format!("   | {line}"));
    }
}

fn samples() -> std::path::PathBuf {
    run::root().join(models::PACKAGE).join("demo")
}

fn contract(stack: &Running) -> Result<()> {
    let programs = python::environment("contract", "tests/contract/requirements.txt")?;
    let python = programs.join("python").to_string_lossy().into_owned();
    let mut pytest = command(
        &python,
        ["-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/contract"],
    );
    point_at(&mut pytest, stack);
    run::run(&mut pytest)
}

/// On a stack of its own: it signs in until there is a pause, and erases what it finds.
fn fuzz(stack: &Running) -> Result<()> {
    let programs = python::environment("contract", "tests/contract/requirements.txt")?;
    let python = programs.join("python").to_string_lossy().into_owned();
    let mut fuzz = command(&python, ["tests/contract/fuzz/run.py"]);
    point_at(&mut fuzz, stack);
    run::run(&mut fuzz)
}

fn browser(stack: &Running) -> Result<()> {
    let chromium = chromium()?;
    let mut e2e = client::npm(&["run", "--silent", "e2e"]);
    e2e.env("BASE_URL", &stack.http_url)
        .env("VISAVIS_READY", &stack.ready)
        .env("SAMPLES", samples())
        .env("CHROMIUM", chromium);
    run::run(&mut e2e)?;
    tell_unused_grants(stack)
}

/// Names the rights in the template that nothing in the browser's stories used: candidates for removal.
fn tell_unused_grants(stack: &Running) -> Result<()> {
    let url = format!("{}/_stack/grants", stack.http_url);
    let grants: serde_json::Value =
        serde_json::from_str(&run::output(&mut command("curl", ["-sS", "--fail", &url]))?)?;
    for (function, grants) in grants["functions"].as_object().into_iter().flatten() {
        for grant in grants["unused"].as_array().into_iter().flatten() {
            say(&format!(
                "   not used by these stories: {function} {} {}",
                grant["sid"], grant["action"]
            ));
        }
    }
    Ok(())
}

fn point_at(command: &mut Command, stack: &Running) {
    command
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("VISAVIS_HTTP_URL", &stack.http_url)
        .env("VISAVIS_AWS_URL", &stack.aws_url)
        .env("VISAVIS_READY", &stack.ready)
        .env("SAMPLES", samples());
}

/// The Chromium to drive: whatever is installed, or Debian's package where this user may install it.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that asks for a browser of the user's own"
)]
pub(crate) fn chromium() -> Result<String> {
    if let Ok(own) = std::env::var("CHROMIUM") {
        return Ok(own);
    }
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let find = || {
        names
            .iter()
            .find(|name| run::has(name))
            .map(|name| (*name).to_owned())
    };
    if let Some(name) = find() {
        return which(&name);
    }
    say("   no Chromium found; trying `apt-get install chromium`");
    let installed = run::run(&mut command("apt-get", ["update", "-qq"]))
        .and_then(|()| run::run(&mut command("apt-get", ["install", "-y", "-qq", "chromium"])));
    match (installed, find()) {
        (Ok(()), Some(name)) => which(&name),
        _ => bail!(
            "the browser tests need Chromium: install it (Debian, Ubuntu: apt-get install chromium) or name one in CHROMIUM"
        ),
    }
}

fn which(program: &str) -> Result<String> {
    let path = run::output(&mut command("sh", ["-c", &format!("command -v {program}")]))?;
    Ok(path.trim().to_owned())
}
