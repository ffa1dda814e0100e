//! The browser client's dependencies, build and generated types.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::run::{self, fingerprint, say};

/// Oldest Node that the client's build tool accepts (vite 8 asks for 20.19 or 22.12).
const NODE_MIN: (u32, u32) = (20, 19);

fn dir() -> PathBuf {
    run::root().join("client")
}

/// An `npm` command in the client's folder.
pub(crate) fn npm(args: &[&str]) -> std::process::Command {
    let mut command = run::command(if cfg!(windows) { "npm.cmd" } else { "npm" }, args);
    command
        .current_dir(dir())
        .env("npm_config_fund", "false")
        .env("npm_config_audit", "false");
    command
}

/// Installs the client's locked dependencies (which bring the face models) unless they are there already.
///
/// # Errors
///
/// If Node is missing or too old, or `npm ci` fails.
pub(crate) fn install() -> Result<()> {
    let stamp = dir().join("node_modules/.visavis-lock");
    let wanted = fingerprint(&[dir().join("package-lock.json")])?;
    if std::fs::read_to_string(&stamp).is_ok_and(|have| have == wanted) {
        return Ok(());
    }
    require_node()?;
    run::run(&mut npm(&["ci", "--no-progress", "--loglevel=error"]))?;
    std::fs::write(&stamp, wanted).with_context(|| format!("writing {}", stamp.display()))
}

/// Builds the client into `client/dist` unless nothing it is made of has changed.
///
/// # Errors
///
/// If the build fails.
pub(crate) fn build() -> Result<()> {
    let stamp = dir().join("node_modules/.visavis-build");
    let sources: Vec<PathBuf> = [
        "src",
        "public",
        "index.html",
        "package-lock.json",
        "package.json",
        "vite.config.ts",
        "tsconfig.json",
    ]
    .iter()
    .map(|name| dir().join(name))
    .collect();
    let wanted = fingerprint(&sources)?;
    let built = dir().join("dist/index.html").is_file();
    if built && std::fs::read_to_string(&stamp).is_ok_and(|have| have == wanted) {
        return Ok(());
    }
    say("   building the client");
    run::run(&mut npm(&["run", "--silent", "build"]))?;
    std::fs::write(&stamp, wanted).with_context(|| format!("writing {}", stamp.display()))
}

/// Writes `openapi.json` from the code, then the client's types from it.
///
/// # Errors
///
/// If either generator fails.
pub(crate) fn write_openapi() -> Result<()> {
    let document = openapi()?;
    let path = run::root().join("openapi.json");
    std::fs::write(&path, document).with_context(|| format!("writing {}", path.display()))?;
    install()?;
    run::run(&mut npm(&["run", "--silent", "generate"]))
}

/// The document that the code describes now.
///
/// # Errors
///
/// If the generator does not build or run.
pub(crate) fn openapi() -> Result<String> {
    run::output(&mut run::command(
        &run::cargo(),
        ["run", "--quiet", "--package", "api", "--bin", "openapi"],
    ))
}

fn require_node() -> Result<()> {
    let asked = format!("Node {}.{} or newer", NODE_MIN.0, NODE_MIN.1);
    let Ok(text) = run::output(&mut run::command("node", ["--version"])) else {
        bail!(
            "{asked} is needed to build the client, and `node` was not found: install it from your package manager or nodejs.org"
        );
    };
    let mut parts = text
        .trim()
        .trim_start_matches('v')
        .split('.')
        .map(|part| part.parse::<u32>().unwrap_or(0));
    let have = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if have < NODE_MIN {
        bail!(
            "{asked} is needed to build the client; this machine has {}",
            text.trim()
        );
    }
    Ok(())
}
