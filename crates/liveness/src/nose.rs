//! Kind `nose`: bring the tip of the nose to one place, as a head that turns does.
//!
//! The rules are those of the reference challenge (aws-samples/liveness-detection), with its constants, in
//! [`NoseKind::Reference`]. [`NoseKind::Scaled`] is what is used: the target's distance and size follow the face, the
//! nose has to stay there, and its path has to be long enough to be judged.

mod target;

use serde::{Deserialize, Serialize};

use crate::frame::ServerMs;
use crate::path;
use crate::shape::Shape;
use crate::sight::{Seen, Sight};
use crate::space::{PictureSize, Point, Rect};
use crate::verdict::{Hint, Instruction, Reason, Task};

pub use target::Target;

/// Which rules judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoseKind {
    /// As the reference does it, to compare with: a target of 20 px at a place that does not depend on the face, four
    /// points of path, and one frame inside.
    Reference,
    /// Target scaled with the face, at least six points of path, plausible speed, two frames inside and at rest.
    Scaled,
}

/// Time for it in milliseconds, from the frame that entered the area. From the reference.
pub const LIMIT_MS: i64 = 10_000;

/// Time between two frames that a client should keep, in milliseconds: six points of a path that takes a second, and enough
/// frames for eight seconds.
pub const FRAME_INTERVAL_MS: i64 = 200;

/// Frames without a usable face that are tolerated after the area. The reference's client tolerates four; its server none.
pub const TOLERATED_FACELESS: u8 = 4;

/// Slack of the area on every side, of its width and height. From the reference's server.
const AREA_SLACK_REFERENCE: f64 = 0.05;

/// Slack of the area for a scaled target. From the reference's client: a head that turns moves its box by a fifth of its width.
const AREA_SLACK: f64 = 0.15;

/// Degrees of yaw beyond which a head is turned. From the reference.
pub(crate) const TURNED_DEG: f64 = 5.0;

/// Least change of shape where the yaw says that the head turned, and where it says nothing. From the reference: 0.1 ·
/// 0.75 and 0.1 · 1.5.
const SHAPE_CHANGE_TURNED: f64 = 0.075;
const SHAPE_CHANGE_FRONTAL: f64 = 0.15;

/// Largest residual of the path, of the picture's height. From the reference (its successor: 0.02).
const RESIDUAL_OF_PICTURE: f64 = 0.01;

/// Largest residual of the path, across the way to the target, in face widths.
///
/// The reference's 0.01 of 480 px is 0.0235 of the face of 204 px in its vectors; the path of their shaken picture has 0.0303.
/// Between them, so that people may correct their aim.
const RESIDUAL_OF_FACE: f64 = 0.03;

/// Fewest different points of a path. From the security rules of the product.
const MIN_POINTS: usize = 6;

/// Nearer than this to where it began, in face widths, a hurried path begins anew. Chosen, as in a sequence: less than the near
/// edge of the nearest target.
const BEGIN_REACH: f64 = 0.08;

/// Points nearer than this to an earlier one are not different, in face widths: 1 px of a face of 200 px.
pub(crate) const POINT_SPACING: f64 = 0.005;

/// Fastest nose, in face widths a second.
///
/// Quick voluntary turns of a head reach 300° a second; a nose 0.8 face widths from the neck's axis then moves at 4.2.
pub(crate) const MAX_SPEED: f64 = 5.0;

/// Fastest nose that is at rest, in face widths a second: a head that only sways, and a pixel of noise at four frames a
/// second. Chosen by simulation (`examples/monte_carlo.rs`).
pub(crate) const REST_SPEED: f64 = 0.5;

/// Frames nearer in time than this count as this far apart, in milliseconds: two frames of a camera with 15 frames a
/// second that the network delivered together.
const LEAST_INTERVAL_MS: i64 = 66;

/// The nose's way to the target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Run {
    kind: NoseKind,
    began_at: ServerMs,
    /// The face that entered the area.
    anchor: Point,
    face_width: f64,
    shape: Shape,
    target: Rect,
    picture: PictureSize,
    path: Vec<Point>,
    last: Option<(Point, ServerMs)>,
    faceless: u8,
    inside: u8,
    /// Arrived before there was a path to judge: has to begin anew.
    #[serde(default)]
    hurried: bool,
}

/// What a judged frame means for a run, of either kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Next {
    Stay(Option<Hint>),
    Reveal(Instruction),
    Pass,
    Fail(Reason, Option<Hint>),
}

impl Run {
    /// Begins with the face that entered the area.
    pub(crate) fn new(
        kind: NoseKind,
        target: Target,
        picture: PictureSize,
        seen: &Seen,
        at: ServerMs,
    ) -> Self {
        Self {
            kind,
            began_at: at,
            anchor: seen.nose,
            face_width: seen.face.width,
            shape: seen.shape,
            target: target.place(seen).snapped(),
            picture,
            path: Vec::new(),
            last: None,
            faceless: 0,
            inside: 0,
            hurried: false,
        }
    }

    pub(crate) fn instruction(&self, at: ServerMs) -> Instruction {
        Instruction {
            number: 1,
            task: Task::NoseInto(self.target),
            limit_ms: (LIMIT_MS - at.since(self.began_at)).max(0),
        }
    }

