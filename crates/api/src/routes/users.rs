//! Accounts, as administrators manage them.

use super::AUTH_FUNCTION;
use crate::{
    problem::ProblemType as P,
    route::{Access, Answer, Body, Method, Route, schema_of},
    wire,
};

const USER: &str = r#"{"id":"01890a5d-ac96-774b-bcce-b302099a8057","username":"ada","email":"ada@example.org","role":"user","createdAt":"2026-11-20T11:00:00Z","passwordChangeRequired":false,"disabled":false}"#;

/// Lists accounts.
pub const LIST_USERS: Route = Route {
    method: Method::Get,
    path: "/users",
    id: "listUsers",
    function: AUTH_FUNCTION,
    access: Access::Admin,
    summary: "Lists accounts by username.",
    description: "An account that was made or changed a moment ago may be missing or old for as long as an index takes \
                  to follow, usually well under a second.",
    query: Some(schema_of::<wire::ListUsersQuery>),
    body: None,
    idempotent_by_key: false,
    answers: &[Answer {
        status: 200,
        description: "A page.",
        schema: Some(schema_of::<wire::UserPage>),
        example: Some(
            r#"{"items":[{"id":"01890a5d-ac96-774b-bcce-b302099a8057","username":"ada","email":"ada@example.org","role":"user","createdAt":"2026-11-20T11:00:00Z","passwordChangeRequired":false,"disabled":false}],"nextCursor":null}"#,
        ),
        headers: &[],
    }],
    own_problems: &[P::InvalidCursor],
};

/// Creates an account for somebody else.
pub const CREATE_USER: Route = Route {
    method: Method::Post,
    path: "/users",
    id: "createUser",
    function: AUTH_FUNCTION,
    access: Access::Admin,
    summary: "Creates an account for somebody else.",
    description: "Without a password the answer has a one-time password, shown this once. Whichever it is, it must be \
                  changed at the first sign-in, because two people know it. A request that is repeated with its \
                  `Idempotency-Key` before that has a new one-time password in its answer, and the old one is void; \
                  after that it has none.",
    query: None,
    body: Some(Body {
        schema: schema_of::<wire::CreateUserRequest>,
        optional: false,
        example: r#"{"username":"ada","email":"ada@example.org","role":"user"}"#,
    }),
    idempotent_by_key: true,
    answers: &[Answer {
        status: 201,
        description: "The account.",
        schema: Some(schema_of::<wire::CreatedUser>),
        example: Some(
            r#"{"user":{"id":"01890a5d-ac96-774b-bcce-b302099a8057","username":"ada","email":"ada@example.org","role":"user","createdAt":"2026-11-20T11:00:00Z","passwordChangeRequired":true,"disabled":false},"oneTimePassword":"abcde-fghij-kmnpq-rstuv"}"#,
        ),
        headers: &[],
    }],
    own_problems: &[
        P::UsernameTaken,
        P::EmailTaken,
        P::PasswordTooWeak,
        P::IdempotencyKeyReused,
    ],
};

/// Changes an account.
pub const CHANGE_USER: Route = Route {
    method: Method::Patch,
    path: "/users/{id}",
    id: "changeUser",
    function: AUTH_FUNCTION,
    access: Access::Admin,
    summary: "Changes the role of an account, or disables or enables it.",
    description: "Both end its sessions: refresh tokens stop working at once, access tokens when they expire, but they \
                  manage no accounts any more. The API keys of a disabled account are refused from then on. The last \
                  administrator who is not disabled stays one.",
    query: None,
    body: Some(Body {
        schema: schema_of::<wire::ChangeUserRequest>,
        optional: false,
        example: r#"{"disabled":true}"#,
    }),
    idempotent_by_key: false,
    answers: &[Answer {
        status: 200,
        description: "The account as it is now.",
        schema: Some(schema_of::<wire::ManagedUser>),
        example: Some(USER),
        headers: &[],
    }],
    own_problems: &[P::UserNotFound, P::LastAdministrator],
};

/// Erases an account.
pub const DELETE_USER: Route = Route {
    method: Method::Delete,
    path: "/users/{id}",
    id: "deleteUser",
    function: AUTH_FUNCTION,
    access: Access::Admin,
    summary: "Erases an account with everything it has.",
    description: "Sessions and API keys end at once; photos and analyses are erased within minutes. It cannot be \
                  undone. The last administrator who is not disabled stays.",
    query: None,
    body: None,
    idempotent_by_key: false,
    answers: &[Answer {
        status: 204,
        description: "Erased.",
        schema: None,
        example: None,
        headers: &[],
    }],
    own_problems: &[P::UserNotFound, P::LastAdministrator],
};
