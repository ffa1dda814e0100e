//! The registry of problems: one row for everything that can go wrong and that a caller can tell apart.
//!
//! Status, slug and title are written here once; the OpenAPI document and the client's union type follow from
//! it. Bodies are `application/problem+json` (RFC 9457).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Media type of every body that reports a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// What `type` begins with; the slug follows.
pub const TYPE_PREFIX: &str = "/problems/";

macro_rules! registry {
    ($($name:ident => ($status:literal, $slug:literal, $title:literal),)*) => {
        /// A kind of problem.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum ProblemType {
            $(#[doc = concat!($title, " (", $status, ").")] $name,)*
        }

        impl ProblemType {
            /// Every kind, in the order of the registry.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            const fn row(self) -> (u16, &'static str, &'static str, &'static str) {
                match self {
                    $(Self::$name => ($status, $slug, $title, stringify!($name)),)*
                }
            }
        }
    };
}

// One row per problem, by status.
#[rustfmt::skip]
registry! {
    InvalidJson            => (400, "invalid-json",             "The body is not valid JSON"),
    InvalidCursor          => (400, "invalid-cursor",           "The cursor is not one that we handed out for this list"),
    Unauthenticated        => (401, "unauthenticated",          "Sign in first"),
    TokenExpired           => (401, "token-expired",            "The access token has expired"),
    InvalidCredentials     => (401, "invalid-credentials",      "Username or password is wrong"),
    SessionEnded           => (401, "session-ended",            "The session has ended; sign in again"),
    InvalidApiKey          => (401, "invalid-api-key",          "This API key is unknown, revoked or too old"),
    ChallengeTokenInvalid  => (401, "challenge-token-invalid",  "This token does not belong to the challenge"),
    Forbidden              => (403, "forbidden",                "You may not do this"),
    SignUpClosed           => (403, "sign-up-closed",           "Accounts are created by an administrator here"),
    PasswordChangeRequired => (403, "password-change-required", "Change your one-time password first"),
    AccountDisabled        => (403, "account-disabled",         "This account is disabled; ask an administrator"),
    InsufficientScope      => (403, "insufficient-scope",       "This API key does not have the scope for that"),
    NotFound               => (404, "not-found",                "There is nothing at this address"),
    UploadNotFound         => (404, "upload-not-found",         "We do not know this upload"),
    AnalysisNotFound       => (404, "analysis-not-found",       "We do not know this analysis"),
    UserNotFound           => (404, "user-not-found",           "We do not know this account"),
    SessionNotFound        => (404, "session-not-found",        "We do not know this session"),
    ApiKeyNotFound         => (404, "api-key-not-found",        "We do not know this API key"),
    ChallengeNotFound      => (404, "challenge-not-found",      "We do not know this challenge"),
    PersonNotFound         => (404, "person-not-found",         "We do not know this person"),
    FaceNotFound           => (404, "face-not-found",           "We do not know this face"),
    MethodNotAllowed       => (405, "method-not-allowed",       "This address does not support the method"),
    UsernameTaken          => (409, "username-taken",           "This username is taken"),
    EmailTaken             => (409, "email-taken",              "An account with this e-mail address exists"),
    UploadIncomplete       => (409, "upload-incomplete",        "The photo has not been uploaded yet"),
    AnalysisInProgress     => (409, "analysis-in-progress",     "This upload is being analysed right now"),
    LastAdministrator      => (409, "last-administrator",       "There must be an administrator; make another one first"),
    TooManyApiKeys         => (409, "too-many-api-keys",        "You have as many API keys as an account can have; revoke one first"),
    TooManyFaces           => (409, "too-many-faces",           "The person has as many faces as a person can have; erase one first"),
    PersonWithoutFace      => (409, "person-without-face",      "There is no face of this person to compare with; add one first"),
    ChallengeOver          => (409, "challenge-over",           "The challenge is over; ask for its result"),
    UploadExpired          => (410, "upload-expired",           "The upload has expired"),
    ResetLinkInvalid       => (410, "reset-link-invalid",       "This link was used before or is too old; ask for a new one"),
    ChallengeExpired       => (410, "challenge-expired",        "The challenge has expired; begin another one"),
    PayloadTooLarge        => (413, "payload-too-large",        "The body is too large"),
    UploadTooLarge         => (413, "upload-too-large",         "The photo is too large"),
    FrameTooLarge          => (413, "frame-too-large",          "The frame is too large"),
    UnsupportedMediaType   => (415, "unsupported-media-type",   "The body must be application/json"),
    InvalidRequest         => (422, "invalid-request",          "Something in the request is not acceptable"),
    PasswordTooWeak        => (422, "password-too-weak",        "This password is too easy to guess"),
    UploadMismatch         => (422, "upload-mismatch",          "The uploaded photo is not the one that was announced"),
    FrameMismatch          => (422, "frame-mismatch",           "The frame does not have the size that was announced"),
    NotAnImage             => (422, "not-an-image",             "The upload is not a JPEG or PNG image"),
    ImageCorrupt           => (422, "image-corrupt",            "The image is damaged or incomplete"),
    ImageUnsupported       => (422, "image-unsupported",        "Images of this kind are not supported"),
    ImageTooLarge          => (422, "image-too-large",          "The image has too many pixels"),
    ImageTooSmall          => (422, "image-too-small",          "The image has too few pixels"),
    FaceNotUsable          => (422, "face-not-usable",          "This photo cannot be used"),
    LivenessAssertionInvalid => (422, "liveness-assertion-invalid", "This assertion is not good here, was used before or is too old"),
    KindNotAvailable       => (422, "kind-not-available",       "This kind of analysis is not available"),
    AttributeNotAvailable  => (422, "attribute-not-available",  "This attribute is not available"),
    IdempotencyKeyReused   => (422, "idempotency-key-reused",   "This Idempotency-Key was used for another request"),
    TooManyUploads         => (429, "too-many-uploads",         "Too many uploads wait to be analysed"),
    RateLimited            => (429, "rate-limited",             "That was too often; try again later"),
    Internal               => (500, "internal",                 "Something went wrong on our side"),
    Busy                   => (503, "busy",                     "The service is busy"),
}

