//! People: registered, verified, erased.

use domain::Scope;

use super::PEOPLE_FUNCTION;
use crate::{
    problem::ProblemType as P,
    route::{Access, Answer, Body, Method, Route, schema_of},
    wire,
};

/// Scopes of which one is enough to read.
const READ: &[Scope] = &[Scope::PeopleRead, Scope::PeopleWrite];

/// Scopes of which one is enough to register, change and erase.
const WRITE: &[Scope] = &[Scope::PeopleWrite];

/// Scopes of which one is enough to verify.
const IDENTIFY: &[Scope] = &[Scope::Identify];

const PERSON: &str = r#"{"personId":"01890a5e-0000-7000-8000-00000000000a","displayName":"Ada","externalId":"4711","consent":{"noticeVersion":"2026-11","givenBy":"Ada","at":"2026-11-20T10:58:00Z"},"createdAt":"2026-11-20T11:00:00Z","faces":[{"faceId":"01890a5d-ac96-774b-bcce-b302099a8057","addedAt":"2026-11-20T11:01:00Z","quality":{"brightness":71.0,"sharpness":83.5},"pose":{"roll":1.5,"yaw":-4.2,"pitch":3.0},"image":"/api/people/01890a5e-0000-7000-8000-00000000000a/faces/01890a5d-ac96-774b-bcce-b302099a8057/image"}]}"#;

/// Registers a person.
pub const CREATE_PERSON: Route = Route {
    method: Method::Post,
    path: "/people",
    id: "createPerson",
    function: PEOPLE_FUNCTION,
    access: Access::Scoped(WRITE),
    summary: "Registers a person who agreed to being recognised.",
    description: "The person is yours: no other account sees or recognises them. Add a face with \
                  `POST /people/{id}/faces`.",
    query: None,
    body: Some(Body {
        schema: schema_of::<wire::CreatePersonRequest>,
        optional: false,
        example: r#"{"displayName":"Ada","externalId":"4711","consent":{"noticeVersion":"2026-11","givenBy":"Ada","at":"2026-11-20T10:58:00Z"}}"#,
    }),
    idempotent_by_key: true,
    answers: &[Answer {
        status: 201,
        description: "The person.",
        schema: Some(schema_of::<wire::Person>),
        example: Some(PERSON),
        headers: &[("Location", "Path of the person.")],
    }],
    own_problems: &[P::IdempotencyKeyReused],
};

/// Lists one's own people.
pub const LIST_PEOPLE: Route = Route {
    method: Method::Get,
    path: "/people",
    id: "listPeople",
    function: PEOPLE_FUNCTION,
    access: Access::Scoped(READ),
    summary: "Lists the people you registered, newest first.",
    description: "",
    query: Some(schema_of::<wire::ListPeopleQuery>),
    body: None,
    idempotent_by_key: false,
    answers: &[Answer {
        status: 200,
        description: "A page.",
        schema: Some(schema_of::<wire::PersonPage>),
        example: Some(
            r#"{"items":[{"personId":"01890a5e-0000-7000-8000-00000000000a","displayName":"Ada","externalId":"4711","createdAt":"2026-11-20T11:00:00Z","faceCount":1}],"nextCursor":null}"#,
        ),
        headers: &[],
    }],
    own_problems: &[P::InvalidCursor],
};

/// Returns a person.
pub const GET_PERSON: Route = Route {
    method: Method::Get,
    path: "/people/{id}",
    id: "getPerson",
    function: PEOPLE_FUNCTION,
    access: Access::Scoped(READ),
    summary: "Returns one of your people, with their faces.",
    description: "",
    query: None,
    body: None,
    idempotent_by_key: false,
    answers: &[Answer {
        status: 200,
        description: "The person.",
        schema: Some(schema_of::<wire::Person>),
        example: Some(PERSON),
        headers: &[],
    }],
    own_problems: &[P::PersonNotFound],
};

/// Changes a person.
pub const CHANGE_PERSON: Route = Route {
    method: Method::Patch,
    path: "/people/{id}",
    id: "changePerson",
    function: PEOPLE_FUNCTION,
    access: Access::Scoped(WRITE),
    summary: "Changes what one of your people is called.",
    description: "",
    query: None,
    body: Some(Body {
        schema: schema_of::<wire::ChangePersonRequest>,
        optional: false,
        example: r#"{"displayName":"Ada Lovelace"}"#,
    }),
    idempotent_by_key: false,
    answers: &[Answer {
        status: 200,
        description: "The person as it is now.",
        schema: Some(schema_of::<wire::Person>),
        example: Some(PERSON),
        headers: &[],
    }],
    own_problems: &[P::PersonNotFound],
};

/// Erases a person.
pub const DELETE_PERSON: Route = Route {
    method: Method::Delete,
    path: "/people/{id}",
    id: "deletePerson",
    function: PEOPLE_FUNCTION,
    access: Access::Scoped(WRITE),
    summary: "Erases one of your people with all faces and pictures, and says what was erased.",
    description: "From the first moment on the person is not recognised any more, and their name and consent are gone. Where \
                  it fails half-way, ask again: it goes on with what is left, and the receipt is of the whole erasure. \
                  For a day afterwards asking again looks for anything that a request at the same time may have left, erases \
                  that, too, and returns the receipt again; every other request answers `person-not-found` at once.",
    query: None,
    body: None,
    idempotent_by_key: false,
    answers: &[Answer {
        status: 200,
        description: "The receipt; keep it as your record of the erasure.",
        schema: Some(schema_of::<wire::ErasureReceipt>),
        example: Some(
            r#"{"personId":"01890a5e-0000-7000-8000-00000000000a","erasedAt":"2026-11-20T12:00:00Z","faceCount":1,"imageCount":1}"#,
        ),
        headers: &[],
    }],
    own_problems: &[P::PersonNotFound],
};

