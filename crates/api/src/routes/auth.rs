//! Signing up, in and out, passwords, sessions and the public keys.

use super::AUTH_FUNCTION;
use crate::{
    problem::ProblemType as P,
    route::{Access, Answer, Body, Method, Route, schema_of},
    wire,
};

/// Creates an account.
pub const SIGN_UP: Route = Route {
    method: Method::Post,
    path: "/auth/sign-up",
    id: "signUp",
    function: AUTH_FUNCTION,
    access: Access::Public,
    summary: "Creates an account.",
    description: "It does not sign in. Usernames and e-mail addresses are unique, whatever their case.",
    query: None,
    body: Some(Body {
        schema: schema_of::<wire::SignUpRequest>,
        optional: false,
        example: r#"{"username":"ada","email":"ada@example.org","password":"analytical engine 1843"}"#,
    }),
    idempotent_by_key: true,
    answers: &[Answer {
        status: 201,
        description: "The account.",
        schema: Some(schema_of::<wire::UserAnswer>),
        example: Some(
            r#"{"user":{"id":"01890a5d-ac96-774b-bcce-b302099a8057","username":"ada","email":"ada@example.org","role":"user","createdAt":"2026-11-20T11:00:00Z","passwordChangeRequired":false}}"#,
        ),
        headers: &[],
    }],
    own_problems: &[
        P::SignUpClosed,
        P::UsernameTaken,
        P::EmailTaken,
        P::PasswordTooWeak,
        P::IdempotencyKeyReused,
    ],
};

/// Opens a session.
pub const SIGN_IN: Route = Route {
    method: Method::Post,
    path: "/auth/sign-in",
    id: "signIn",
    function: AUTH_FUNCTION,
    access: Access::Public,
    summary: "Opens a session.",
    description: "An unknown username and a wrong password have the same answer and take the same time. After five \
                  failures within fifteen minutes for one username, or twenty from one address, there is a pause of \
                  fifteen minutes; each failure after it makes the next pause twice as long, up to an hour.",
    query: None,
    body: Some(Body {
        schema: schema_of::<wire::SignInRequest>,
        optional: false,
        example: r#"{"username":"ada","password":"analytical engine 1843","delivery":"cookie"}"#,
    }),
    idempotent_by_key: false,
    answers: &[SESSION],
    own_problems: &[P::InvalidCredentials, P::AccountDisabled, P::RateLimited],
};

const SESSION: Answer = Answer {
    status: 200,
    description: "An access token, and a refresh token in the cookie or the body.",
    schema: Some(schema_of::<wire::SessionAnswer>),
    example: Some(
        r#"{"accessToken":"eyJhbGciOiJFZERTQSJ9.e30.c2ln","expiresInSeconds":900,"user":{"id":"01890a5d-ac96-774b-bcce-b302099a8057","username":"ada","email":"ada@example.org","role":"user","createdAt":"2026-11-20T11:00:00Z","passwordChangeRequired":false},"passwordChangeRequired":false}"#,
    ),
    headers: &[("Set-Cookie", "The refresh token, with delivery `cookie`.")],
};

/// Continues a session.
pub const REFRESH: Route = Route {
    method: Method::Post,
    path: "/auth/refresh",
    id: "refresh",
    function: AUTH_FUNCTION,
    access: Access::Public,
    summary: "Continues a session with a new access token.",
    description: "Takes the refresh token from the cookie, or from the body, and answers with the next one in the \
                  same place. Each refresh token works once: using one again ends the session, because one of its \
                  two users must be a thief. A client must not refresh twice at the same time.",
    query: None,
    body: Some(Body {
        schema: schema_of::<wire::RefreshRequest>,
        optional: true,
        example: r#"{"refreshToken":"01890a5d-ac96-774b-bcce-b302099a8057.c2VjcmV0"}"#,
    }),
    idempotent_by_key: false,
    answers: &[SESSION],
    own_problems: &[P::SessionEnded, P::Forbidden],
};

/// Ends a session.
pub const SIGN_OUT: Route = Route {
    method: Method::Post,
    path: "/auth/sign-out",
    id: "signOut",
    function: AUTH_FUNCTION,
    access: Access::RestrictedUser,
    summary: "Ends this session, or all of the account.",
    description: "Refresh tokens stop working at once, access tokens when they expire.",
    query: Some(schema_of::<wire::SignOutQuery>),
    body: None,
    idempotent_by_key: false,
    answers: &[Answer {
        status: 204,
        description: "Ended.",
        schema: None,
        example: None,
        headers: &[("Set-Cookie", "Removes the cookie.")],
    }],
    own_problems: &[],
};

/// Returns who is signed in.
pub const ME: Route = Route {
    method: Method::Get,
    path: "/auth/me",
    id: "getMe",
    function: AUTH_FUNCTION,
    access: Access::RestrictedUser,
    summary: "Returns who is signed in.",
    description: "",
    query: None,
    body: None,
    idempotent_by_key: false,
    answers: &[Answer {
        status: 200,
        description: "The account.",
        schema: Some(schema_of::<wire::UserAnswer>),
        example: Some(
            r#"{"user":{"id":"01890a5d-ac96-774b-bcce-b302099a8057","username":"ada","email":"ada@example.org","role":"user","createdAt":"2026-11-20T11:00:00Z","passwordChangeRequired":false}}"#,
        ),
        headers: &[],
    }],
    own_problems: &[],
};

