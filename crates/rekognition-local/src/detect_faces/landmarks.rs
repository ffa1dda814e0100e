//! Rekognition's thirty landmarks from the 68 points of the iBUG 300-W annotation.
//!
//! "Left" is the left side of the image in both, so that `leftEyeLeft` has the smallest x of both eyes of an upright face.

use std::ops::RangeInclusive;

use face_engine::Point;

use self::Source::{Centre, One};

/// Which of the 68 points make a landmark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// That point.
    One(usize),
    /// The centre of those points.
    Centre(RangeInclusive<usize>),
}

/// How many of [`LANDMARKS`], from the first, belong to `DEFAULT`.
pub(crate) const DEFAULT_LANDMARKS: usize = 5;

/// Name in the service model and where it comes from. There is no point for a pupil: it is the centre of the eye's contour, as
/// is the eye itself.
#[rustfmt::skip] // one row per landmark
pub(crate) const LANDMARKS: &[(&str, Source)] = &[
    ("eyeLeft",            Centre(36..=41)),
    ("eyeRight",           Centre(42..=47)),
    ("mouthLeft",          One(48)),
    ("mouthRight",         One(54)),
    ("nose",               One(30)),
    ("leftEyeBrowLeft",    One(17)),
    ("leftEyeBrowRight",   One(21)),
    ("leftEyeBrowUp",      One(19)),
    ("rightEyeBrowLeft",   One(22)),
    ("rightEyeBrowRight",  One(26)),
    ("rightEyeBrowUp",     One(24)),
    ("leftEyeLeft",        One(36)),
    ("leftEyeRight",       One(39)),
    ("leftEyeUp",          Centre(37..=38)),
    ("leftEyeDown",        Centre(40..=41)),
    ("rightEyeLeft",       One(42)),
    ("rightEyeRight",      One(45)),
    ("rightEyeUp",         Centre(43..=44)),
    ("rightEyeDown",       Centre(46..=47)),
    ("noseLeft",           One(31)),
    ("noseRight",          One(35)),
    ("mouthUp",            One(51)),
    ("mouthDown",          One(57)),
    ("leftPupil",          Centre(36..=41)),
    ("rightPupil",         Centre(42..=47)),
    ("upperJawlineLeft",   One(0)),
    ("midJawlineLeft",     One(4)),
    ("chinBottom",         One(8)),
    ("midJawlineRight",    One(12)),
    ("upperJawlineRight",  One(16)),
];

impl Source {
    /// The landmark among the 68 `points`.
    pub(crate) fn find(&self, points: &[Point; face_engine::LANDMARKS]) -> Point {
        match self {
            One(idx) => points[*idx],
            Centre(range) => {
                let chosen = &points[range.clone()];
                let n = chosen.len() as f32;
                Point {
                    x: chosen.iter().map(|it| it.x).sum::<f32>() / n,
                    y: chosen.iter().map(|it| it.y).sum::<f32>() / n,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn thirty_names_each_once_and_the_default_five_first() {
        let names: BTreeSet<&str> = LANDMARKS.iter().map(|it| it.0).collect();
        assert_eq!((names.len(), LANDMARKS.len()), (30, 30));
        let first: BTreeSet<&str> = LANDMARKS[..DEFAULT_LANDMARKS].iter().map(|it| it.0).collect();
        assert_eq!(
            first,
            BTreeSet::from(["eyeLeft", "eyeRight", "mouthLeft", "mouthRight", "nose"])
        );
    }

    #[test]
    fn a_centre_is_the_mean_of_its_points() {
        let mut points = [Point::default(); 68];
        points[37] = Point { x: 10.0, y: 4.0 };
        points[38] = Point { x: 20.0, y: 6.0 };
        assert_eq!(Centre(37..=38).find(&points), Point { x: 15.0, y: 5.0 });
        assert_eq!(One(38).find(&points), Point { x: 20.0, y: 6.0 });
    }
}
