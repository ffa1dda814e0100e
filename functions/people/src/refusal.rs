//! Why a request about a person was refused, and which problem that is.

use api::{Problem, ProblemType, wire};
use domain::{FaceFault, Fault};
use intake::{TakeError, picture_problem};
use lambda_kit::Failure;

use crate::face::MOST_FACES;

/// Seconds after which asking again makes sense while another request uses the upload. Chosen: most faces are added in less.
const RETRY_AFTER_S: u32 = 3;

/// Why a request was refused.
#[derive(Debug)]
pub enum Refusal {
    /// The account has no such person, or erased them.
    PersonNotFound,
    /// The person has no such face.
    FaceNotFound,
    /// The person has as many faces as there may be.
    TooManyFaces,
    /// The person has no face to compare with.
    PersonWithoutFace,
    /// The photo cannot be used; why, in order, at least one reason.
    FaceNotUsable(Vec<FaceFault>),
    /// The account has no such upload.
    UploadNotFound,
    /// The upload can no longer be used.
    UploadExpired,
    /// Something was made of the upload before.
    UploadUsed,
    /// Its photo was refused before, and removed.
    UploadRefused,
    /// There is no photo.
    Take(TakeError),
    /// Rekognition does not take what we took.
    Unsupported,
    /// Another request uses the upload.
    Busy,
    /// The `Idempotency-Key` was used for another request.
    KeyReused,
    /// The assertion is not good here.
    Assertion,
    /// Something behind us failed.
    Fault(Fault),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<TakeError> for Refusal {
    fn from(error: TakeError) -> Self {
        Self::Take(error)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let expired = |sentence: &str| Problem::new(ProblemType::UploadExpired).detail(sentence).into();
        match refusal {
            Refusal::PersonNotFound => ProblemType::PersonNotFound.into(),
            Refusal::FaceNotFound => ProblemType::FaceNotFound.into(),
            Refusal::TooManyFaces => Problem::new(ProblemType::TooManyFaces)
                .with("limit", MOST_FACES)
                .into(),
            Refusal::PersonWithoutFace => ProblemType::PersonWithoutFace.into(),
            Refusal::FaceNotUsable(faults) => not_usable(&faults).into(),
            Refusal::UploadNotFound => ProblemType::UploadNotFound.into(),
            Refusal::UploadExpired => ProblemType::UploadExpired.into(),
            Refusal::UploadUsed => expired("Its photo was used before. Upload it again."),
            Refusal::UploadRefused => expired("Its photo was refused before. Upload another one."),
            Refusal::Take(TakeError::Incomplete) => ProblemType::UploadIncomplete.into(),
            Refusal::Take(TakeError::Mismatch) => ProblemType::UploadMismatch.into(),
            Refusal::Take(TakeError::Picture(error)) => picture_problem(&error).into(),
            Refusal::Take(TakeError::Fault(fault)) | Refusal::Fault(fault) => fault.into(),
            Refusal::Unsupported => ProblemType::ImageUnsupported.into(),
            Refusal::Busy => Problem::new(ProblemType::Busy).retry_after(RETRY_AFTER_S).into(),
            Refusal::KeyReused => ProblemType::IdempotencyKeyReused.into(),
            Refusal::Assertion => ProblemType::LivenessAssertionInvalid.into(),
        }
    }
}

fn not_usable(faults: &[FaceFault]) -> Problem {
    let reasons: Vec<_> = faults
        .iter()
        .filter_map(|it| serde_json::to_value(wire_fault(*it)).ok())
        .collect();
    Problem::new(ProblemType::FaceNotUsable).with("reasons", reasons)
}

const fn wire_fault(fault: FaceFault) -> wire::FaceFault {
    match fault {
        FaceFault::NoFace => wire::FaceFault::NoFace,
        FaceFault::SeveralFaces => wire::FaceFault::SeveralFaces,
        FaceFault::TooSmall => wire::FaceFault::TooSmall,
        FaceFault::TurnedAway => wire::FaceFault::TurnedAway,
        FaceFault::TooDark => wire::FaceFault::TooDark,
        FaceFault::TooBright => wire::FaceFault::TooBright,
        FaceFault::Blurred => wire::FaceFault::Blurred,
        FaceFault::Covered => wire::FaceFault::Covered,
        FaceFault::EnrolledAsAnother => wire::FaceFault::EnrolledAsAnother,
        FaceFault::NotThisPerson => wire::FaceFault::NotThisPerson,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reasons_are_told_by_their_names_and_in_order() {
        let problem = not_usable(&[
            FaceFault::TurnedAway,
            FaceFault::TooDark,
            FaceFault::EnrolledAsAnother,
        ]);
        assert_eq!(
            problem.member("reasons"),
            Some(&json!(["turned-away", "too-dark", "enrolled-as-another"]))
        );
    }

    #[test]
    fn a_fault_of_a_bucket_is_ours_and_not_the_photos() {
        let fault = || Fault::later("GetObject", "throttled");
        let failure = Failure::from(Refusal::Take(TakeError::Fault(fault())));
        assert_eq!(failure.problem().kind(), ProblemType::Busy);
        let failure = Failure::from(Refusal::Busy);
        assert_eq!(failure.problem().retry_after_s(), Some(RETRY_AFTER_S));
    }
}
