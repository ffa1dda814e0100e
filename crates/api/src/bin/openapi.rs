//! Prints the OpenAPI document: `cargo run -p api --bin openapi > openapi.json`.

use std::io::Write;

fn main() -> std::io::Result<()> {
    std::io::stdout().write_all(api::openapi::text().as_bytes())
}
