//! Why a request about a challenge was refused, and which problem that is.

use api::{Problem, ProblemType};
use aws::challenges::PutChallengeError;
use domain::Fault;
use lambda_kit::Failure;
use picture::PictureError;

use crate::still::{InvalidStill, MAX_FRAME_BYTES};

/// Seconds after which asking again makes sense while another request works on the challenge. Chosen: longer than a
/// comparison takes.
const RETRY_AFTER_S: u32 = 2;

/// Why a request was refused.
#[derive(Debug)]
pub enum Refusal {
    /// There is no such challenge, or it is somebody else's.
    NotFound,
    /// The token is not the challenge's.
    Token,
    /// Its time is over.
    Expired,
    /// It takes no more frames.
    Over,
    /// Another request works on it, or has to go on with it.
    Busy,
    /// The file is too large.
    TooLarge,
    /// The frame cannot be judged.
    Still(InvalidStill),
    /// Rekognition does not take the picture.
    Unsupported,
    /// The `Idempotency-Key` was used for another challenge.
    KeyReused,
    /// There is no such person, or it is another account's.
    PersonNotFound,
    /// There is no face of the person to compare with.
    PersonWithoutFace,
    /// There were too many failures.
    Limited(Box<Failure>),
    /// A service failed.
    Fault(Fault),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<PutChallengeError> for Refusal {
    fn from(error: PutChallengeError) -> Self {
        match error {
            PutChallengeError::Changed => Self::Busy,
            PutChallengeError::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound => ProblemType::ChallengeNotFound.into(),
            Refusal::Token => ProblemType::ChallengeTokenInvalid.into(),
            Refusal::Expired => ProblemType::ChallengeExpired.into(),
            Refusal::Over => ProblemType::ChallengeOver.into(),
            Refusal::Busy => Problem::new(ProblemType::Busy).retry_after(RETRY_AFTER_S).into(),
            Refusal::TooLarge => too_large().into(),
            Refusal::Still(invalid) => still_problem(&invalid).into(),
            Refusal::Unsupported => ProblemType::ImageUnsupported.into(),
            Refusal::KeyReused => ProblemType::IdempotencyKeyReused.into(),
            Refusal::PersonNotFound => ProblemType::PersonNotFound.into(),
            Refusal::PersonWithoutFace => ProblemType::PersonWithoutFace.into(),
            Refusal::Limited(failure) => *failure,
            Refusal::Fault(fault) => fault.into(),
        }
    }
}

fn too_large() -> Problem {
    Problem::new(ProblemType::FrameTooLarge).with("limitBytes", MAX_FRAME_BYTES)
}

fn still_problem(invalid: &InvalidStill) -> Problem {
    let error = match invalid {
        InvalidStill::OtherSize { width, height } => {
            return Problem::new(ProblemType::FrameMismatch)
                .with("width", *width)
                .with("height", *height);
        }
        InvalidStill::Picture(error) => error,
    };
    match error {
        PictureError::NotAnImage | PictureError::Empty => {
            Problem::new(ProblemType::NotAnImage).detail("A frame is a JPEG file.")
        }
        PictureError::Truncated | PictureError::Corrupt => Problem::new(ProblemType::ImageCorrupt),
        PictureError::TooManyBytes { .. } => too_large(),
        _ => Problem::new(ProblemType::ImageUnsupported),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_picture_that_is_refused_has_its_problem() {
        let problem = |error| still_problem(&InvalidStill::Picture(error)).kind();
        assert_eq!(problem(PictureError::Empty), ProblemType::NotAnImage);
        assert_eq!(problem(PictureError::Corrupt), ProblemType::ImageCorrupt);
        assert_eq!(
            problem(PictureError::UnsupportedCoding),
            ProblemType::ImageUnsupported
        );
        let too_many = PictureError::TooManyBytes {
            bytes: 2,
            limit_bytes: 1,
        };
        assert_eq!(problem(too_many), ProblemType::FrameTooLarge);
        let mismatch = still_problem(&InvalidStill::OtherSize { width: 3, height: 4 });
        assert_eq!(mismatch.kind(), ProblemType::FrameMismatch);
        assert_eq!(mismatch.member("width"), Some(&3.into()));
    }
}
