//! What a gesture means while a step is shown.

use super::way::Way;
use crate::gesture::Told;
use crate::sight::Seen;
use crate::step::Step;

/// Least angle towards a target, in degrees; the reference's turned head.
const TOWARDS_DEG: f64 = 5.0;

/// What it means.
pub(super) enum Meaning {
    /// It is what was asked for.
    Asked,
    /// Everybody does it.
    Free,
    /// It was not asked for, and weighs this much.
    Stray(u8),
}

/// Returns what it means.
pub(super) fn meaning(step: Step, told: Told, seen: &Seen, way: &Way) -> Meaning {
    let towards_or_stray = |towards: bool| if towards { Meaning::Free } else { Meaning::Stray(2) };
    match (step, told) {
        (Step::TurnLeft, Told::TurnedLeft)
        | (Step::TurnRight, Told::TurnedRight)
        | (Step::Blink, Told::Blinked)
        | (Step::Smile, Told::Smiled)
        | (Step::MouthOpen, Told::OpenedMouth)
        | (Step::ComeCloser, Told::CameCloser) => Meaning::Asked,
        // A turn is told as looking away before; once is enough. A smile may show teeth, an open mouth may look merry.
        (_, Told::Blinked | Told::TurnedLeft | Told::TurnedRight)
        | (Step::Smile, Told::OpenedMouth)
        | (Step::MouthOpen, Told::Smiled) => Meaning::Free,
        (_, Told::Smiled | Told::OpenedMouth) => Meaning::Stray(1),
        (Step::TurnLeft, Told::Away) => towards_or_stray(TOWARDS_DEG <= seen.yaw),
        (Step::TurnRight, Told::Away) => towards_or_stray(TOWARDS_DEG <= -seen.yaw),
        (Step::Nose(direction), Told::Away) => towards_or_stray(way.is_on_side_of(direction, seen.nose)),
        (_, Told::CameCloser | Told::Away) => Meaning::Stray(2),
    }
}
