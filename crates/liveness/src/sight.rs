//! What of a frame can be used: the one face in pixels, or why there is none.
//!
//! Everything after this module works with finite numbers.

use crate::frame::{Face, Frame, LandmarkKind, Ratios};
use crate::shape::Shape;
use crate::space::{PictureSize, Point, Rect, snap};

/// Ratios farther than this from 0 are no place in or near a picture. Chosen: two pictures away.
const FARTHEST_RATIO: f64 = 3.0;

/// Most landmarks that are looked at: Rekognition gives 30, denser models 68.
const MAX_LANDMARKS: usize = 100;

/// What a frame shows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Sight {
    /// No face, or one whose numbers make no sense, or one without a nose.
    Nobody,
    /// Two faces or more.
    Several,
    /// Exactly one.
    One(Box<Seen>),
}

/// The one face of a frame, in pixels.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seen {
    pub(crate) face: Rect,
    pub(crate) nose: Point,
    /// How far the nose is to the right of the eyes' middle, along the line through the eyes, in pixels; `None` unless both eyes
    /// were found. Tilting the head does not change it.
    aside: Option<f64>,
    pub(crate) shape: Shape,
    /// Degrees, see [`crate::frame::Pose`].
    pub(crate) yaw: f64,
    pub(crate) pitch: f64,
    /// Percent, 0 to 100; `None` where the detector did not say.
    pub(crate) eyes_open: Option<f64>,
    pub(crate) smile: Option<f64>,
    pub(crate) mouth_open: Option<f64>,
}

impl Sight {
    pub(crate) fn of(frame: &Frame, picture: PictureSize) -> Self {
        match frame.faces.as_slice() {
            [] => Self::Nobody,
            [face] => Seen::of(face, picture).map_or(Self::Nobody, |seen| Self::One(Box::new(seen))),
            _ => Self::Several,
        }
    }
}

impl Seen {
    fn of(face: &Face, picture: PictureSize) -> Option<Self> {
        let point = |x: f64, y: f64| {
            let near = x.abs() <= FARTHEST_RATIO && y.abs() <= FARTHEST_RATIO;
            near.then(|| Point {
                x: x * picture.width(),
                y: y * picture.height(),
            })
        };
        let named = |kind| {
            let mark = face.landmarks.iter().find(|it| it.kind == kind)?;
            point(mark.x, mark.y)
        };
        let landmarks = face.landmarks.iter().take(MAX_LANDMARKS);
        let landmarks: Vec<Point> = landmarks.filter_map(|it| point(it.x, it.y)).collect();
        let nose = named(LandmarkKind::Nose)?.snapped();
        let eyes = named(LandmarkKind::EyeLeft).zip(named(LandmarkKind::EyeRight));
        let percent = |judgement: Option<crate::frame::Judgement>| {
            let percent = judgement?.percent_yes();
            (0.0..=100.0).contains(&percent).then_some(percent)
        };
        Some(Self {
            face: rect(&face.bounding_box, picture)?,
            nose,
            aside: eyes.and_then(|(left, right)| aside(nose, left, right)),
            shape: Shape::of(&landmarks),
            yaw: angle(face.pose.yaw)?,
            pitch: angle(face.pose.pitch)?,
            eyes_open: percent(face.eyes_open),
            smile: percent(face.smile),
            mouth_open: percent(face.mouth_open),
        })
    }

    /// Tells whether the nose is on the side of the eyes' middle that the yaw says.
    ///
    /// Where they disagree the detector's sign is not the one the rules mean, or the pose is not this face's: such a
    /// frame is no evidence of a turn. A face without both eyes (turned far) has only its yaw.
    pub(crate) fn pose_agrees(&self) -> bool {
        self.aside.is_none_or(|aside| 0.0 <= aside * self.yaw)
    }
}

fn aside(nose: Point, left: Point, right: Point) -> Option<f64> {
    let apart = left.distance(right);
    let along = (nose.x - f64::midpoint(left.x, right.x)) * (right.x - left.x)
        + (nose.y - f64::midpoint(left.y, right.y)) * (right.y - left.y);
    (1.0 <= apart).then(|| along / apart)
}

fn angle(degrees: f64) -> Option<f64> {
    (degrees.abs() <= 180.0).then(|| snap(degrees))
}

fn rect(ratios: &Ratios, picture: PictureSize) -> Option<Rect> {
    let all = [ratios.left, ratios.top, ratios.width, ratios.height];
    let near = all.iter().all(|it| it.abs() <= FARTHEST_RATIO);
    let rect = Rect {
        left: ratios.left * picture.width(),
        top: ratios.top * picture.height(),
        width: ratios.width * picture.width(),
        height: ratios.height * picture.height(),
    };
    // Distances are divided by the face's width: one that is thinner than a pixel is no face.
    (near && 1.0 <= rect.width && 1.0 <= rect.height).then(|| rect.snapped())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{face, frame};

    fn size() -> PictureSize {
        PictureSize::new(640, 480).unwrap()
    }

    #[test]
    fn a_face_is_seen_in_pixels() {
        let Sight::One(seen) = Sight::of(&frame(0, vec![face()]), size()) else {
            panic!("one face");
        };
        assert!((seen.nose.x - 320.0).abs() < 1e-9 && (seen.face.width - 204.0).abs() < 1e-9);
        assert!(seen.pose_agrees());
    }

    #[test]
    fn two_faces_are_several_even_if_one_makes_no_sense() {
        let mut nonsense = face();
        nonsense.bounding_box.width = f64::NAN;
        assert_eq!(
            Sight::of(&frame(0, vec![face(), nonsense]), size()),
            Sight::Several
        );
    }

    #[test]
    fn numbers_that_make_no_face_are_nobody() {
        let break_it: [fn(&mut Face); 6] = [
            |it| it.bounding_box.width = 0.0,
            |it| it.bounding_box.left = f64::NAN,
            |it| it.bounding_box.height = f64::INFINITY,
            |it| it.pose.yaw = f64::NAN,
            |it| it.pose.pitch = 181.0,
            |it| it.landmarks.clear(),
        ];
        for change in break_it {
            let mut broken = face();
            change(&mut broken);
            assert_eq!(Sight::of(&frame(0, vec![broken]), size()), Sight::Nobody);
        }
    }

    #[test]
    fn the_side_of_the_nose_does_not_depend_on_the_tilt() {
        let point = |x: f64, y: f64| Point { x, y };
        let straight = aside(point(108.0, 140.0), point(60.0, 100.0), point(140.0, 100.0));
        assert_eq!(straight, Some(8.0));
        // The same, turned by a right angle about the origin.
        let tilted = aside(point(-140.0, 108.0), point(-100.0, 60.0), point(-100.0, 140.0));
        assert_eq!(tilted, Some(8.0));
        assert_eq!(aside(point(1.0, 1.0), point(5.0, 5.0), point(5.0, 5.0)), None);
    }

    #[test]
    fn a_yaw_against_the_nose_does_not_agree() {
        let mut turned = face();
        for mark in &mut turned.landmarks {
            if mark.kind == LandmarkKind::Nose {
                mark.x += 0.05;
            }
        }
        for (yaw, agrees) in [(20.0, true), (-20.0, false)] {
            turned.pose.yaw = yaw;
            let Sight::One(seen) = Sight::of(&frame(0, vec![turned.clone()]), size()) else {
                panic!("one face");
            };
            assert_eq!(seen.pose_agrees(), agrees, "{yaw}");
        }
    }
}
