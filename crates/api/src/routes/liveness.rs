//! Liveness challenges.

use domain::Scope;

use super::LIVENESS_CHALLENGE_FUNCTION;
use crate::{
    problem::ProblemType as P,
    route::{Access, Answer, Body, Method, Route, schema_of},
    wire,
};

/// Scopes of which one is enough.
const LIVENESS: &[Scope] = &[Scope::Liveness];

/// Begins a challenge.
pub const CREATE_CHALLENGE: Route = Route {
    method: Method::Post,
    path: "/liveness/challenges",
    id: "createLivenessChallenge",
    function: LIVENESS_CHALLENGE_FUNCTION,
    access: Access::Scoped(LIVENESS),
    summary: "Begins a liveness challenge.",
    description: "Send frames of the announced size one after the other with `PUT /liveness/challenges/{id}/frames`, \
                  follow the instructions in the answers, and ask for the result when the phase is `over`. Five \
                  challenges in three minutes that are not passed are followed by a pause of half an hour, and twenty \
                  in a day by one of an hour and longer. Frames and result are for whoever began: the account, or the \
                  API key. With `personId` it is passed only by that person.",
    query: None,
    body: Some(Body {
        schema: schema_of::<wire::CreateChallengeRequest>,
        optional: false,
        example: r#"{"imageWidth":640,"imageHeight":480,"kind":"sequence","pace":"usual","avoid":["smile"]}"#,
    }),
    idempotent_by_key: true,
    answers: &[Answer {
        status: 201,
        description: "The challenge, and what to do first.",
        schema: Some(schema_of::<wire::StartedChallenge>),
        example: Some(
            r#"{"challengeId":"01890a5d-ac96-774b-bcce-b302099a8057","token":"eyJhbGciOiJIUzI1NiJ9.e30.c2ln","expiresAt":"2026-11-21T11:03:00Z","kind":"sequence","area":{"left":185,"top":60,"width":270,"height":360},"maxFrames":60,"maxFrameBytes":200000,"frameIntervalMs":300,"instruction":{"task":"enter-area","step":0,"target":{"left":185,"top":60,"width":270,"height":360},"limitMs":180000}}"#,
        ),
        headers: &[],
    }],
    own_problems: &[
        P::ChallengeExpired,
        P::IdempotencyKeyReused,
        P::RateLimited,
        P::InsufficientScope,
        P::PersonNotFound,
        P::PersonWithoutFace,
    ],
};

/// Takes a frame.
pub const PUT_FRAME: Route = Route {
    method: Method::Put,
    path: "/liveness/challenges/{id}/frames",
    id: "putLivenessFrame",
    function: LIVENESS_CHALLENGE_FUNCTION,
    access: Access::Scoped(LIVENESS),
    summary: "Takes the next frame of a challenge and says what to do now.",
    description: "A frame that is sent again with the same bytes gets its answer again. A frame that is refused \
                  changes nothing, and `nextIndex` says where to go on.",
    query: None,
    body: Some(Body {
        schema: schema_of::<wire::PutFrameRequest>,
        optional: false,
        example: r#"{"token":"eyJhbGciOiJIUzI1NiJ9.e30.c2ln","index":7,"takenAtMs":1795258860000,"jpegBase64":"/9j/4AAQSkZJRgABAQAAAQABAAD/2Q=="}"#,
    }),
    idempotent_by_key: false,
    answers: &[Answer {
        status: 200,
        description: "What it led to.",
        schema: Some(schema_of::<wire::FrameAnswer>),
        example: Some(
            r#"{"accepted":true,"phase":"step","instruction":{"task":"turn-left","step":1,"limitMs":8000},"nextIndex":8,"framesLeft":52}"#,
        ),
        headers: &[],
    }],
    own_problems: &[
        P::ChallengeTokenInvalid,
        P::ChallengeNotFound,
        P::ChallengeOver,
        P::ChallengeExpired,
        P::FrameTooLarge,
        P::FrameMismatch,
        P::NotAnImage,
        P::ImageCorrupt,
        P::ImageUnsupported,
    ],
};

/// Returns the result.
pub const VERIFY_CHALLENGE: Route = Route {
    method: Method::Post,
    path: "/liveness/challenges/{id}/verify",
    id: "verifyLivenessChallenge",
    function: LIVENESS_CHALLENGE_FUNCTION,
    access: Access::Scoped(LIVENESS),
    summary: "Ends a challenge and returns its result.",
    description: "A challenge that is not over is ended and not passed. The result is decided once: asking again \
                  returns the same.",
    query: None,
    body: Some(Body {
        schema: schema_of::<wire::VerifyChallengeRequest>,
        optional: false,
        example: r#"{"token":"eyJhbGciOiJIUzI1NiJ9.e30.c2ln"}"#,
    }),
    idempotent_by_key: false,
    answers: &[Answer {
        status: 200,
        description: "The result.",
        schema: Some(schema_of::<wire::ChallengeResult>),
        example: Some(
            r#"{"passed":true,"assertion":"eyJhbGciOiJIUzI1NiJ9.e30.c2ln","assertionExpiresAt":"2026-11-21T11:03:10Z"}"#,
        ),
        headers: &[],
    }],
    own_problems: &[P::ChallengeTokenInvalid, P::ChallengeNotFound],
};
