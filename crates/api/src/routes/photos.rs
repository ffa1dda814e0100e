//! Uploads and analyses.

use domain::Scope;

use super::{ANALYZE_FUNCTION, PRESIGN_UPLOAD_FUNCTION};
use crate::{
    problem::ProblemType as P,
    route::{Access, Answer, Body, Method, Route, schema_of},
    wire,
};

/// Scopes of which one is enough for an upload: everything that begins with a photo.
const PHOTO: &[Scope] = &[Scope::Analyze, Scope::PeopleWrite, Scope::Identify, Scope::Door];

/// Scopes of which one is enough for analyses.
const ANALYZE: &[Scope] = &[Scope::Analyze];

/// Hands out a place for one photo.
pub const CREATE_UPLOAD: Route = Route {
    method: Method::Post,
    path: "/uploads",
    id: "createUpload",
    function: PRESIGN_UPLOAD_FUNCTION,
    access: Access::Scoped(PHOTO),
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
    access: Access::Scoped(ANALYZE),
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
    access: Access::Scoped(ANALYZE),
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
    access: Access::Scoped(ANALYZE),
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
    access: Access::Scoped(ANALYZE),
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
    access: Access::Scoped(ANALYZE),
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
