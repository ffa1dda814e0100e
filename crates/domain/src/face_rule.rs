//! Which pictures of a face others may be compared with: the rule by which a face is added to a person.
//!
//! It is stricter than recognition needs, because a picture that is added is compared with for years, and whoever adds it
//! can take another one at once. "Measured" refers to what the local engine reports for every third of 961 portraits of
//! Labeled Faces in the Wild, 250 px (`rekognition-local`'s example `quality_quantiles`): 1 of 100 is below the first number
//! and 1 of 100 above the second. Brightness and sharpness were measured there alone: Amazon's are numbers of another engine, and what
//! they are for the same pictures nobody has measured.

/// Why a picture cannot be used. The order is that in which reasons are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaceFault {
    /// No face was found.
    NoFace,
    /// There is more than one face, so it is not clear whose is meant.
    SeveralFaces,
    /// The face has too few pixels.
    TooSmall,
    /// The face does not look into the camera.
    TurnedAway,
    /// Too little light.
    TooDark,
    /// Too much light.
    TooBright,
    /// Out of focus, or moved.
    Blurred,
    /// Something covers the face.
    Covered,
    /// It is the face of another person whom the account has registered. Never found by [`faults`], which looks at
    /// one picture.
    EnrolledAsAnother,
    /// It is not like the faces that the person has. Never found by [`faults`] either.
    NotThisPerson,
}

/// What was measured of a face, as Rekognition measures it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SeenFace {
    /// Shorter side of its box, in pixels of the picture that is kept.
    pub shorter_side_px: f32,
    /// How far it is turned to a side, in degrees.
    pub yaw: f32,
    /// How far it nods, in degrees.
    pub pitch: f32,
    /// How far it is tilted, in degrees.
    pub roll: f32,
    /// Brightness, 0 to 100.
    pub brightness: f32,
    /// Sharpness, 0 to 100.
    pub sharpness: f32,
    /// Whether something covers it, and how sure that is in percent; `None` where that was not measured.
    pub occluded: Option<(bool, f32)>,
    /// Whether it wears sunglasses, and how sure that is in percent; `None` where that was not measured.
    pub sunglasses: Option<(bool, f32)>,
}

/// Least length of the box's shorter side, in pixels. Measured: 74 to 116. Chosen between what Rekognition asks for in
/// comparisons (50, "Recommendations for facial comparison input images") and the 150 that the local engine's network is fed with.
pub const LEAST_SIDE_PX: f32 = 80.0;

/// Largest turn to either side, in degrees. Measured: 0 to 37. Chosen: Rekognition recommends at most 45 of a picture that is
/// compared, and one that others are compared with is better by a third.
pub const MOST_YAW: f32 = 30.0;

/// Largest nod up or down, in degrees. Measured: -16 to 27. Chosen: Rekognition recommends at most 30 down and 45 up.
pub const MOST_PITCH: f32 = 25.0;

/// Largest tilt to either shoulder, in degrees. Measured: 0 to 10. Chosen: Rekognition does not limit it, and faces are turned
/// upright before they are compared; beyond half a right angle it is the picture that lies on its side.
pub const MOST_ROLL: f32 = 45.0;

/// Least brightness. Measured, on the local engine and not on Amazon's: 22 to 64, and 21 for a face in the shade of the sample
/// photos. Chosen.
pub const LEAST_BRIGHTNESS: f32 = 20.0;

/// Largest brightness. Measured, on the local engine and not on Amazon's: 22 to 64, 78 the most of 642 faces. Chosen: beyond it
/// little is left but white.
pub const MOST_BRIGHTNESS: f32 = 90.0;

/// Least sharpness. Measured, on the local engine and not on Amazon's: 23 to 74. Chosen.
pub const LEAST_SHARPNESS: f32 = 20.0;

/// Confidence from which a face counts as covered, in percent. Chosen: a doubtful verdict must not keep out whoever wears
/// glasses or a beard.
pub const COVERED_FROM_PERCENT: f32 = 80.0;

/// Returns everything that keeps a picture with these faces from being added to a person, in the order of [`FaceFault`]; nothing if
/// it can be.
///
/// With several faces nothing else is said: it would be about one of them.
#[must_use]
pub fn faults(faces: &[SeenFace]) -> Vec<FaceFault> {
    match faces {
        [] => vec![FaceFault::NoFace],
        [face] => faults_of(face),
        _ => vec![FaceFault::SeveralFaces],
    }
}

/// Returns everything that keeps a picture with these faces from being compared once, as [`faults`] does. Light and sharpness do not:
/// nothing is compared with it later, and a limit that is wrong for the engine or the room would turn everybody away.
#[must_use]
pub fn probe_faults(faces: &[SeenFace]) -> Vec<FaceFault> {
    let mut faults = faults(faces);
    faults.retain(|it| !matches!(it, FaceFault::TooDark | FaceFault::TooBright | FaceFault::Blurred));
    faults
}

