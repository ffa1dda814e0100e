//! `cargo xtask bench`: figures that are quoted anywhere come from here.
//!
//! Machines differ and are shared, so what counts is the ratio of two things measured in turn in one run.

use anyhow::Result;

use crate::run::{self, cargo, command, step};
use crate::{client, models, python};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Rounds of each contender; they take turns.
    #[arg(long, default_value_t = 10)]
    rounds: u32,
}

/// A group and a portrait, one thread: this engine, ONNX Runtime on the same nets, the reference library in wasm.
///
/// # Errors
///
/// If something does not build or a contender fails.
pub(crate) fn bench(args: &Args) -> Result<()> {
    step("client dependencies", client::install)?;
    step("build (optimised)", || {
        run::run(&mut command(
            &cargo(),
            [
                "build",
                "--release",
                "--package",
                "face-engine",
                "--example",
                "engine_bench",
            ],
        ))
    })?;
    step("face models", || models::prepare(false))?;
    let programs = step("ONNX Runtime from PyPI", || {
        python::environment("bench", "tools/bench/requirements.txt")
    })?;
    step("reference library from npm", || {
        let mut npm = command("npm", ["ci", "--no-progress", "--loglevel=error"]);
        npm.current_dir(run::root().join("tools/bench"));
        run::run(&mut npm)
    })?;
    let python = programs.join("python").to_string_lossy().into_owned();
    let rounds = args.rounds.to_string();
    for what in [&[][..], &["--portrait"]] {
        let mut bench = command(&python, ["tools/bench/bench.py", "--rounds", &rounds]);
        bench.args(what);
        run::run(&mut bench)?;
    }
    Ok(())
}
