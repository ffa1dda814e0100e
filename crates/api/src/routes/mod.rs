//! The table of routes: one row for every operation of the API.

mod audit;
mod auth;
mod keys;
mod liveness;
mod people;
mod photos;
mod users;

pub use audit::*;
pub use auth::*;
pub use keys::*;
pub use liveness::*;
pub use people::*;
pub use photos::*;
pub use users::*;

use crate::{
    route::{Access, Answer, Method, Route, schema_of},
    wire,
};

/// Logical id of the function behind accounts and sessions.
pub const AUTH_FUNCTION: &str = "AuthFunction";
/// Logical id of the function that hands out places for uploads.
pub const PRESIGN_UPLOAD_FUNCTION: &str = "PresignUploadFunction";
/// Logical id of the function that analyses photos.
pub const ANALYZE_FUNCTION: &str = "AnalyzeFunction";
/// Logical id of the function that judges liveness challenges.
pub const LIVENESS_CHALLENGE_FUNCTION: &str = "LivenessChallengeFunction";

/// Logical id of the function that registers and recognises people.
pub const PEOPLE_FUNCTION: &str = "PeopleFunction";

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
    &LIST_SESSIONS,
    &DELETE_SESSION,
    &JWKS,
    &LIST_USERS,
    &CREATE_USER,
    &CHANGE_USER,
    &DELETE_USER,
    &LIST_API_KEYS,
    &CREATE_API_KEY,
    &DELETE_API_KEY,
    &LIST_AUDIT,
    &CREATE_UPLOAD,
    &CREATE_ANALYSIS,
    &LIST_ANALYSES,
    &GET_ANALYSIS,
    &DELETE_ANALYSIS,
    &GET_ANALYSIS_IMAGE,
    &CREATE_PERSON,
    &LIST_PEOPLE,
    &GET_PERSON,
    &CHANGE_PERSON,
    &DELETE_PERSON,
    &ADD_FACE,
    &DELETE_FACE,
    &GET_FACE_IMAGE,
    &VERIFY_PERSON,
    &CREATE_CHALLENGE,
    &PUT_FRAME,
    &VERIFY_CHALLENGE,
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

fn any_object(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": "object" })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::ProblemType as P;
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
