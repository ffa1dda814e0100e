//! `Attributes`: what a caller wants to know of each face.

use aws_wire::AwsError;
use face_engine::Wanted;

use crate::constraint;

/// All values of the enum, in the service model's order, and whether the engine has an answer.
#[rustfmt::skip] // one row per attribute
pub(crate) const ATTRIBUTES: &[(&str, &str, bool)] = &[
    ("DEFAULT",       "BoundingBox, Confidence, Pose, Quality, Landmarks (5 points)", true),
    ("ALL",           "everything below, and Landmarks (30 points)", true),
    ("AGE_RANGE",     "AgeRange", true),
    ("BEARD",         "Beard", false),
    ("EMOTIONS",      "Emotions", true),
    ("EYE_DIRECTION", "EyeDirection", false),
    ("EYEGLASSES",    "Eyeglasses", false),
    ("EYES_OPEN",     "EyesOpen", true),
    ("GENDER",        "Gender", true),
    ("MOUTH_OPEN",    "MouthOpen", true),
    ("MUSTACHE",      "Mustache", false),
    ("FACE_OCCLUDED", "FaceOccluded", false),
    ("SMILE",         "Smile", true),
    ("SUNGLASSES",    "Sunglasses", false),
];

/// The attributes that were asked for, in the engine's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    wanted: Wanted,
    beyond_default: bool,
}

impl Asked {
    /// What `DEFAULT` asks for.
    pub(crate) const DEFAULT: Self = Self {
        wanted: Wanted::DEFAULT,
        beyond_default: false,
    };

    /// What a `ComparedFace` has: `DEFAULT` with `Emotions` and `Smile`, and five landmarks.
    pub(crate) const COMPARED: Self = Self {
        wanted: Wanted {
            emotions: true,
            smile: true,
            ..Wanted::DEFAULT
        },
        beyond_default: false,
    };

    /// Reads the list, which the service model has at `path`. Empty means `DEFAULT`, order and repetition mean nothing, `ALL` beside anything means `ALL`.
    ///
    /// An attribute without a model is no error: its field is then missing from the answer.
    pub(crate) fn of(path: &str, names: &[String]) -> Result<Self, AwsError> {
        let mut wanted = Wanted::DEFAULT;
        let mut beyond_default = false;
        for name in names {
            match name.as_str() {
                "DEFAULT" => continue,
                "ALL" => wanted = Wanted::ALL,
                "AGE_RANGE" => wanted.age = true,
                "EMOTIONS" => wanted.emotions = true,
                "EYES_OPEN" => wanted.eyes_open = true,
                "GENDER" => wanted.gender = true,
                "MOUTH_OPEN" => wanted.mouth_open = true,
                "SMILE" => wanted.smile = true,
                "BEARD" | "EYE_DIRECTION" | "EYEGLASSES" | "MUSTACHE" | "FACE_OCCLUDED" | "SUNGLASSES" => {}
                _ => {
                    let allowed: Vec<&str> = ATTRIBUTES.iter().map(|it| it.0).collect();
                    let sent = format!("[{}]", names.join(", "));
                    return Err(constraint::not_in_enum(path, &sent, &allowed));
                }
            }
            beyond_default = true;
        }
        Ok(Self {
            wanted,
            beyond_default,
        })
    }

    /// What the engine has to compute.
    pub(crate) fn wanted(self) -> Wanted {
        self.wanted
    }

    /// Whether all landmarks are wanted and not just the five of `DEFAULT`.
    pub(crate) fn all_landmarks(self) -> bool {
        self.beyond_default
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(names: &[&str]) -> Result<Asked, AwsError> {
        Asked::of(
            "attributes",
            &names.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>(),
        )
    }

    #[test]
    fn nothing_and_default_are_the_same() {
        for names in [&[][..], &["DEFAULT"], &["DEFAULT", "DEFAULT"]] {
            let asked = asked(names).expect("valid");
            assert_eq!((asked.wanted(), asked.all_landmarks()), (Wanted::DEFAULT, false));
        }
    }

    #[test]
    fn all_wins_over_its_neighbours() {
        for names in [
            &["ALL"][..],
            &["ALL", "DEFAULT"],
            &["SMILE", "ALL"],
            &["ALL", "ALL", "GENDER"],
        ] {
            let asked = asked(names).expect("valid");
            assert_eq!(
                (asked.wanted(), asked.all_landmarks()),
                (Wanted::ALL, true),
                "{names:?}"
            );
        }
    }

    #[test]
    fn single_names_add_up() {
        let asked = asked(&["GENDER", "AGE_RANGE", "GENDER"]).expect("valid");
        assert_eq!(
            asked.wanted(),
            Wanted {
                gender: true,
                age: true,
                ..Wanted::DEFAULT
            }
        );
        assert!(asked.all_landmarks());
    }

    #[test]
    fn every_name_of_the_model_is_accepted() {
        for (name, _, _) in ATTRIBUTES {
            assert!(asked(&[name]).is_ok(), "{name}");
        }
    }

    #[test]
    fn a_name_outside_the_model_is_named_with_the_choices() {
        for names in [&["SMILING"][..], &["ALL", "all"], &[""]] {
            let error = asked(names).expect_err("refused");
            assert_eq!(error.code, "InvalidParameterException");
            let start = format!(
                "1 validation error detected: Value '[{}]' at 'attributes'",
                names.join(", ")
            );
            assert!(error.message.starts_with(&start), "{}", error.message);
            assert!(
                error
                    .message
                    .contains("[DEFAULT, ALL, AGE_RANGE, BEARD, EMOTIONS,"),
                "{}",
                error.message
            );
        }
    }
}
