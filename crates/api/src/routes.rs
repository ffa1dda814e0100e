//! The table of routes: one row for every operation of the API.

use crate::{
    problem::ProblemType as P,
    route::{Access, Answer, Body, Method, Route, schema_of},
    wire,
};

/// Logical id of the function behind accounts and sessions.
pub const AUTH_FUNCTION: &str = "AuthFunction";
/// Logical id of the function that hands out places for uploads.
pub const PRESIGN_UPLOAD_FUNCTION: &str = "PresignUploadFunction";
/// Logical id of the function that analyses photos.
pub const ANALYZE_FUNCTION: &str = "AnalyzeFunction";

/// Every operation, in the order of the document.
pub const ROUTES: &[&Route] = &[
    &HEALTH,
    &OPENAPI,
    &SIGN_UP,
    &SIGN_IN,
    &REFRESH,
    &SIGN_OUT,
    &ME,
    &CHANGE_PASSWORD,
    &FORGOT_PASSWORD,
    &RESET_PASSWORD,
    &JWKS,
    &CREATE_UPLOAD,
    &CREATE_ANALYSIS,
    &LIST_ANALYSES,
    &GET_ANALYSIS,
    &DELETE_ANALYSIS,
    &GET_ANALYSIS_IMAGE,
];

/// Tells whether the API is up.
pub const HEALTH: Route = Route {
    method: Method::Get,
    path: "/health",
    id: "getHealth",
    function: AUTH_FUNCTION,
    access: Access::Public,
    summary: "Tells whether the API is up.",
    description: "",
    query: None,
    body: None,
    idempotent_by_key: false,
    answers: &[Answer {
        status: 200,
        description: "It is.",
        schema: Some(schema_of::<wire::Health>),
        example: Some(r#"{"status":"ok","version":"0.1.0"}"#),
        headers: &[],
    }],
    own_problems: &[],
};

/// Returns the OpenAPI document.
pub const OPENAPI: Route = Route {
    method: Method::Get,
    path: "/openapi.json",
    id: "getOpenapi",
    function: AUTH_FUNCTION,
    access: Access::Public,
    summary: "Returns this document.",
    description: "",
    query: None,
    body: None,
    idempotent_by_key: false,
    answers: &[Answer {
        status: 200,
        description: "An OpenAPI 3.1 document.",
        schema: Some(any_object),
        example: None,
        headers: &[("Cache-Control", "How long it may be kept.")],
    }],
    own_problems: &[],
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
    own_problems: &[P::InvalidCredentials, P::RateLimited],
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

/// Hands out a place for one photo.
pub const CREATE_UPLOAD: Route = Route {
    method: Method::Post,
    path: "/uploads",
    id: "createUpload",
    function: PRESIGN_UPLOAD_FUNCTION,
    access: Access::User,
    summary: "Hands out a place for one photo.",
    description: "Send the photo to `url` with `method` and exactly `headers`: anything else, another size or another \
                  type is refused there. Then call `POST /analyses`.",
    query: None,
    body: Some(Body {
        schema: schema_of::<wire::CreateUploadRequest>,
        optional: false,
        example: r#"{"contentType":"image/jpeg","sizeBytes":1048576}"#,
    }),
    idempotent_by_key: true,
    answers: &[Answer {
        status: 201,
        description: "The place.",
        schema: Some(schema_of::<wire::Upload>),
        example: Some(
            r#"{"uploadId":"01890a5d-ac96-774b-bcce-b302099a8057","url":"https://uploads.example.org/u/1/2?X-Amz-Signature=0","method":"PUT","headers":{"content-type":"image/jpeg"},"expiresAt":"2026-11-20T11:05:00Z"}"#,
        ),
        headers: &[],
    }],
    own_problems: &[
        P::UploadExpired,
        P::UploadTooLarge,
        P::IdempotencyKeyReused,
        P::TooManyUploads,
    ],
};

/// Analyses a photo.
pub const CREATE_ANALYSIS: Route = Route {
    method: Method::Post,
    path: "/analyses",
    id: "createAnalysis",
    function: ANALYZE_FUNCTION,
    access: Access::User,
    summary: "Analyses an uploaded photo.",
    description: "The photo's metadata is dropped; boxes and landmarks refer to the upright picture.",
    query: None,
    body: Some(Body {
        schema: schema_of::<wire::CreateAnalysisRequest>,
        optional: false,
        example: r#"{"uploadId":"01890a5d-ac96-774b-bcce-b302099a8057","kinds":["faces"],"attributes":["smile","ageRange"]}"#,
    }),
    idempotent_by_key: true,
    answers: &[
        Answer {
            status: 200,
            description: "What was found when the upload was analysed before: an upload is analysed once.",
            schema: Some(schema_of::<wire::Analysis>),
            example: Some(ANALYSIS),
            headers: &[("Location", "Path of the analysis.")],
        },
        Answer {
            status: 201,
            description: "What was found.",
            schema: Some(schema_of::<wire::Analysis>),
            example: Some(ANALYSIS),
            headers: &[("Location", "Path of the analysis.")],
        },
    ],
    own_problems: &[
        P::UploadNotFound,
        P::UploadIncomplete,
        P::AnalysisInProgress,
        P::UploadExpired,
        P::UploadMismatch,
        P::UploadTooLarge,
        P::NotAnImage,
        P::ImageCorrupt,
        P::ImageUnsupported,
        P::ImageTooLarge,
        P::ImageTooSmall,
        P::KindNotAvailable,
        P::AttributeNotAvailable,
        P::IdempotencyKeyReused,
    ],
};

const ANALYSIS: &str = r#"{"analysisId":"01890a5e-0000-7000-8000-000000000000","uploadId":"01890a5d-ac96-774b-bcce-b302099a8057","createdAt":"2026-11-20T11:01:00Z","kinds":["faces"],"image":{"width":1200,"height":800},"faceCount":1,"bestConfidence":99.4,"list":null,"faces":[{"index":0,"box":{"left":0.31,"top":0.22,"width":0.18,"height":0.3},"confidence":99.4,"landmarks":[{"type":"eyeLeft","x":0.36,"y":0.33}],"pose":{"roll":1.5,"yaw":-4.2,"pitch":3.0},"quality":{"brightness":71.0,"sharpness":83.5},"ageRange":{"low":28,"high":36},"smile":{"value":true,"confidence":97.1}}],"links":{"original":"/api/analyses/01890a5e-0000-7000-8000-000000000000/image?variant=original","annotated":"/api/analyses/01890a5e-0000-7000-8000-000000000000/image?variant=annotated","thumbnail":"/api/analyses/01890a5e-0000-7000-8000-000000000000/image?variant=thumbnail"}}"#;

/// Lists one's own analyses.
pub const LIST_ANALYSES: Route = Route {
    method: Method::Get,
    path: "/analyses",
    id: "listAnalyses",
    function: ANALYZE_FUNCTION,
    access: Access::User,
    summary: "Lists your analyses, newest first.",
    description: "A page may hold fewer items than `limit`, even none, and still have a `nextCursor`.",
    query: Some(schema_of::<wire::ListAnalysesQuery>),
    body: None,
    idempotent_by_key: false,
    answers: &[Answer {
        status: 200,
        description: "A page.",
        schema: Some(schema_of::<wire::AnalysisPage>),
        example: Some(
            r#"{"items":[{"analysisId":"01890a5e-0000-7000-8000-000000000000","createdAt":"2026-11-20T11:01:00Z","kinds":["faces"],"image":{"width":1200,"height":800},"faceCount":1,"smilingCount":1,"bestConfidence":99.4,"list":null,"links":{"original":"/api/analyses/01890a5e-0000-7000-8000-000000000000/image?variant=original","annotated":"/api/analyses/01890a5e-0000-7000-8000-000000000000/image?variant=annotated","thumbnail":"/api/analyses/01890a5e-0000-7000-8000-000000000000/image?variant=thumbnail"}}],"nextCursor":null}"#,
        ),
        headers: &[],
    }],
    own_problems: &[P::InvalidCursor],
};

/// Returns an analysis.
pub const GET_ANALYSIS: Route = Route {
    method: Method::Get,
    path: "/analyses/{id}",
    id: "getAnalysis",
    function: ANALYZE_FUNCTION,
    access: Access::User,
    summary: "Returns one of your analyses.",
    description: "",
    query: None,
    body: None,
    idempotent_by_key: false,
    answers: &[Answer {
        status: 200,
        description: "What was found.",
        schema: Some(schema_of::<wire::Analysis>),
        example: Some(ANALYSIS),
        headers: &[],
    }],
    own_problems: &[P::AnalysisNotFound],
};

/// Erases an analysis.
pub const DELETE_ANALYSIS: Route = Route {
    method: Method::Delete,
    path: "/analyses/{id}",
    id: "deleteAnalysis",
    function: ANALYZE_FUNCTION,
    access: Access::User,
    summary: "Erases one of your analyses with its pictures and its result file.",
    description: "",
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
    own_problems: &[P::AnalysisNotFound],
};

/// Redirects to a picture.
pub const GET_ANALYSIS_IMAGE: Route = Route {
    method: Method::Get,
    path: "/analyses/{id}/image",
    id: "getAnalysisImage",
    function: ANALYZE_FUNCTION,
    access: Access::User,
    summary: "Redirects to a picture of one of your analyses.",
    description: "The address works for a few minutes and without a token: do not keep it.",
    query: Some(schema_of::<wire::ImageQuery>),
    body: None,
    idempotent_by_key: false,
    answers: &[
        Answer {
            status: 200,
            description: "The address itself, for callers that accept `application/json`.",
            schema: Some(schema_of::<wire::ImageAddress>),
            example: Some(r#"{"url":"https://images.example.org/u/1/2/original.jpg?X-Amz-Signature=0"}"#),
            headers: &[],
        },
        Answer {
            status: 302,
            description: "The picture is there.",
            schema: None,
            example: None,
            headers: &[("Location", "Short-lived address of the picture.")],
        },
    ],
    own_problems: &[P::AnalysisNotFound],
};

fn any_object(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": "object" })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::route::OUTSIDE_OF_ROUTES;

    #[test]
    fn no_two_rows_have_the_same_address_or_name() {
        let addresses: BTreeSet<_> = ROUTES.iter().map(|it| (it.method, it.path)).collect();
        let names: BTreeSet<_> = ROUTES.iter().map(|it| it.id).collect();
        assert_eq!((addresses.len(), names.len()), (ROUTES.len(), ROUTES.len()));
    }

    #[test]
    fn every_problem_of_the_registry_can_happen_and_is_documented_somewhere() {
        let mut documented: BTreeSet<P> = ROUTES.iter().flat_map(|it| it.problems()).collect();
        documented.extend(OUTSIDE_OF_ROUTES);
        let missing: Vec<_> = P::ALL.iter().filter(|it| !documented.contains(it)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn only_these_routes_are_open() {
        let open: Vec<_> = ROUTES
            .iter()
            .filter(|it| it.access == Access::Public)
            .map(|it| it.path)
            .collect();
        assert_eq!(
            open,
            [
                "/health",
                "/openapi.json",
                "/auth/sign-up",
                "/auth/sign-in",
                "/auth/refresh",
                "/auth/password/forgot",
                "/auth/password/reset",
                "/auth/jwks.json"
            ]
        );
    }

    #[test]
    fn a_one_time_password_opens_only_these_routes() {
        let open: Vec<_> = ROUTES
            .iter()
            .filter(|it| it.access == Access::RestrictedUser)
            .map(|it| it.path)
            .collect();
        assert_eq!(open, ["/auth/sign-out", "/auth/me", "/auth/password"]);
    }

    #[test]
    fn path_parameters_are_found() {
        assert_eq!(GET_ANALYSIS_IMAGE.path_parameters().collect::<Vec<_>>(), ["id"]);
    }
}
