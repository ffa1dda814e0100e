//! What a template says of a bucket.

use serde::Deserialize;
use serde_json::Value;

use super::{cors::CorsRule, error::StoreError, lifecycle::Expiration};

/// The rules of one bucket.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    pub(super) cors: Vec<CorsRule>,
    pub(super) expirations: Vec<Expiration>,
}

/// Properties that hold here without doing anything: nobody but the stack's own callers reaches a bucket, ownership cannot be
/// shared, and data at rest is as safe as the disk.
const HOLDS_ANYWAY: &[&str] = &[
    "BucketEncryption",
    "BucketName",
    "OwnershipControls",
    "PublicAccessBlockConfiguration",
    "Tags",
];

/// Properties without effect here that somebody could miss.
const MISSING: &[&str] = &[
    "IntelligentTieringConfigurations",
    "LoggingConfiguration",
    "NotificationConfiguration",
    "ObjectLockConfiguration",
    "ObjectLockEnabled",
    "ReplicationConfiguration",
    "VersioningConfiguration",
    "WebsiteConfiguration",
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CorsConfiguration {
    cors_rules: Vec<CorsRule>,
}

impl Settings {
    pub(super) fn from_template(bucket: &str, properties: &Value) -> Result<Self, StoreError> {
        let wrong = |reason: String| StoreError::Unsupported {
            bucket: bucket.to_owned(),
            reason,
        };
        let mut settings = Self::default();
        for (name, value) in properties.as_object().into_iter().flatten() {
            match name.as_str() {
                "CorsConfiguration" => {
                    let parsed = CorsConfiguration::deserialize(value)
                        .map_err(|error| wrong(format!("CorsConfiguration cannot be read: {error}")))?;
                    settings.cors = parsed.cors_rules;
                }
                "LifecycleConfiguration" => {
                    settings.expirations = Expiration::from_template(value).map_err(&wrong)?;
                }
                known if HOLDS_ANYWAY.contains(&known) => {}
                missing if MISSING.contains(&missing) => {
                    tracing::warn!(
                        bucket,
                        property = missing,
                        "this bucket property has no effect in the local stack"
                    );
                }
                unknown => return Err(wrong(format!("the property {unknown} is not supported here"))),
            }
        }
        Ok(settings)
    }
}
