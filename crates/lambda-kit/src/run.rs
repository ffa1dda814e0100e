//! The loop of a function on Lambda.

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::Value;

use crate::{Env, Function, InitError, Invocation, InvokeError, Kit, Manifest, log, panics};

/// What ends a function's process.
pub type Error = lambda_runtime::Error;

/// Runs a function on Lambda until the instance is shut down; everything slow happens in `init`, once.
///
/// # Errors
///
/// What `init` reports, and what Lambda's runtime reports when it cannot go on.
pub async fn run(
    manifest: &Manifest,
    init: impl AsyncFnOnce(&Kit) -> Result<Function, InitError>,
) -> Result<(), Error> {
    let env = Env::from_process();
    log::init(&env);
    panics::hide_messages();
    warm_randomness();
    let kit = Kit::new(env, aws_config::load_from_env().await);
    let function = init(&kit).await.inspect_err(|error| {
        tracing::error!(function.name = manifest.logical_id, error = %error, "function cannot start");
    })?;
    let function = &function.with_metrics(manifest.logical_id.to_owned(), kit.clock.clone());
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Value>| {
        let LambdaEvent { payload, context } = event;
        function
            .invoke(payload, Invocation::from(context))
            .await
            .map_err(Diagnostic::from)
    }))
    .await
}

/// Draws the first random number, which collects entropy and takes tens of milliseconds, before the first request.
fn warm_randomness() {
    // A failure shows where randomness is needed; here it is not.
    let _ = aws_lc_rs::rand::fill(&mut [0; 1]);
}

impl From<lambda_runtime::Context> for Invocation {
    fn from(context: lambda_runtime::Context) -> Self {
        let deadline_ms = i64::try_from(context.deadline).ok();
        Self {
            request_id: context.request_id,
            deadline: deadline_ms.and_then(|it| jiff::Timestamp::from_millisecond(it).ok()),
            function_arn: Some(context.invoked_function_arn),
        }
    }
}

impl From<InvokeError> for Diagnostic {
    fn from(error: InvokeError) -> Self {
        Self {
            error_type: error.error_type.to_owned(),
            error_message: error.message,
        }
    }
}
