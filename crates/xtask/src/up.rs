//! `cargo xtask up`: everything on this machine, with one command.

use std::path::PathBuf;

use anyhow::Result;

use crate::{client, local, models, room, run};

#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct Args {
    /// Port of the client and the API.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Port of the AWS endpoints.
    #[arg(long, default_value_t = 4566)]
    aws_port: u16,
    /// Where everything is kept.
    #[arg(long, default_value = ".visavis")]
    data: PathBuf,
    /// Erases the data first.
    #[arg(long)]
    fresh: bool,
    /// Builds with full optimisation: a slower first build, faster everything else.
    #[arg(long, conflicts_with = "dev")]
    release: bool,
    /// Builds quickly; inference is optimised all the same (default).
    #[arg(long)]
    dev: bool,
    /// Builds everything and stops before starting it.
    #[arg(long)]
    build_only: bool,
}

/// Prepares whatever is missing, starts the stack, and stays until Ctrl-C.
///
/// # Errors
///
/// Whatever a step reports, with the step's name.
pub(crate) fn up(args: &Args) -> Result<()> {
    room::look(room::FOR_UP_MB);
    run::step("1/4 client dependencies", client::install)?;
    run::step("2/4 client", client::build)?;
    run::step("3/4 build (the first one takes minutes)", || {
        local::build(args.release)
    })?;
    run::step("4/4 face models", || models::prepare(args.release))?;
    if args.build_only {
        return Ok(());
    }
    let mut command = local::command(args.release);
    command
        .args([
            "--port",
            &args.port.to_string(),
            "--aws-port",
            &args.aws_port.to_string(),
        ])
        .arg("--data")
        .arg(&args.data);
    if args.fresh {
        command.arg("--fresh");
    }
    local::become_it(command)
}
