//! The README's walk-through, run as it stands there.

use anyhow::{Context, Result, ensure};

use crate::local::Running;
use crate::run::{command, output, root};

/// Stands right before the block that is run.
const MARK: &str = "<!-- walk-through: run by `cargo xtask test` -->\n```sh\n";

/// The line of the block that names the API; here it is replaced by the stack of the test.
const API: &str = "API=http://127.0.0.1:8080/api";

/// Runs the block against `stack` and expects the number of faces that one counts by eye in its photo.
///
/// # Errors
///
/// If the block is not there, a command in it fails, or another number comes out.
pub(crate) fn walk_through(stack: &Running) -> Result<()> {
    let readme = std::fs::read_to_string(root().join("README.md")).context("reading README.md")?;
    let (_, rest) = readme.split_once(MARK).context("README.md has no walk-through")?;
    let (block, _) = rest.split_once("```").context("the walk-through does not end")?;
    ensure!(block.contains(API), "the walk-through does not say `{API}`");
    let script = block.replace(API, &format!("API={}/api", stack.http_url));
    let told = output(&mut command("bash", ["-euo", "pipefail", "-c", &script]))?;
    ensure!(
        told.ends_with("faces: 3\n"),
        "the walk-through ended with: {}",
        told.lines().last().unwrap_or_default()
    );
    Ok(())
}
