//! Prints `docs/rekognition-support.md`.

use std::io::Write;

fn main() -> std::io::Result<()> {
    std::io::stdout().write_all(rekognition_local::support::page().as_bytes())
}
