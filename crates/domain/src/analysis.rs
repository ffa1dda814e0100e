//! What an analysis says as a whole: which list it belongs to, and whether somebody should look at it.

/// A best face below this confidence, in percent, is worth an administrator's look.
///
/// From the product's description: "a best face under 50 % or none".
pub const LOW_CONFIDENCE_BELOW: f32 = 50.0;

/// How a face wears a mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaskVerdict {
    /// Over nose and mouth.
    Worn,
    /// There, but not over nose and mouth.
    WornIncorrectly,
    /// Not there.
    NotWorn,
}

/// The list of the history that an analysis belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnalysisList {
    /// No face in the photo.
    NoFaces,
    /// Every face wears a mask correctly.
    AllMasked,
    /// No face wears a mask correctly.
    NoneMasked,
    /// Some faces do, some do not.
    SomeMasked,
}

impl AnalysisList {
    /// All lists.
    pub const ALL: [Self; 4] = [Self::NoFaces, Self::AllMasked, Self::NoneMasked, Self::SomeMasked];

    /// Returns the name that is stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoFaces => "no-faces",
            Self::AllMasked => "all-masked",
            Self::NoneMasked => "none-masked",
            Self::SomeMasked => "some-masked",
        }
    }

    /// Returns the list with this name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }

    /// Returns the list of a photo with `n_faces` faces.
    ///
    /// `masks` are the verdicts for these faces, `None` where masks were not asked for: then only a photo
    /// without a face belongs to a list. A mask worn incorrectly counts as none.
    #[must_use]
    pub fn of(n_faces: usize, masks: Option<&[MaskVerdict]>) -> Option<Self> {
        if n_faces == 0 {
            return Some(Self::NoFaces);
        }
        let masks = masks?;
        let n_worn = masks.iter().filter(|it| **it == MaskVerdict::Worn).count();
        Some(match n_worn {
            0 => Self::NoneMasked,
            // A face without a verdict is a face without a mask.
            _ if n_worn < n_faces => Self::SomeMasked,
            _ => Self::AllMasked,
        })
    }
}

/// Returns the highest of the faces' confidences, in percent; `None` without a face.
#[must_use]
pub fn best_confidence(confidences: &[f32]) -> Option<f32> {
    confidences.iter().copied().max_by(f32::total_cmp)
}

/// Tells whether an analysis with this best confidence, in percent, deserves an administrator's look: its best
/// face is under [`LOW_CONFIDENCE_BELOW`], or it has none.
#[must_use]
pub fn is_low_confidence(best: Option<f32>) -> bool {
    // Written so that a confidence that is not a number counts as low.
    !best.is_some_and(|it| LOW_CONFIDENCE_BELOW <= it)
}

#[cfg(test)]
mod tests {
    use super::*;
    use MaskVerdict::{NotWorn, Worn, WornIncorrectly};

    #[test]
    fn lists_of_photos() {
        for (n_faces, masks, list) in [
            (0, None, Some(AnalysisList::NoFaces)),
            (0, Some(&[][..]), Some(AnalysisList::NoFaces)),
            (2, None, None),
            (2, Some(&[Worn, Worn][..]), Some(AnalysisList::AllMasked)),
            (2, Some(&[Worn, NotWorn][..]), Some(AnalysisList::SomeMasked)),
            (
                2,
                Some(&[Worn, WornIncorrectly][..]),
                Some(AnalysisList::SomeMasked),
            ),
            (
                2,
                Some(&[NotWorn, WornIncorrectly][..]),
                Some(AnalysisList::NoneMasked),
            ),
            (2, Some(&[Worn][..]), Some(AnalysisList::SomeMasked)),
            (1, Some(&[][..]), Some(AnalysisList::NoneMasked)),
        ] {
            assert_eq!(AnalysisList::of(n_faces, masks), list, "{n_faces} {masks:?}");
        }
    }

    #[test]
    fn list_names_read_back() {
        for list in AnalysisList::ALL {
            assert_eq!(AnalysisList::parse(list.as_str()), Some(list));
        }
        assert_eq!(AnalysisList::parse("masked"), None);
    }

    #[test]
    fn a_best_face_of_exactly_fifty_percent_is_not_low() {
        assert!(is_low_confidence(None));
        assert!(is_low_confidence(Some(49.99)));
        assert!(is_low_confidence(Some(f32::NAN)));
        assert!(!is_low_confidence(Some(50.0)));
    }

    #[test]
    fn the_best_face_decides() {
        assert_eq!(best_confidence(&[]), None);
        assert_eq!(best_confidence(&[12.0, 99.5, 50.0]), Some(99.5));
    }
}