/// Written so that what is not a number is a fault.
fn faults_of(face: &SeenFace) -> Vec<FaceFault> {
    let covers = |verdict: Option<(bool, f32)>| {
        verdict.is_some_and(|(value, confidence)| value && COVERED_FROM_PERCENT <= confidence)
    };
    let looks = face.yaw.abs() <= MOST_YAW && face.pitch.abs() <= MOST_PITCH && face.roll.abs() <= MOST_ROLL;
    let checks = [
        (LEAST_SIDE_PX <= face.shorter_side_px, FaceFault::TooSmall),
        (looks, FaceFault::TurnedAway),
        (LEAST_BRIGHTNESS <= face.brightness, FaceFault::TooDark),
        (face.brightness <= MOST_BRIGHTNESS, FaceFault::TooBright),
        (LEAST_SHARPNESS <= face.sharpness, FaceFault::Blurred),
        (
            !covers(face.occluded) && !covers(face.sunglasses),
            FaceFault::Covered,
        ),
    ];
    let failed = checks.into_iter().filter(|(passes, _)| !passes);
    failed.map(|(_, fault)| fault).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use FaceFault as F;

    const GOOD: SeenFace = SeenFace {
        shorter_side_px: LEAST_SIDE_PX,
        yaw: -MOST_YAW,
        pitch: MOST_PITCH,
        roll: MOST_ROLL,
        brightness: LEAST_BRIGHTNESS,
        sharpness: LEAST_SHARPNESS,
        occluded: Some((true, COVERED_FROM_PERCENT - 0.1)),
        sunglasses: Some((false, 99.0)),
    };

    #[test]
    fn a_face_at_every_limit_can_be_used() {
        assert_eq!(faults(&[GOOD]), []);
        let bright = SeenFace {
            brightness: MOST_BRIGHTNESS,
            ..GOOD
        };
        assert_eq!(faults(&[bright]), []);
        let unmeasured = SeenFace {
            occluded: None,
            sunglasses: None,
            ..GOOD
        };
        assert_eq!(faults(&[unmeasured]), []);
    }

    #[test]
    fn a_face_just_beyond_a_limit_cannot() {
        let beyond = |it: f32| it + 0.1;
        let covered = Some((true, COVERED_FROM_PERCENT));
        for (face, fault) in [
            (
                SeenFace {
                    shorter_side_px: LEAST_SIDE_PX - 0.1,
                    ..GOOD
                },
                F::TooSmall,
            ),
            (
                SeenFace {
                    yaw: -beyond(MOST_YAW),
                    ..GOOD
                },
                F::TurnedAway,
            ),
            (
                SeenFace {
                    pitch: beyond(MOST_PITCH),
                    ..GOOD
                },
                F::TurnedAway,
            ),
            (
                SeenFace {
                    roll: beyond(MOST_ROLL),
                    ..GOOD
                },
                F::TurnedAway,
            ),
            (
                SeenFace {
                    brightness: LEAST_BRIGHTNESS - 0.1,
                    ..GOOD
                },
                F::TooDark,
            ),
            (
                SeenFace {
                    brightness: beyond(MOST_BRIGHTNESS),
                    ..GOOD
                },
                F::TooBright,
            ),
            (
                SeenFace {
                    sharpness: LEAST_SHARPNESS - 0.1,
                    ..GOOD
                },
                F::Blurred,
            ),
            (
                SeenFace {
                    occluded: covered,
                    ..GOOD
                },
                F::Covered,
            ),
            (
                SeenFace {
                    sunglasses: covered,
                    ..GOOD
                },
                F::Covered,
            ),
        ] {
            assert_eq!(faults(&[face]), [fault], "{face:?}");
        }
    }

    #[test]
    fn everything_is_told_at_once_and_in_order() {
        let bad = SeenFace {
            shorter_side_px: 10.0,
            yaw: 90.0,
            pitch: 0.0,
            roll: 0.0,
            brightness: 1.0,
            sharpness: 1.0,
            occluded: Some((true, 99.0)),
            sunglasses: Some((true, 99.0)),
        };
        let told = faults(&[bad]);
        assert_eq!(
            told,
            [F::TooSmall, F::TurnedAway, F::TooDark, F::Blurred, F::Covered]
        );
        assert!(told.is_sorted());
    }

    #[test]
    fn light_and_sharpness_do_not_matter_to_one_comparison() {
        for quality in [0.0, 100.0, f32::NAN] {
            let probe = SeenFace {
                brightness: quality,
                sharpness: quality,
                ..GOOD
            };
            assert_eq!(probe_faults(&[probe]), []);
            let turned = SeenFace { yaw: 90.0, ..probe };
            assert_eq!(probe_faults(&[turned]), [F::TurnedAway]);
            assert_eq!(probe_faults(&[turned, GOOD]), [F::SeveralFaces]);
        }
        assert_eq!(probe_faults(&[]), [F::NoFace]);
    }

    #[test]
    fn there_must_be_one_face() {
        assert_eq!(faults(&[]), [F::NoFace]);
        let bad = SeenFace { yaw: 90.0, ..GOOD };
        assert_eq!(faults(&[GOOD, bad]), [F::SeveralFaces]);
    }

    #[test]
    fn what_is_not_a_number_is_a_fault() {
        let unknown = SeenFace {
            shorter_side_px: f32::NAN,
            yaw: f32::NAN,
            brightness: f32::NAN,
            sharpness: f32::NAN,
            ..GOOD
        };
        assert_eq!(
            faults(&[unknown]),
            [F::TooSmall, F::TurnedAway, F::TooDark, F::TooBright, F::Blurred]
        );
    }
}
