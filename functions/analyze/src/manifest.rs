//! What the template must provide.

use lambda_kit::{Grant, Manifest};

/// Environment and rights of this function.
pub const MANIFEST: Manifest = Manifest {
    logical_id: "AnalyzeFunction",
    env: &[
        "JWKS_PARAMETER",
        "API_KEYS_TABLE",
        "LIMITS_TABLE",
        "AUDIT_TABLE",
        "EDGE_TOKEN",
        "UPLOADS_TABLE",
        "ANALYSES_TABLE",
        "UPLOADS_BUCKET",
        "IMAGES_BUCKET",
        "RESULTS_BUCKET",
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
