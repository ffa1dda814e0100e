//! API keys.

use super::AUTH_FUNCTION;
use crate::{
    problem::ProblemType as P,
    route::{Access, Answer, Body, Method, Route, schema_of},
    wire,
};

/// Lists one's own API keys.
pub const LIST_API_KEYS: Route = Route {
    method: Method::Get,
    path: "/api-keys",
    id: "listApiKeys",
    function: AUTH_FUNCTION,
    access: Access::User,
    summary: "Lists your API keys, newest first, without the keys themselves.",
    description: "",
    query: None,
    body: None,
    idempotent_by_key: false,
    answers: &[Answer {
        status: 200,
        description: "All of them: an account has twenty at most.",
        schema: Some(schema_of::<wire::ApiKeyPage>),
        example: Some(
            r#"{"items":[{"id":"01890a5d-ac96-774b-bcce-b302099a8057","name":"Camera at the gate","scopes":["analyze"],"doorId":null,"createdAt":"2026-11-20T11:00:00Z","expiresAt":null,"lastUsedAt":null}],"nextCursor":null}"#,
        ),
        headers: &[],
    }],
    own_problems: &[],
};

/// Creates an API key.
pub const CREATE_API_KEY: Route = Route {
    method: Method::Post,
    path: "/api-keys",
    id: "createApiKey",
    function: AUTH_FUNCTION,
    access: Access::User,
    summary: "Creates an API key, and shows it this once.",
    description: "Send it as `X-API-Key`. It acts for your account, in its scopes only, and never as an \
                  administrator. With a `doorId` it belongs to a device at that door, can do nothing else, and only \
                  an administrator makes it. A request that is repeated with its `Idempotency-Key` has a new key in \
                  its answer, and the old one is void.",
    query: None,
    body: Some(Body {
        schema: schema_of::<wire::CreateApiKeyRequest>,
        optional: false,
        example: r#"{"name":"Camera at the gate","scopes":["analyze"]}"#,
    }),
    idempotent_by_key: true,
    answers: &[Answer {
        status: 201,
        description: "The key.",
        schema: Some(schema_of::<wire::CreatedApiKey>),
        example: Some(
            r#"{"id":"01890a5d-ac96-774b-bcce-b302099a8057","key":"visavis_c2VjcmV0","name":"Camera at the gate","scopes":["analyze"],"doorId":null,"createdAt":"2026-11-20T11:00:00Z","expiresAt":null}"#,
        ),
        headers: &[],
    }],
    own_problems: &[P::Forbidden, P::TooManyApiKeys, P::IdempotencyKeyReused],
};

/// Revokes an API key.
pub const DELETE_API_KEY: Route = Route {
    method: Method::Delete,
    path: "/api-keys/{id}",
    id: "deleteApiKey",
    function: AUTH_FUNCTION,
    access: Access::User,
    summary: "Revokes one of your API keys; it stops working at once.",
    description: "",
    query: None,
    body: None,
    idempotent_by_key: false,
    answers: &[Answer {
        status: 204,
        description: "Revoked.",
        schema: None,
        example: None,
        headers: &[],
    }],
    own_problems: &[P::ApiKeyNotFound],
};
