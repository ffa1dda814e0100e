//! The face models: converted from the client's npm dependency into `models/weights`, hashes checked.

use anyhow::Result;

use crate::run;

/// Where the npm package lies once the client's dependencies are installed.
pub(crate) const PACKAGE: &str = "client/node_modules/@vladmandic/face-api";

/// Converts what is missing or outdated; does nothing when all is there.
///
/// # Errors
///
/// If the package is not installed, a hash differs from `models/manifest.toml`, or the converter does not build.
pub(crate) fn prepare(release: bool) -> Result<()> {
    let mut command = run::command(&run::cargo(), ["run", "--quiet", "--package", "prepare-models"]);
    if release {
        command.arg("--release");
    }
    command.args([
        "--",
        "--package",
        PACKAGE,
        "--manifest",
        "models/manifest.toml",
        "--out",
        "models/weights",
    ]);
    run::run(&mut command)
}
