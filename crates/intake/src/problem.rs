//! What a sender is told about a picture that is not taken.

use api::{Problem, ProblemType};
use picture::PictureError;

/// Returns the problem for a picture that we do not take. What the library says about it is fit for people.
#[must_use]
pub fn picture_problem(error: &PictureError) -> Problem {
    let size = |kind, width: u32, height: u32| Problem::new(kind).with("width", width).with("height", height);
    let problem = match *error {
        PictureError::NotAnImage | PictureError::Empty => Problem::new(ProblemType::NotAnImage),
        PictureError::Truncated | PictureError::Corrupt => Problem::new(ProblemType::ImageCorrupt),
        PictureError::TooManyBytes { limit_bytes, .. } => {
            Problem::new(ProblemType::UploadTooLarge).with("limitBytes", limit_bytes)
        }
        PictureError::TooLarge { width, height } => size(ProblemType::ImageTooLarge, width, height),
        PictureError::TooSmall { width, height } => size(ProblemType::ImageTooSmall, width, height),
        PictureError::UnsupportedColor { .. }
        | PictureError::UnsupportedCoding
        | PictureError::Animated
        | PictureError::TooComplex
        | PictureError::TrailingBytes { .. } => Problem::new(ProblemType::ImageUnsupported),
    };
    let mut sentence = error.to_string();
    if let Some(first) = sentence.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    problem.detail(sentence + ".")
}

#[cfg(test)]
mod tests {
    use picture::ColorKind;

    use super::*;

    #[test]
    fn every_refusal_of_the_decoder_is_a_problem_with_a_sentence() {
        for (error, kind) in [
            (PictureError::Empty, ProblemType::NotAnImage),
            (PictureError::NotAnImage, ProblemType::NotAnImage),
            (PictureError::Truncated, ProblemType::ImageCorrupt),
            (PictureError::Corrupt, ProblemType::ImageCorrupt),
            (
                PictureError::TooManyBytes {
                    bytes: 2,
                    limit_bytes: 1,
                },
                ProblemType::UploadTooLarge,
            ),
            (
                PictureError::TooLarge {
                    width: 20_000,
                    height: 20_000,
                },
                ProblemType::ImageTooLarge,
            ),
            (
                PictureError::TooSmall { width: 1, height: 1 },
                ProblemType::ImageTooSmall,
            ),
            (
                PictureError::UnsupportedColor {
                    kind: ColorKind::Cmyk,
                },
                ProblemType::ImageUnsupported,
            ),
            (
                PictureError::UnsupportedColor {
                    kind: ColorKind::SixteenBit,
                },
                ProblemType::ImageUnsupported,
            ),
            (PictureError::UnsupportedCoding, ProblemType::ImageUnsupported),
            (PictureError::Animated, ProblemType::ImageUnsupported),
            (PictureError::TooComplex, ProblemType::ImageUnsupported),
            (
                PictureError::TrailingBytes { count: 1 },
                ProblemType::ImageUnsupported,
            ),
        ] {
            let problem = picture_problem(&error);
            assert_eq!(problem.kind(), kind, "{error:?}");
            let document = problem.document("x");
            let detail = document["detail"].as_str().unwrap();
            assert!(
                !detail.starts_with(|it: char| it.is_ascii_lowercase()) && detail.ends_with('.'),
                "{detail}"
            );
        }
    }
}
