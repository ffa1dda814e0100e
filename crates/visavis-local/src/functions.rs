//! The functions by the name of their binary, each started at its first event as Lambda would start it.

use std::sync::Arc;

use anyhow::{Result, bail};
use aws_config::SdkConfig;
use futures::FutureExt as _;
use lambda_kit::{Env, Function, InitError, Kit};
use tokio::sync::OnceCell;

/// Initialises the function of that binary: the same call its `main` makes on AWS.
async fn init(binary: &str, kit: &Kit) -> Result<Function, InitError> {
    match binary {
        "auth" => auth::init(kit).await,
        "presign-upload" => presign_upload::init(kit).await,
        "analyze" => analyze::init(kit).await,
        "erase-account" => erase_account::init(kit).await,
        "liveness-challenge" => liveness_challenge::init(kit).await,
        "people" => people::init(kit).await,
        "low-confidence-notifier" => low_confidence_notifier::init(kit).await,
        other => unreachable!("{other} is not among BINARIES"),
    }
}

/// Every binary that [`init`] knows.
const BINARIES: &[&str] = &[
    "auth",
    "presign-upload",
    "analyze",
    "erase-account",
    "liveness-challenge",
    "people",
    "low-confidence-notifier",
];

/// How the stack calls the function of `plan`.
///
/// The first event initialises it, as a cold start does; an initialisation that fails is tried again by the next.
///
/// # Errors
///
/// If the template names a binary that this program does not contain.
pub(crate) fn connect(plan: &stack::FunctionPlan, sdk: SdkConfig) -> Result<stack::Invoke> {
    let Some(binary) = BINARIES.iter().find(|name| **name == plan.binary) else {
        bail!(
            "{} runs {}, which is not built into this program",
            plan.logical_id,
            plan.binary
        );
    };
    let kit = Arc::new(Kit::new(Env::from_map(plan.env.clone()), sdk));
    let started: Arc<OnceCell<Function>> = Arc::default();
    Ok(Arc::new(move |event, context: stack::InvocationContext| {
        let (kit, started) = (Arc::clone(&kit), Arc::clone(&started));
        async move {
            let function = started
                .get_or_try_init(|| init(binary, &kit))
                .await
                .map_err(|error| {
                    tracing::error!(function = binary, error = %error, "the function could not start");
                    stack::InvokeFailure::new("InitError", error.to_string())
                })?;
            let invocation = lambda_kit::Invocation::new(context.request_id);
            function
                .invoke(event, invocation)
                .await
                .map_err(|error| stack::InvokeFailure::new("Unhandled", error.to_string()))
        }
        .boxed()
    }))
}

/// The context of a call that no event source made.
pub(crate) fn direct_invocation() -> stack::InvocationContext {
    stack::InvocationContext::new(uuid::Uuid::now_v7().to_string())
}
