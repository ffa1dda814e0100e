//! What the template must provide.

use callers::manifest::{COUNT_REQUESTS, GET_PUBLIC_KEYS, RECORD_AUDIT, VERIFY_API_KEYS, env_with};
use lambda_kit::{Grant, Manifest};

const ENV: [&str; 7] = env_with(["UPLOADS_TABLE", "UPLOADS_BUCKET"]);

/// Environment and rights of this function.
pub const MANIFEST: Manifest = Manifest {
    logical_id: "PresignUploadFunction",
    env: &ENV,
    grants: &[
        GET_PUBLIC_KEYS,
        VERIFY_API_KEYS,
        COUNT_REQUESTS,
        RECORD_AUDIT,
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