/// Adds a face to a person.
pub const ADD_FACE: Route = Route {
    method: Method::Post,
    path: "/people/{id}/faces",
    id: "addPersonFace",
    function: PEOPLE_FUNCTION,
    access: Access::Scoped(WRITE),
    summary: "Adds a face to one of your people.",
    description: "The photo must show one face that looks into the camera, well lit and in focus, and not be the face of \
                  another of your people: otherwise `face-not-usable` says in `reasons` what to do better. The same upload is \
                  added once: asking again returns the same face.",
    query: None,
    body: Some(Body {
        schema: schema_of::<wire::AddFaceRequest>,
        optional: false,
        example: r#"{"uploadId":"01890a5d-ac96-774b-bcce-b302099a8057"}"#,
    }),
    idempotent_by_key: false,
    answers: &[Answer {
        status: 201,
        description: "The face.",
        schema: Some(schema_of::<wire::PersonFace>),
        example: Some(
            r#"{"faceId":"01890a5d-ac96-774b-bcce-b302099a8057","addedAt":"2026-11-20T11:01:00Z","quality":{"brightness":71.0,"sharpness":83.5},"pose":{"roll":1.5,"yaw":-4.2,"pitch":3.0},"image":"/api/people/01890a5e-0000-7000-8000-00000000000a/faces/01890a5d-ac96-774b-bcce-b302099a8057/image"}"#,
        ),
        headers: &[],
    }],
    own_problems: &[
        P::PersonNotFound,
        P::TooManyFaces,
        P::FaceNotUsable,
        P::UploadNotFound,
        P::UploadIncomplete,
        P::UploadExpired,
        P::UploadMismatch,
        P::UploadTooLarge,
        P::NotAnImage,
        P::ImageCorrupt,
        P::ImageUnsupported,
        P::ImageTooLarge,
        P::ImageTooSmall,
    ],
};

/// Erases a face of a person.
pub const DELETE_FACE: Route = Route {
    method: Method::Delete,
    path: "/people/{id}/faces/{faceId}",
    id: "deletePersonFace",
    function: PEOPLE_FUNCTION,
    access: Access::Scoped(WRITE),
    summary: "Erases a face of one of your people, with its picture.",
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
    own_problems: &[P::PersonNotFound, P::FaceNotFound],
};

/// Redirects to the picture of a face.
pub const GET_FACE_IMAGE: Route = Route {
    method: Method::Get,
    path: "/people/{id}/faces/{faceId}/image",
    id: "getPersonFaceImage",
    function: PEOPLE_FUNCTION,
    access: Access::Scoped(READ),
    summary: "Redirects to the picture of a face.",
    description: "The address works for a few minutes and without a token: do not keep it.",
    query: None,
    body: None,
    idempotent_by_key: false,
    answers: &[
        Answer {
            status: 200,
            description: "The address itself, for callers that accept `application/json`.",
            schema: Some(schema_of::<wire::ImageAddress>),
            example: Some(r#"{"url":"https://images.example.org/u/1/people/2/3.jpg?X-Amz-Signature=0"}"#),
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
    own_problems: &[P::PersonNotFound, P::FaceNotFound],
};

/// Verifies a person.
pub const VERIFY_PERSON: Route = Route {
    method: Method::Post,
    path: "/people/{id}/verify",
    id: "verifyPerson",
    function: PEOPLE_FUNCTION,
    access: Access::Scoped(IDENTIFY),
    summary: "Says whether somebody is one of your people.",
    description: "By a photo with one face, or by the assertion of a passed liveness challenge: then the face that was before \
                  the camera is compared. An assertion is good once, and only for the account that began the challenge; \
                  one that names a person is good for that person only. Where an answer was lost it may be used up: begin \
                  another challenge.",
    query: None,
    body: Some(Body {
        schema: schema_of::<wire::VerifyPersonRequest>,
        optional: false,
        example: r#"{"livenessAssertion":"eyJhbGciOiJIUzI1NiJ9.e30.c2ln","livenessAtLeast":"sequence"}"#,
    }),
    idempotent_by_key: false,
    answers: &[Answer {
        status: 200,
        description: "The answer, whether it is yes or no.",
        schema: Some(schema_of::<wire::PersonVerification>),
        example: Some(r#"{"verified":true,"similarity":97.2,"threshold":90.0,"liveness":"sequence"}"#),
        headers: &[],
    }],
    own_problems: &[
        P::PersonNotFound,
        P::PersonWithoutFace,
        P::LivenessAssertionInvalid,
        P::FaceNotUsable,
        P::UploadNotFound,
        P::UploadIncomplete,
        P::UploadExpired,
        P::UploadMismatch,
        P::UploadTooLarge,
        P::NotAnImage,
        P::ImageCorrupt,
        P::ImageUnsupported,
        P::ImageTooLarge,
        P::ImageTooSmall,
    ],
};
