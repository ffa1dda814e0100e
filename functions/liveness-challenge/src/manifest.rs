//! What the template must provide.

use lambda_kit::{Grant, Manifest};

/// Environment and rights of this function.
pub const MANIFEST: Manifest = Manifest {
    logical_id: "LivenessChallengeFunction",
    env: &[
        "JWKS_PARAMETER",
        "API_KEYS_TABLE",
        "LIMITS_TABLE",
        "AUDIT_TABLE",
        "EDGE_TOKEN",
        "LIVENESS_TABLE",
        "FRAMES_BUCKET",
        "TOKEN_KEY_PARAMETER",
    ],
    grants: &[
        Grant {
            resource: "parameter/auth/jwks",
            actions: &["ssm:GetParameter"],
        },
        Grant {
            resource: "parameter/liveness/token-key",
            actions: &["ssm:GetParameter", "ssm:PutParameter"],
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
            resource: "ApiKeysTable",
            actions: &["dynamodb:BatchGetItem", "dynamodb:UpdateItem"],
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
            resource: "*",
            actions: &["rekognition:CompareFaces", "rekognition:DetectFaces"],
        },
    ],
};
