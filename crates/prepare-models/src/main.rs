//! `prepare-models`: see the library of the same name.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use prepare_models::{Outcome, prepare};

/// Converts the client's face networks into ONNX files for the face engine.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The unpacked npm package @vladmandic/face-api.
    #[arg(long, default_value = "client/node_modules/@vladmandic/face-api")]
    package: PathBuf,
    /// What to convert, and the hashes it must have.
    #[arg(long, default_value = "models/manifest.toml")]
    manifest: PathBuf,
    /// Folder to write to.
    #[arg(long, default_value = "models/weights")]
    out: PathBuf,
}

#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command tells what it did"
)]
fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match prepare(&arguments.package, &arguments.manifest, &arguments.out) {
        Ok(models) => {
            for it in models {
                let outcome = match it.outcome {
                    Outcome::Written => "written",
                    Outcome::Unchanged => "unchanged",
                };
                println!("{:<22} {:>9} kB  {outcome}", it.model, it.bytes / 1000);
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("prepare-models: {error}");
            let mut cause = error.source();
            while let Some(it) = cause {
                eprintln!("  because: {it}");
                cause = it.source();
            }
            ExitCode::FAILURE
        }
    }
}