    pub(crate) fn is_late(&self, at: ServerMs) -> bool {
        LIMIT_MS < at.since(self.began_at)
    }

    /// Judges a frame.
    pub(crate) fn judge(&mut self, sight: &Sight, at: ServerMs) -> Next {
        if self.is_late(at) {
            return Next::Fail(Reason::Timeout, None);
        }
        let seen = match sight {
            Sight::One(seen) => seen,
            Sight::Several => return Next::Fail(Reason::MultipleFaces, Some(Hint::OnlyOneFace)),
            Sight::Nobody => {
                self.faceless += 1;
                return if TOLERATED_FACELESS < self.faceless {
                    Next::Fail(Reason::FaceLost, Some(Hint::NoFace))
                } else {
                    Next::Stay(Some(Hint::NoFace))
                };
            }
        };
        let slack = match self.kind {
            NoseKind::Reference => AREA_SLACK_REFERENCE,
            NoseKind::Scaled => AREA_SLACK,
        };
        if !self.picture.area().enlarged(slack).contains(&seen.face) {
            return Next::Fail(Reason::LeftArea, Some(Hint::CenterFace));
        }
        let speed = self
            .last
            .map_or(0.0, |last| speed(last, (seen.nose, at), self.face_width));
        self.last = Some((seen.nose, at));
        if self.hurried && seen.nose.distance(self.anchor) <= BEGIN_REACH * self.face_width {
            self.hurried = false;
            self.path.clear();
        }
        self.path.push(seen.nose);
        if self.kind == NoseKind::Scaled && MAX_SPEED < speed {
            return Next::Fail(Reason::TooFast, None);
        }
        if !self.target.has(seen.nose) {
            self.inside = 0;
            return Next::Stay(None);
        }
        if self.kind == NoseKind::Scaled {
            if self.hurried {
                return Next::Stay(Some(Hint::BackToMiddle));
            }
            self.inside = if speed <= REST_SPEED { self.inside + 1 } else { 1 };
            if self.inside < 2 {
                return Next::Stay(Some(Hint::HoldStill));
            }
            // Whoever is quicker than the network may do it again, as long as there is time.
            if path::distinct(&self.path, POINT_SPACING * self.face_width) < MIN_POINTS {
                self.hurried = true;
                self.inside = 0;
                return Next::Stay(Some(Hint::BackToMiddle));
            }
        }
        self.decide(seen)
    }

    fn decide(&self, seen: &Seen) -> Next {
        if let Err(reason) = self.check_path() {
            return Next::Fail(reason, None);
        }
        let target_is_right = match self.kind {
            NoseKind::Reference => self.picture.width() / 2.0 < self.target.centre().x,
            NoseKind::Scaled => self.anchor.x < self.target.centre().x,
        };
        let towards = if target_is_right { seen.yaw } else { -seen.yaw };
        let needed = if towards < -TURNED_DEG {
            return Next::Fail(Reason::WrongWay, Some(Hint::OtherWay));
        } else if towards <= TURNED_DEG {
            SHAPE_CHANGE_FRONTAL
        } else {
            SHAPE_CHANGE_TURNED
        };
        if needed < self.shape.distance(&seen.shape) {
            Next::Pass
        } else {
            Next::Fail(Reason::FlatFace, None)
        }
    }

    fn check_path(&self) -> Result<(), Reason> {
        let (residual, most) = match self.kind {
            NoseKind::Reference => {
                let ratios: Vec<_> = self
                    .path
                    .iter()
                    .map(|it| Point {
                        x: it.x / self.picture.width(),
                        y: it.y / self.picture.height(),
                    })
                    .collect();
                (path::residual(&ratios), RESIDUAL_OF_PICTURE)
            }
            NoseKind::Scaled => {
                let towards = towards(&self.path, self.anchor, self.target.centre(), self.face_width);
                (path::residual(&towards), RESIDUAL_OF_FACE)
            }
        };
        match residual {
            None => Err(Reason::TooFast),
            Some(residual) if residual <= most => Ok(()),
            Some(_) => Err(Reason::PathNotSmooth),
        }
    }
}

/// Returns the path in face widths from `origin`, with `x` along the way to `target` and `y` across it.
///
/// So that a parabola can be laid through a path of any direction: straight up, `y` would not be a function of `x`.
pub(crate) fn towards(path: &[Point], origin: Point, target: Point, face_width: f64) -> Vec<Point> {
    let length = origin.distance(target).max(f64::MIN_POSITIVE);
    let (along_x, along_y) = ((target.x - origin.x) / length, (target.y - origin.y) / length);
    path.iter()
        .map(|it| {
            let (x, y) = ((it.x - origin.x) / face_width, (it.y - origin.y) / face_width);
            Point {
                x: x * along_x + y * along_y,
                y: y * along_x - x * along_y,
            }
        })
        .collect()
}

/// Face widths a second between two sightings of the nose.
pub(crate) fn speed(from: (Point, ServerMs), to: (Point, ServerMs), face_width: f64) -> f64 {
    let seconds = to.1.since(from.1).max(LEAST_INTERVAL_MS) as f64 / 1000.0;
    from.0.distance(to.0) / face_width / seconds
}

#[cfg(test)]
mod tests;
