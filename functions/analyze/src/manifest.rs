//! What the template must provide.

use callers::manifest::{COUNT_REQUESTS, GET_PUBLIC_KEYS, RECORD_AUDIT, VERIFY_API_KEYS, env_with};
use lambda_kit::{Grant, Manifest};

const ENV: [&str; 10] = env_with([
    "UPLOADS_TABLE",
    "ANALYSES_TABLE",
    "UPLOADS_BUCKET",
    "IMAGES_BUCKET",
    "RESULTS_BUCKET",
]);

/// Environment and rights of this function.
pub const MANIFEST: Manifest = Manifest {
    logical_id: "AnalyzeFunction",
    env: &ENV,
    grants: &[
        GET_PUBLIC_KEYS,
        VERIFY_API_KEYS,
        COUNT_REQUESTS,
        RECORD_AUDIT,
        Grant {
            resource: "UploadsTable",
            actions: &["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
        },
        Grant {
            resource: "AnalysesTable",
            actions: &["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"],
        },
        // Without it S3 answers 403 instead of 404 for a photo that has not arrived (S3 API, HeadObject).
        Grant {
            resource: "UploadsBucket",
            actions: &["s3:ListBucket"],
        },
        Grant {
            resource: "UploadsBucket/u/*",
            actions: &["s3:DeleteObject", "s3:GetObject"],
        },
        Grant {
            resource: "ImagesBucket/u/*",
            actions: &["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
        },
        Grant {
            resource: "ResultsBucket/*",
            actions: &["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
        },
        Grant {
            resource: "*",
            actions: &["rekognition:DetectFaces"],
        },
    ],
};
