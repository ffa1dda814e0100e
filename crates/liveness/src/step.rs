//! The steps of a sequence, and the gestures they are made of.

use serde::{Deserialize, Serialize};

use crate::space::Point;

/// One step of a sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Bring the nose to the target in this direction.
    Nose(Direction),
    /// Turn the head to one's own left: to the right of the unmirrored picture.
    TurnLeft,
    /// Turn the head to one's own right.
    TurnRight,
    /// Close the eyes for a moment and open them.
    Blink,
    /// Smile.
    Smile,
    /// Open the mouth.
    MouthOpen,
    /// Come closer to the camera.
    ComeCloser,
}

/// What a person may ask to be spared, whatever the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gesture {
    /// Turns to either side.
    Turn,
    /// Closing the eyes.
    Blink,
    /// Smiling.
    Smile,
    /// Opening the mouth.
    MouthOpen,
    /// Coming closer.
    ComeCloser,
}

impl Step {
    /// Every step there is.
    pub const ALL: [Self; Direction::COUNT + 6] = {
        let mut all = [Self::TurnLeft; Direction::COUNT + 6];
        let mut at = 0;
        while at < Direction::COUNT {
            all[at] = Self::Nose(Direction(at as u8));
            at += 1;
        }
        all[Direction::COUNT + 1] = Self::TurnRight;
        all[Direction::COUNT + 2] = Self::Blink;
        all[Direction::COUNT + 3] = Self::Smile;
        all[Direction::COUNT + 4] = Self::MouthOpen;
        all[Direction::COUNT + 5] = Self::ComeCloser;
        all
    };

    /// Returns the gesture that one may be spared; `None` for the nose, which is all that remains then.
    #[must_use]
    pub const fn gesture(self) -> Option<Gesture> {
        match self {
            Self::Nose(_) => None,
            Self::TurnLeft | Self::TurnRight => Some(Gesture::Turn),
            Self::Blink => Some(Gesture::Blink),
            Self::Smile => Some(Gesture::Smile),
            Self::MouthOpen => Some(Gesture::MouthOpen),
            Self::ComeCloser => Some(Gesture::ComeCloser),
        }
    }

    /// Tells whether the face's parts move: what a picture that is moved about cannot do.
    #[must_use]
    pub const fn is_expression(self) -> bool {
        matches!(self, Self::Blink | Self::Smile | Self::MouthOpen)
    }

    /// Tells whether the head turns: what a mask held still cannot do.
    #[must_use]
    pub const fn is_head_motion(self) -> bool {
        matches!(self, Self::Nose(_) | Self::TurnLeft | Self::TurnRight)
    }
}

/// One of eight directions in the picture: 0 is right, then clockwise in steps of 45° (2 is down).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Direction(u8);

/// A number that is no direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a direction is less than {}", Direction::COUNT)]
pub struct InvalidDirection;

impl Direction {
    /// How many there are. With more, neighbours would be nearer than people can point with their nose.
    pub const COUNT: usize = 8;

    /// All directions.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..Self::COUNT as u8).map(Self)
    }

    /// The unit vector, in the picture's axes.
    #[must_use]
    pub fn unit(self) -> Point {
        let (y, x) = (f64::from(self.0) * std::f64::consts::FRAC_PI_4).sin_cos();
        Point { x, y }
    }
}

impl TryFrom<u8> for Direction {
    type Error = InvalidDirection;

    fn try_from(number: u8) -> Result<Self, InvalidDirection> {
        if usize::from(number) < Self::COUNT {
            Ok(Self(number))
        } else {
            Err(InvalidDirection)
        }
    }
}

impl From<Direction> for u8 {
    fn from(direction: Direction) -> Self {
        direction.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_steps_are_different() {
        let unique: std::collections::HashSet<_> = Step::ALL.into_iter().collect();
        assert_eq!(unique.len(), 14);
    }

    #[test]
    fn direction_two_is_down_and_four_is_left() {
        let [down, left] = [2, 4].map(|it| Direction::try_from(it).unwrap().unit());
        assert!(down.x.abs() < 1e-9 && (down.y - 1.0).abs() < 1e-9);
        assert!((left.x + 1.0).abs() < 1e-9 && left.y.abs() < 1e-9);
        assert_eq!(Direction::try_from(8), Err(InvalidDirection));
    }
}
