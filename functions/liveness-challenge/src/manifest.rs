//! What the template must provide.

use callers::manifest::{COUNT_REQUESTS, GET_PUBLIC_KEYS, RECORD_AUDIT, VERIFY_API_KEYS, env_with};
use lambda_kit::{Grant, Manifest};

const ENV: [&str; 11] = env_with([
    "LIVENESS_TABLE",
    "FRAMES_BUCKET",
    "TOKEN_KEY_PARAMETER",
    "PEOPLE_TABLE",
    "IMAGES_BUCKET",
    "VERIFY_THRESHOLD_PERCENT",
]);

/// Environment and rights of this function.
pub const MANIFEST: Manifest = Manifest {
    logical_id: "LivenessChallengeFunction",
    env: &ENV,
    grants: &[
        GET_PUBLIC_KEYS,
        VERIFY_API_KEYS,
        COUNT_REQUESTS,
        RECORD_AUDIT,
        Grant {
            resource: "parameter/liveness/token-key",
            actions: &["ssm:GetParameter", "ssm:PutParameter"],
        },
        Grant {
            resource: "LivenessTable",
            actions: &["dynamodb:GetItem", "dynamodb:PutItem"],
        },
        Grant {
            resource: "FramesBucket/l/*",
            actions: &["s3:GetObject", "s3:PutObject"],
        },
        Grant {
            resource: "PeopleTable",
            actions: &["dynamodb:GetItem", "dynamodb:Query"],
        },
        Grant {
            resource: "ImagesBucket/u/*/people/*",
            actions: &["s3:GetObject"],
        },
        Grant {
            resource: "*",
            actions: &["rekognition:CompareFaces", "rekognition:DetectFaces"],
        },
    ],
};
