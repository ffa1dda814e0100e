//! The log of a function on Lambda: one JSON object per line on standard output.

use tracing_subscriber::EnvFilter;

use crate::Env;

/// Starts logging for this process; does nothing if that happened already.
pub(crate) fn init(env: &Env) {
    let level = env
        .get("AWS_LAMBDA_LOG_LEVEL")
        .unwrap_or("info")
        .to_ascii_lowercase();
    // Below a warning, the libraries speak of requests and their headers.
    let filter = EnvFilter::try_new(format!("warn,lambda_kit={level},visavis={level}"))
        .unwrap_or_else(|_| EnvFilter::new("warn,lambda_kit=info,visavis=info"));
    let _ = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_env_filter(filter)
        .try_init();
}
