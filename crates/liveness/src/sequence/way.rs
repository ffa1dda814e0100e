//! The nose's way to one of eight targets around the place where it was when the step was shown.

use serde::{Deserialize, Serialize};

use crate::gesture::{Rest, SHAPE_CHANGE, SHAPE_CHANGE_SLIGHT, SHAPE_TELLS_DEG};
use crate::nose::{REST_SPEED, towards};
use crate::path;
use crate::sight::Seen;
use crate::space::Point;
use crate::step::Direction;

/// From where the nose was when the step was shown to a target, in face widths: 19° of yaw for a nose 0.8 widths from the
/// neck's axis. Chosen.
pub const TARGET_DISTANCE: f64 = 0.25;

/// From a target's middle to its edge, in face widths: just less than half of the way to its neighbour (0.191).
pub const TARGET_REACH: f64 = 0.09;

/// Frames inside a target, at rest, that make up a stay.
const STAY_FRAMES: u8 = 2;

/// Nearer than this to where it began, in face widths, a way begins anew. Chosen: less than the targets' near edge.
const BEGIN_REACH: f64 = 0.08;

/// Largest residual of a way, across it, in face widths: the reference's successor's 0.02 of 480 px, for a face of 204 px. One step
/// of several may be judged more mildly than the only one; a nose that sweeps along the targets has more than 0.1.
const RESIDUAL: f64 = 0.047;

/// Least angle of a head whose nose is in a target, in the target's direction, in degrees. Chosen: the near edge of a target is at
/// 12°, less a detector's error.
const AIMED_DEG: f64 = 8.0;

/// Where the nose was since the step was shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Way {
    anchor: Point,
    points: Vec<Point>,
    stay: u8,
    elsewhere: Option<(Direction, u8)>,
    /// The way was no straight one: it has to begin anew.
    strayed: bool,
}

/// Where the nose is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Follow {
    OnTheWay,
    /// In the target, not for long enough.
    Inside,
    There,
    /// Stays at another target, since just now.
    Elsewhere,
    /// Arrived by a detour, just now.
    Detour,
    /// Has to begin anew, for it.
    BackToMiddle,
    /// Arrived without turning.
    Flat,
}

impl Way {
    pub(super) fn from(anchor: Point) -> Self {
        Self {
            anchor,
            points: vec![anchor],
            stay: 0,
            elsewhere: None,
            strayed: false,
        }
    }

    /// Middle of the target in this direction.
    pub(super) fn target(&self, direction: Direction, rest: &Rest) -> Point {
        let unit = direction.unit();
        Point {
            x: self.anchor.x + TARGET_DISTANCE * rest.width * unit.x,
            y: self.anchor.y + TARGET_DISTANCE * rest.width * unit.y,
        }
    }

    /// Tells whether the nose is on the target's side of where it began.
    pub(super) fn is_on_side_of(&self, direction: Direction, nose: Point) -> bool {
        let unit = direction.unit();
        0.0 <= (nose.x - self.anchor.x) * unit.x + (nose.y - self.anchor.y) * unit.y
    }

    /// Takes a frame, with the nose's speed in face widths a second.
    pub(super) fn follow(&mut self, asked: Direction, seen: &Seen, speed: f64, rest: &Rest) -> Follow {
        if seen.nose.distance(self.anchor) <= BEGIN_REACH * rest.width {
            self.points.clear();
            self.strayed = false;
        }
        self.points.push(seen.nose);
        let rests = speed <= REST_SPEED;
        let is_at = |it: &Direction| seen.nose.distance(self.target(*it, rest)) <= TARGET_REACH * rest.width;
        match Direction::all().find(is_at) {
            Some(at) if at == asked => self.stay(asked, seen, rests, rest),
            at => {
                self.stay = 0;
                // Targets on the other side are told as looking away.
                self.stay_elsewhere(at.filter(|_| self.is_on_side_of(asked, seen.nose)), rests)
            }
        }
    }

    fn stay(&mut self, asked: Direction, seen: &Seen, rests: bool, rest: &Rest) -> Follow {
        self.elsewhere = None;
        if self.strayed {
            return Follow::BackToMiddle;
        }
        self.stay = if rests { self.stay.saturating_add(1) } else { 1 };
        if self.stay < STAY_FRAMES {
            return Follow::Inside;
        }
        let way = towards(&self.points, self.anchor, self.target(asked, rest), rest.width);
        match path::residual(&way) {
            // Too few points to judge the way by: the person stays a frame longer.
            None => Follow::Inside,
            Some(residual) if RESIDUAL < residual => {
                self.strayed = true;
                Follow::Detour
            }
            Some(_) if is_turned(asked, seen, rest) => Follow::There,
            Some(_) => Follow::Flat,
        }
    }

    fn stay_elsewhere(&mut self, at: Option<Direction>, rests: bool) -> Follow {
        self.elsewhere = at.map(|at| match self.elsewhere {
            Some((before, frames)) if before == at && rests => (at, frames.saturating_add(1)),
            _ => (at, 1),
        });
        match self.elsewhere {
            Some((_, STAY_FRAMES)) => Follow::Elsewhere,
            _ => Follow::OnTheWay,
        }
    }
}

/// Tells whether the head is turned towards the target as a solid one is: by its pose, and by its shape where that can tell.
fn is_turned(direction: Direction, seen: &Seen, rest: &Rest) -> bool {
    let unit = direction.unit();
    let sideways = if seen.pose_agrees() {
        (seen.yaw - rest.yaw) * unit.x
    } else {
        0.0
    };
    let upright = (seen.pitch - rest.pitch).abs() * unit.y.abs();
    let least_change = if SHAPE_TELLS_DEG <= rest.turned_by(seen) {
        SHAPE_CHANGE
    } else if unit.y.abs() < 0.5 {
        SHAPE_CHANGE_SLIGHT
    } else {
        // Half or wholly a nod.
        0.0
    };
    AIMED_DEG <= sideways + upright && least_change <= rest.shape_change(seen)
}
