//! The capability on AWS, and how the function is put together.

use std::sync::Arc;

use aws::alerts::{Alert, AlertsTopic};
use domain::Fault;
use lambda_kit::{Function, InitError, Kit};

use crate::capabilities::SendAlert;
use crate::config::Config;
use crate::handler::handle;

/// Puts the function together.
///
/// # Errors
///
/// [`InitError`] if a variable of the environment is missing.
pub async fn init(kit: &Kit) -> Result<Function, InitError> {
    let config = Config::from_env(&kit.env)?;
    let topic = AlertsTopic::new(&kit.aws, config.alerts_topic_arn);
    Ok(function(Arc::new(topic), config.site_origin))
}

/// Returns the function over something that can send alerts.
pub(crate) fn function<D: SendAlert + Send + Sync + 'static>(
    deps: Arc<D>,
    site_origin: Option<String>,
) -> Function {
    Function::records(move |record| {
        let (deps, site_origin) = (deps.clone(), site_origin.clone());
        async move { handle(&*deps, site_origin.as_deref(), &record).await }
    })
}

impl SendAlert for AlertsTopic {
    async fn send_alert(&self, alert: &Alert) -> Result<(), Fault> {
        self.publish(alert).await
    }
}
