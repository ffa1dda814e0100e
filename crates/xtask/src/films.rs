//! `cargo xtask films`: the liveness check in a browser, with people from real videos in front of its camera.
//!
//! The videos are evaluation data that may not be handed on, so they are not part of the repository, and this is not part
//! of `cargo xtask test`. There, a photo that is turned by computation passes instead.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::run::{self, command, step};
use crate::test::{chromium, with_stack};
use crate::{client, local, models, python};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder of the videos.
    #[arg(long, default_value = "../shared/data/evaluation/videos")]
    videos: PathBuf,
}

/// Cuts clips out of the videos and plays them to the page, against a stack with empty data.
///
/// # Errors
///
/// If the videos are not there, something does not build, or a story ends otherwise than it should.
pub(crate) fn films(args: &Args) -> Result<()> {
    if !run::root().join(&args.videos).is_dir() {
        bail!(
            "no videos at {}: they are not part of this repository; name their folder with --videos",
            args.videos.display()
        );
    }
    step("client dependencies", client::install)?;
    step("client", client::build)?;
    step("build", || local::build(false))?;
    step("face models", || models::prepare(false))?;
    let programs = step("ffmpeg from PyPI", || {
        python::environment("films", "tools/films/requirements.txt")
    })?;
    let python = programs.join("python").to_string_lossy().into_owned();
    let clips = local::target_dir().join("xtask").join("clips");
    with_stack("films", |stack| {
        step("clips", || {
            let mut cut = command(&python, ["tools/films/clips.py", "--videos"]);
            cut.arg(&args.videos).arg("--into").arg(&clips);
            cut.env("VISAVIS_AWS_URL", &stack.aws_url);
            run::run(&mut cut)
        })?;
        let mut stories = client::npm(&["run", "--silent", "films"]);
        stories
            .env("BASE_URL", &stack.http_url)
            .env("VISAVIS_READY", &stack.ready)
            .env("CHROMIUM", chromium()?)
            .env("CLIPS", &clips);
        step("films: Chromium against the stack", || run::run(&mut stories))
    })
}
