//! What the template must provide.

use lambda_kit::{Grant, Manifest};

/// Environment and rights of this function.
pub const MANIFEST: Manifest = Manifest {
    logical_id: "LowConfidenceNotifierFunction",
    env: &["ALERTS_TOPIC_ARN", "SITE_ORIGIN"],
    grants: &[Grant {
        resource: "AlertsTopic",
        actions: &["sns:Publish"],
    }],
};
