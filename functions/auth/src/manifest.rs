//! What the template must provide.

use lambda_kit::{Grant, Manifest};

/// Environment and rights of this function.
pub const MANIFEST: Manifest = Manifest {
    logical_id: "AuthFunction",
    env: &[
        "USERS_TABLE",
        "SESSIONS_TABLE",
        "API_KEYS_TABLE",
        "LIMITS_TABLE",
        "AUDIT_TABLE",
        "EDGE_TOKEN",
        "SIGNING_KEY_PARAMETER",
        "JWKS_PARAMETER",
        "SITE_ORIGIN_PARAMETER",
        "MAIL_FROM",
        "SELF_SIGN_UP",
    ],
    grants: &[
        Grant {
            resource: "UsersTable",
            actions: &[
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:UpdateItem",
                "dynamodb:DeleteItem",
            ],
        },
        Grant {
            resource: "UsersTable/index/directory",
            actions: &["dynamodb:Query"],
        },
        Grant {
            resource: "ApiKeysTable",
            actions: &[
                "dynamodb:Query",
                "dynamodb:PutItem",
                "dynamodb:UpdateItem",
                "dynamodb:DeleteItem",
            ],
        },
        Grant {
            resource: "SessionsTable",
            actions: &[
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:UpdateItem",
                "dynamodb:DeleteItem",
            ],
        },
        Grant {
            resource: "SessionsTable/index/byUser",
            actions: &["dynamodb:Query"],
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
            resource: "parameter/auth/signing-key",
            actions: &["ssm:GetParameter", "ssm:PutParameter"],
        },
        Grant {
            resource: "parameter/auth/jwks",
            actions: &["ssm:GetParameter", "ssm:PutParameter"],
        },
        Grant {
            resource: "parameter/site-origin",
            actions: &["ssm:GetParameter"],
        },
        Grant {
            resource: "identity/*",
            actions: &["ses:SendEmail"],
        },
    ],
};
