//! What the template must provide.

use lambda_kit::{Grant, Manifest};

/// Environment and rights of this function. It reads nothing of what it erases but the keys.
pub const MANIFEST: Manifest = Manifest {
    logical_id: "EraseAccountFunction",
    env: &[
        "USERS_TABLE",
        "UPLOADS_TABLE",
        "ANALYSES_TABLE",
        "API_KEYS_TABLE",
        "SESSIONS_TABLE",
        "PEOPLE_TABLE",
        "UPLOADS_BUCKET",
        "IMAGES_BUCKET",
        "RESULTS_BUCKET",
        "COLLECTION_PREFIX",
    ],
    grants: &[
        Grant {
            resource: "UsersTable",
            actions: &["dynamodb:GetItem"],
        },
        Grant {
            resource: "UploadsTable",
            actions: &["dynamodb:Query", "dynamodb:BatchWriteItem"],
        },
        Grant {
            resource: "AnalysesTable",
            actions: &["dynamodb:Query", "dynamodb:BatchWriteItem"],
        },
        Grant {
            resource: "ApiKeysTable",
            actions: &["dynamodb:Query", "dynamodb:BatchWriteItem"],
        },
        Grant {
            resource: "PeopleTable",
            actions: &["dynamodb:Query", "dynamodb:BatchWriteItem"],
        },
        Grant {
            resource: "SessionsTable/index/byUser",
            actions: &["dynamodb:Query"],
        },
        Grant {
            resource: "SessionsTable",
            actions: &["dynamodb:BatchWriteItem"],
        },
        Grant {
            resource: "UploadsBucket",
            actions: &["s3:ListBucket"],
        },
        Grant {
            resource: "ImagesBucket",
            actions: &["s3:ListBucket"],
        },
        Grant {
            resource: "ResultsBucket",
            actions: &["s3:ListBucket"],
        },
        Grant {
            resource: "UploadsBucket/u/*",
            actions: &["s3:DeleteObject"],
        },
        Grant {
            resource: "ImagesBucket/u/*",
            actions: &["s3:DeleteObject"],
        },
        Grant {
            resource: "ResultsBucket/*",
            actions: &["s3:DeleteObject"],
        },
        Grant {
            resource: "collection/*",
            actions: &["rekognition:DeleteCollection"],
        },
    ],
};