impl ProblemType {
    /// HTTP status.
    #[must_use]
    pub const fn status(self) -> u16 {
        self.row().0
    }

    /// Name in kebab case, the last segment of `type`.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        self.row().1
    }

    /// What happened, in one sentence for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        self.row().2
    }

    /// Name in Pascal case, for components of the OpenAPI document.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().3
    }

    /// Value of `type`: a reference relative to the API's origin.
    #[must_use]
    pub fn type_uri(self) -> String {
        format!("{TYPE_PREFIX}{}", self.slug())
    }
}

/// One thing in a request that is not acceptable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FieldError {
    /// Where: a path into the body such as `kinds[0]`, or the name of a query parameter or header. Empty for
    /// the body as a whole.
    #[schemars(example = &"password")]
    pub field: String,
    /// Why, as the end of a sentence that begins with the field.
    #[schemars(example = &"is required")]
    pub reason: String,
}

/// A problem as it is answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    kind: ProblemType,
    detail: Option<String>,
    members: Map<String, Value>,
    retry_after_s: Option<u32>,
}

impl Problem {
    /// Returns a problem of this kind.
    #[must_use]
    pub fn new(kind: ProblemType) -> Self {
        Self {
            kind,
            detail: None,
            members: Map::new(),
            retry_after_s: None,
        }
    }

    /// Returns an [`ProblemType::InvalidRequest`] about one field.
    #[must_use]
    pub fn invalid(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::invalid_fields(vec![FieldError {
            field: field.into(),
            reason: reason.into(),
        }])
    }

