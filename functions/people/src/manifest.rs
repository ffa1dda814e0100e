//! What the template must provide.

use callers::manifest::{COUNT_REQUESTS, GET_PUBLIC_KEYS, RECORD_AUDIT, VERIFY_API_KEYS, env_with};
use lambda_kit::{Grant, Manifest};

const ENV: [&str; 14] = env_with([
    "PEOPLE_TABLE",
    "UPLOADS_TABLE",
    "LIVENESS_TABLE",
    "UPLOADS_BUCKET",
    "IMAGES_BUCKET",
    "FRAMES_BUCKET",
    "TOKEN_KEY_PARAMETER",
    "COLLECTION_PREFIX",
    "VERIFY_THRESHOLD_PERCENT",
]);

/// Environment and rights of this function.
pub const MANIFEST: Manifest = Manifest {
    logical_id: "PeopleFunction",
    env: &ENV,
    grants: &[
        GET_PUBLIC_KEYS,
        VERIFY_API_KEYS,
        COUNT_REQUESTS,
        RECORD_AUDIT,
        Grant {
            resource: "PeopleTable",
            actions: &[
                "dynamodb:DeleteItem",
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:Query",
                "dynamodb:UpdateItem",
            ],
        },
        Grant {
            resource: "UploadsTable",
            actions: &["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
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
        // Finds the pictures of a person who is erased.
        Grant {
            resource: "ImagesBucket",
            actions: &["s3:ListBucket"],
        },
        Grant {
            resource: "ImagesBucket/u/*/people/*",
            actions: &["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
        },
        Grant {
            resource: "*",
            actions: &["rekognition:CompareFaces", "rekognition:DetectFaces"],
        },
        Grant {
            resource: "collection/*",
            actions: &[
                "rekognition:CreateCollection",
                "rekognition:DeleteFaces",
                "rekognition:IndexFaces",
                "rekognition:ListFaces",
                "rekognition:SearchFacesByImage",
            ],
        },
        Grant {
            resource: "parameter/liveness/token-key",
            actions: &["ssm:GetParameter"],
        },
        Grant {
            resource: "LivenessTable",
            actions: &["dynamodb:GetItem", "dynamodb:UpdateItem"],
        },
        Grant {
            resource: "FramesBucket/l/*",
            actions: &["s3:GetObject"],
        },
    ],
};