/// Changes the password.
pub const CHANGE_PASSWORD: Route = Route {
    method: Method::Put,
    path: "/auth/password",
    id: "changePassword",
    function: AUTH_FUNCTION,
    access: Access::RestrictedUser,
    summary: "Changes the password.",
    description: "Ends the other sessions of the account. A token that was restricted to this stays so: refresh for \
                  one that is not.",
    query: None,
    body: Some(Body {
        schema: schema_of::<wire::ChangePasswordRequest>,
        optional: false,
        example: r#"{"currentPassword":"analytical engine 1843","newPassword":"note g computes bernoulli"}"#,
    }),
    idempotent_by_key: false,
    answers: &[Answer {
        status: 204,
        description: "Changed.",
        schema: None,
        example: None,
        headers: &[],
    }],
    own_problems: &[P::InvalidCredentials, P::PasswordTooWeak],
};

/// Mails a link for a new password.
pub const FORGOT_PASSWORD: Route = Route {
    method: Method::Post,
    path: "/auth/password/forgot",
    id: "forgotPassword",
    function: AUTH_FUNCTION,
    access: Access::Public,
    summary: "Mails a link for a new password.",
    description: "The answer is the same, and takes as long, whether an account has the address or not. The link \
                  leads to the client's page `/reset-password`, has the token behind `#token=`, works once and for \
                  fifteen minutes.",
    query: None,
    body: Some(Body {
        schema: schema_of::<wire::ForgotPasswordRequest>,
        optional: false,
        example: r#"{"email":"ada@example.org"}"#,
    }),
    idempotent_by_key: false,
    answers: &[Answer {
        status: 202,
        description: "If an account has the address, a mail is on its way.",
        schema: None,
        example: None,
        headers: &[],
    }],
    own_problems: &[P::RateLimited],
};

/// Sets a new password by a link.
pub const RESET_PASSWORD: Route = Route {
    method: Method::Post,
    path: "/auth/password/reset",
    id: "resetPassword",
    function: AUTH_FUNCTION,
    access: Access::Public,
    summary: "Sets a new password by the token of a mailed link.",
    description: "Ends all sessions of the account and opens none. A password that is refused leaves the link as it \
                  is.",
    query: None,
    body: Some(Body {
        schema: schema_of::<wire::ResetPasswordRequest>,
        optional: false,
        example: r#"{"token":"c2VjcmV0","newPassword":"note g computes bernoulli"}"#,
    }),
    idempotent_by_key: false,
    answers: &[Answer {
        status: 204,
        description: "Set.",
        schema: None,
        example: None,
        headers: &[],
    }],
    own_problems: &[P::ResetLinkInvalid, P::PasswordTooWeak],
};

/// Returns the public keys.
pub const JWKS: Route = Route {
    method: Method::Get,
    path: "/auth/jwks.json",
    id: "getJwks",
    function: AUTH_FUNCTION,
    access: Access::Public,
    summary: "Returns the public keys that verify access tokens.",
    description: "Two: the one in use and the next.",
    query: None,
    body: None,
    idempotent_by_key: false,
    answers: &[Answer {
        status: 200,
        description: "A JSON Web Key Set.",
        schema: Some(schema_of::<wire::JwkSet>),
        example: Some(
            r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k","alg":"EdDSA","use":"sig"}]}"#,
        ),
        headers: &[("Cache-Control", "How long they may be kept.")],
    }],
    own_problems: &[],
};

/// Lists one's own sessions.
pub const LIST_SESSIONS: Route = Route {
    method: Method::Get,
    path: "/auth/sessions",
    id: "listSessions",
    function: AUTH_FUNCTION,
    access: Access::User,
    summary: "Lists your sessions.",
    description: "A session is everything that descends from one sign-in. The one that asks comes first, then the \
                  others, the one that was used last first.",
    query: None,
    body: None,
    idempotent_by_key: false,
    answers: &[Answer {
        status: 200,
        description: "The sessions that are not over, at most a hundred.",
        schema: Some(schema_of::<wire::SessionPage>),
        example: Some(
            r#"{"items":[{"id":"01890a5d-ac96-474b-bcce-b302099a8057","createdAt":"2026-11-20T11:00:00Z","lastUsedAt":"2026-11-20T11:15:00Z","endsAt":"2027-02-18T11:00:00Z","client":"Firefox on Linux","current":true}],"nextCursor":null}"#,
        ),
        headers: &[],
    }],
    own_problems: &[],
};

/// Ends one of one's own sessions.
pub const DELETE_SESSION: Route = Route {
    method: Method::Delete,
    path: "/auth/sessions/{id}",
    id: "deleteSession",
    function: AUTH_FUNCTION,
    access: Access::User,
    summary: "Ends one of your sessions.",
    description: "Its refresh token stops working at once, its access token when it expires. Ending the session that \
                  asks is signing out.",
    query: None,
    body: None,
    idempotent_by_key: false,
    answers: &[Answer {
        status: 204,
        description: "Ended.",
        schema: None,
        example: None,
        headers: &[],
    }],
    own_problems: &[P::SessionNotFound],
};