    /// Returns an [`ProblemType::InvalidRequest`] about several fields.
    #[must_use]
    pub fn invalid_fields(errors: Vec<FieldError>) -> Self {
        let detail = errors.first().map(|it| {
            if it.field.is_empty() {
                it.reason.clone()
            } else {
                format!("{} {}", it.field, it.reason)
            }
        });
        let errors = errors
            .into_iter()
            .map(|it| serde_json::json!({ "field": it.field, "reason": it.reason }))
            .collect();
        Self {
            detail,
            ..Self::new(ProblemType::InvalidRequest).with("errors", Value::Array(errors))
        }
    }

    /// Adds a member such as `limitBytes`.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    /// Adds what is particular about this occurrence, as a sentence for people.
    #[must_use]
    pub fn detail(mut self, sentence: impl Into<String>) -> Self {
        self.detail = Some(sentence.into());
        self
    }

    /// Adds after how many seconds trying again makes sense; also becomes the `Retry-After` header.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self.with("retryAfterSeconds", seconds)
    }

    /// Kind of the problem.
    #[must_use]
    pub const fn kind(&self) -> ProblemType {
        self.kind
    }

    /// Seconds for the `Retry-After` header.
    #[must_use]
    pub const fn retry_after_s(&self) -> Option<u32> {
        self.retry_after_s
    }

    /// A member that was added by [`Self::with`].
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Value> {
        self.members.get(name)
    }

    /// Returns the document for the request with the id `instance`.
    #[must_use]
    pub fn document(&self, instance: &str) -> Value {
        let mut document = Map::new();
        document.insert("type".into(), self.kind.type_uri().into());
        document.insert("title".into(), self.kind.title().into());
        document.insert("status".into(), self.kind.status().into());
        if let Some(detail) = &self.detail {
            document.insert("detail".into(), detail.clone().into());
        }
        document.insert("instance".into(), instance.into());
        for (name, value) in &self.members {
            // A member never replaces one of RFC 9457's own.
            document.entry(name.clone()).or_insert_with(|| value.clone());
        }
        Value::Object(document)
    }
}

impl From<ProblemType> for Problem {
    fn from(kind: ProblemType) -> Self {
        Self::new(kind)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn slugs_are_unique_and_kebab_case() {
        let slugs: BTreeSet<_> = ProblemType::ALL.iter().map(|it| it.slug()).collect();
        assert_eq!(slugs.len(), ProblemType::ALL.len());
        for slug in slugs {
            assert!(
                slug.bytes().all(|it| it.is_ascii_lowercase() || it == b'-'),
                "{slug}"
            );
        }
    }

    #[test]
    fn the_registry_is_ordered_by_status_and_has_errors_only() {
        assert!(ProblemType::ALL.is_sorted_by_key(|it| it.status()));
        assert!(
            ProblemType::ALL
                .iter()
                .all(|it| (400..600).contains(&it.status()))
        );
    }

    #[test]
    fn titles_are_sentences_without_a_full_stop() {
        for kind in ProblemType::ALL {
            assert!(
                kind.title().starts_with(|it: char| it.is_ascii_uppercase()),
                "{kind:?}"
            );
            assert!(!kind.title().ends_with('.'), "{kind:?}");
        }
    }

    #[test]
    fn a_document_has_the_members_of_rfc_9457_and_its_own() {
        let problem = Problem::new(ProblemType::Busy)
            .detail("Try again.")
            .retry_after(5);
        assert_eq!(
            problem.document("req-1"),
            serde_json::json!({
                "type": "/problems/busy", "title": "The service is busy", "status": 503,
                "detail": "Try again.", "instance": "req-1", "retryAfterSeconds": 5,
            })
        );
    }

    #[test]
    fn a_member_cannot_replace_the_type() {
        let document = Problem::new(ProblemType::Internal)
            .with("status", 200)
            .document("x");
        assert_eq!(document["status"], 500);
    }

    #[test]
    fn an_invalid_field_is_named_in_the_detail_and_in_the_list() {
        let document = Problem::invalid("email", "is required").document("x");
        assert_eq!(document["detail"], "email is required");
        assert_eq!(
            document["errors"],
            serde_json::json!([{ "field": "email", "reason": "is required" }])
        );
    }
}
