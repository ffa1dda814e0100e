//! How the function is put together.

use std::sync::Arc;

use aws::parameters::Parameters;
use callers::Callers;
use lambda_kit::{Function, InitError, Kit, Router};

use crate::config::Config;

/// Puts the function together.
///
/// # Errors
///
/// [`InitError`] if a variable of the environment is missing or malformed.
pub async fn init(kit: &Kit) -> Result<Function, InitError> {
    let config = Config::from_env(&kit.env)?;
    let callers = Callers::new(kit, Parameters::new(&kit.aws), &config.callers);
    let router = Router::new(callers.tokens, Arc::new(config))
        .api_keys(callers.api_keys)
        .limits(callers.limits);
    Ok(Function::http(router.trail(callers.trail)))
}
