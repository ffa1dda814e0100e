//! What the template must provide.

use lambda_kit::{Grant, Manifest};

/// Environment and rights of this function.
pub const MANIFEST: Manifest = Manifest {
    logical_id: "PresignUploadFunction",
    env: &[
        "JWKS_PARAMETER",
        "API_KEYS_TABLE",
        "LIMITS_TABLE",
        "AUDIT_TABLE",
        "EDGE_TOKEN",
        "UPLOADS_TABLE",
        "UPLOADS_BUCKET",
    ],
    grants: &[
        Grant {
            resource: "parameter/auth/jwks",
            actions: &["ssm:GetParameter"],
        },
        Grant {
            resource: "ApiKeysTable",
            actions: &["dynamodb:BatchGetItem", "dynamodb:UpdateItem"],
        },
        Grant {
            resource: "LimitsTable",
            actions: &["dynamodb:PutItem"],
        },
        Grant {
            resource: "AuditTable",
            actions: &["dynamodb:PutItem", "dynamodb:Query"],
        },
        Grant {
            resource: "UploadsTable",
            actions: &["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"],
        },
        Grant {
            resource: "UploadsBucket/u/*",
            actions: &["s3:PutObject"],
        },
    ],
};
