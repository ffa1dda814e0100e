//! Python tools in virtual environments of the repository's own, under `target/`.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::{local, run};

/// The environment `name` with exactly the packages of `requirements`; made or refreshed when they changed.
///
/// Returns its folder of programs.
///
/// # Errors
///
/// If Python 3.11 or its `venv` module is missing, or a package cannot be installed.
pub(crate) fn environment(name: &str, requirements: &str) -> Result<PathBuf> {
    let dir = local::target_dir().join("python").join(name);
    let programs = dir.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let file = run::root().join(requirements);
    let wanted = run::fingerprint(std::slice::from_ref(&file))?;
    let stamp = dir.join(".requirements");
    if std::fs::read_to_string(&stamp).is_ok_and(|have| have == wanted) {
        return Ok(programs);
    }
    if !run::has("python3") {
        bail!("Python 3.11 or newer is needed for the contract tests, and `python3` was not found");
    }
    let dir_text = dir.to_string_lossy().into_owned();
    let Ok(()) = run::run(&mut run::command("python3", ["-m", "venv", "--clear", &dir_text])) else {
        bail!("`python3 -m venv` failed; on Debian and Ubuntu: apt-get install python3-venv");
    };
    let python = programs.join("python").to_string_lossy().into_owned();
    run::run(&mut run::command(
        &python,
        [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--requirement",
            requirements,
        ],
    ))?;
    std::fs::write(stamp, wanted)?;
    Ok(programs)
}
