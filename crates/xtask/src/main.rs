//! The repository's own commands.
//!
//! `cargo xtask up` runs the whole suite on this machine; `cargo xtask test` proves it. Everything else is a
//! part of one of the two that is useful alone. This crate stays light: it has to compile before it can report
//! anything, so what is heavy (model conversion, the stack) is a binary of its own that this one starts.

mod bench;
mod client;
mod films;
mod local;
mod models;
mod python;
mod readme;
mod room;
mod run;
mod test;
mod tidy;
mod up;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "Visavis: run it, test it, measure it")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Builds what changed and runs everything on this machine: client, API and AWS endpoints.
    Up(up::Args),
    /// Formats checked, lints, unit, contract, journey, template, bootstrap, client and browser tests.
    Test(test::Args),
    /// Converts and verifies the face models from the client's npm dependency.
    Models,
    /// Measures: the engine against ONNX Runtime and the reference library, as ratios from one run.
    Bench(bench::Args),
    /// Plays videos of people to the liveness check in a browser; the videos are not part of the repository.
    Films(films::Args),
    /// Checks what holds for the tree as a whole: crate boundaries, licences, names, sizes.
    Tidy,
    /// Writes openapi.json from the code (and the client's types from it).
    Openapi,
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Up(args) => up::up(&args),
        Command::Test(args) => test::test(&args),
        Command::Models => client::install().and_then(|()| models::prepare(false)),
        Command::Bench(args) => bench::bench(&args),
        Command::Films(args) => films::films(&args),
        Command::Tidy => tidy::tidy(),
        Command::Openapi => client::write_openapi(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            run::say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
