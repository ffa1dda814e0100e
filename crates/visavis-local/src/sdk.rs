//! The SDK configuration that Lambda's environment would give a function.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;

/// Endpoint, region and the function's own credentials; everything else is the SDK's default.
pub(crate) async fn config(plan: &stack::FunctionPlan, aws_url: &str) -> SdkConfig {
    let credentials = Credentials::new(
        &plan.access_key,
        &plan.secret_key,
        plan.session_token.clone(),
        None,
        "visavis-local",
    );
    aws_config::defaults(BehaviorVersion::latest())
        .endpoint_url(aws_url)
        .region(Region::new("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .load()
        .await
}
