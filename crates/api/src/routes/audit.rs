//! What happened to accounts.

use super::AUTH_FUNCTION;
use crate::{
    problem::ProblemType as P,
    route::{Access, Answer, Method, Route, schema_of},
    wire,
};

/// Lists what happened.
pub const LIST_AUDIT: Route = Route {
    method: Method::Get,
    path: "/audit",
    id: "listAudit",
    function: AUTH_FUNCTION,
    access: Access::Admin,
    summary: "Lists sign-ins, failures, changes of accounts and uses of API keys, newest first.",
    description: "Each entry holds the hash of the one before in its chain, so that a change of the past shows. \
                  Entries hold identifiers, never names, passwords or tokens.",
    query: Some(schema_of::<wire::ListAuditQuery>),
    body: None,
    idempotent_by_key: false,
    answers: &[Answer {
        status: 200,
        description: "A page.",
        schema: Some(schema_of::<wire::AuditPage>),
        example: Some(
            r#"{"items":[{"chain":3,"number":17,"at":"2026-11-20T11:00:00Z","event":"sign-in","outcome":"done","userId":"01890a5d-ac96-774b-bcce-b302099a8057","apiKeyId":null,"subjectId":null,"network":"192.0.2.0/24","hash":"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"}],"nextCursor":null}"#,
        ),
        headers: &[],
    }],
    own_problems: &[P::InvalidCursor],
};
