//! What the template must provide.

use callers::manifest::{COUNT_REQUESTS, RECORD_AUDIT, env_with};
use lambda_kit::{Grant, Manifest};

const ENV: [&str; 11] = env_with([
    "USERS_TABLE",
    "SESSIONS_TABLE",
    "SIGNING_KEY_PARAMETER",
    "SITE_ORIGIN_PARAMETER",
    "MAIL_FROM",
    "SELF_SIGN_UP",
]);

/// Environment and rights of this function.
pub const MANIFEST: Manifest = Manifest {
    logical_id: "AuthFunction",
    env: &ENV,
    grants: &[
        COUNT_REQUESTS,
        RECORD_AUDIT,
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
