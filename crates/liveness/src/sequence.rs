//! Kind `sequence`: several drawn steps, each shown only when the one before is passed.
//!
//! A recording made for other steps does the wrong things, so wrong things count: head motions that were not asked
//! for weigh two, expressions and a neighbour's target one, and more than two fail. Without that, a clip that does
//! everything in turn would pass every challenge. Blinking is free; everybody does.
//!
//! A step is shown when the person looks straight into the camera. Where the nose is then, is where the way to a
//! target begins.

use serde::{Deserialize, Serialize};

use crate::frame::ServerMs;
use crate::gesture::{Event, Latch, Rest, Told, Watch};
use crate::nose::{MAX_SPEED, Next, RESIDUAL_OF_FACE, REST_SPEED, speed, towards};
use crate::path;
use crate::risk::{Ledger, Signal};
use crate::shape::Shape;
use crate::sight::{Seen, Sight};
use crate::space::{PictureSize, Point, Rect};
use crate::step::{Direction, Step};
use crate::verdict::{Hint, Instruction, Reason, Task};

/// How much time there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pace {
    /// Eight seconds a step.
    Standard,
    /// Twenty seconds a step, for whoever asks for it.
    Unhurried,
}

impl Pace {
    /// Longest time for a step, and for looking straight before it, in milliseconds. Chosen: people begin within one second
    /// and move for one or two; WCAG 2.2.1 asks for ways to have more.
    #[must_use]
    pub const fn step_limit_ms(self) -> i64 {
        match self {
            Self::Standard => 8_000,
            Self::Unhurried => 20_000,
        }
    }

    /// Longest time that eyes are closed in a blink, in milliseconds. Chosen.
    #[must_use]
    pub const fn longest_blink_ms(self) -> i64 {
        match self {
            Self::Standard => 2_500,
            Self::Unhurried => 6_000,
        }
    }

    /// Time between two frames that a client should keep, in milliseconds, so that the frames of a challenge suffice for its
    /// steps.
    #[must_use]
    pub const fn frame_interval_ms(self) -> i64 {
        match self {
            Self::Standard => 250,
            Self::Unhurried => 600,
        }
    }
}

/// From where the nose was when the step was shown to a target, in face widths: 19° of yaw for a nose 0.8 widths from the
/// neck's axis. Chosen.
pub const TARGET_DISTANCE: f64 = 0.25;

/// From a target's middle to its edge, in face widths: just less than half of the way to its neighbour (0.191).
pub const TARGET_REACH: f64 = 0.09;

/// Frames in a row without a usable face that are tolerated.
pub const TOLERATED_UNUSABLE: u8 = 4;

/// Points of stray gestures that are tolerated: one motion of the head, or two expressions.
pub const TOLERATED_STRAYS: u8 = 2;

/// Largest part of the area's width for a face at the beginning, so that it can come closer and still be in there: 1 / 1.25.
pub const LARGEST_START: f64 = 0.8;

/// Frames of a target that make up a stay.
const STAY_FRAMES: u8 = 2;

/// Nearer than this to where it began, in face widths, a way begins anew. Chosen: less than the targets' near edge.
const BEGIN_REACH: f64 = 0.08;

/// Least angle towards a target, in degrees; the reference's turned head.
const TOWARDS_DEG: f64 = 5.0;

/// Least change of shape of a head that turned. From the reference: 0.1 · 0.75.
const SHAPE_CHANGE: f64 = 0.075;

/// Nobody reads and reacts faster, in milliseconds: visual reaction times begin at about this.
const REACTION_MS: i64 = 200;

/// The steps so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Run {
    /// Place of the current step.
    at: u8,
    since: ServerMs,
    rest: Rest,
    watch: Watch,
    strays: u8,
    unusable: u8,
    last: Option<(Point, ServerMs)>,
    shown: Option<Shown>,
}

/// A step that was shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Shown {
    index: u32,
    anchor: Point,
    shape: Shape,
    way: Vec<Point>,
    stay: u8,
    elsewhere: Option<(Direction, u8)>,
}

/// What does not change while a sequence runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Script<'a> {
    pub(crate) steps: &'a [Step],
    pub(crate) pace: Pace,
    pub(crate) picture: PictureSize,
}

/// A frame's place in the challenge and in time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct When {
    pub(crate) index: u32,
    pub(crate) at: ServerMs,
}

impl Run {
    /// Begins with the face that entered the area.
    pub(crate) fn new(seen: &Seen, at: ServerMs) -> Self {
        Self {
            at: 0,
            since: at,
            rest: Rest::of(seen),
            watch: Watch::default(),
            strays: 0,
            unusable: 0,
            last: Some((seen.nose, at)),
            shown: None,
        }
    }

    /// Number of the current step, from 1, and whether it is shown.
    pub(crate) const fn number(&self) -> (u8, bool) {
        (self.at.saturating_add(1), self.shown.is_some())
    }

    pub(crate) fn is_late(&self, pace: Pace, at: ServerMs) -> bool {
        pace.step_limit_ms() < at.since(self.since)
    }

    pub(crate) fn instruction(&self, script: Script<'_>, at: ServerMs) -> Option<Instruction> {
        let shown = self.shown.as_ref()?;
        let task = match *script.steps.get(usize::from(self.at))? {
            Step::Nose(direction) => {
                let target = shown.target(direction, self.rest.width);
                Task::NoseInto(Rect::around(target, TARGET_REACH * self.rest.width))
            }
            gesture => Task::Do(gesture),
        };
        Some(Instruction {
            number: self.number().0,
            task,
            limit_ms: (script.pace.step_limit_ms() - at.since(self.since)).max(0),
        })
    }

    /// Judges a frame.
    pub(crate) fn judge(
        &mut self,
        script: Script<'_>,
        sight: &Sight,
        when: When,
        ledger: &mut Ledger,
    ) -> Next {
        if self.is_late(script.pace, when.at) {
            return Next::Fail(Reason::Timeout, None);
        }
        let seen = match sight {
            Sight::Several => return Next::Fail(Reason::MultipleFaces, Some(Hint::OnlyOneFace)),
            Sight::Nobody => return self.not_usable(Reason::FaceLost, Hint::NoFace),
            Sight::One(seen) if !script.picture.area().has(seen.face.centre()) => {
                return self.not_usable(Reason::LeftArea, Hint::CenterFace);
            }
            Sight::One(seen) => seen,
        };
        self.unusable = 0;
        let speed = self
            .last
            .map_or(0.0, |last| speed(last, (seen.nose, when.at), seen.face.width));
        self.last = Some((seen.nose, when.at));
        if MAX_SPEED < speed {
            return Next::Fail(Reason::TooFast, None);
        }
        let longest_blink_ms = script.pace.longest_blink_ms();
        let events = self
            .watch
            .feed(when.index, when.at, seen, &self.rest, longest_blink_ms);
        if self.shown.is_none() {
            return self.show(script, seen, speed, when);
        }
        let Some(step) = script.steps.get(usize::from(self.at)) else {
            return Next::Pass;
        };
        self.judge_step(*step, script, seen, speed, when, &events, ledger)
    }

    fn not_usable(&mut self, reason: Reason, hint: Hint) -> Next {
        self.unusable += 1;
        if TOLERATED_UNUSABLE < self.unusable {
            Next::Fail(reason, Some(hint))
        } else {
            Next::Stay(Some(hint))
        }
    }

    /// Shows the next step if the person looks straight and rests.
    fn show(&mut self, script: Script<'_>, seen: &Seen, speed: f64, when: When) -> Next {
        if !self.rest.is_straight(seen) || REST_SPEED < speed {
            return Next::Stay(Some(Hint::LookStraight));
        }
        self.rest = Rest {
            pitch: self.rest.pitch,
            ..Rest::of(seen)
        };
        self.watch.rest_of_size_changed();
        self.since = when.at;
        self.shown = Some(Shown {
            index: when.index,
            anchor: seen.nose,
            shape: seen.shape,
            way: vec![seen.nose],
            stay: 0,
            elsewhere: None,
        });
        self.instruction(script, when.at).map_or(Next::Pass, Next::Reveal)
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one frame in the words of this module; a struct of them would be used once"
    )]
    fn judge_step(
        &mut self,
        step: Step,
        script: Script<'_>,
        seen: &Seen,
        speed: f64,
        when: When,
        events: &[Event],
        ledger: &mut Ledger,
    ) -> Next {
        let Some(shown) = &mut self.shown else {
            return Next::Stay(None);
        };
        let (mut strays, mut done, mut hint) = (0, false, None);
        for event in events.iter().filter(|it| shown.index < it.since) {
            match meaning(step, event.told, seen, shown.anchor) {
                Meaning::Asked => done = true,
                Meaning::Free => {}
                Meaning::Stray(points) => strays += points,
            }
        }
        if let Step::Nose(direction) = step {
            match shown.follow(direction, seen, speed, &self.rest) {
                Follow::There => done = true,
                Follow::Elsewhere => strays += 1,
                Follow::Inside => hint = Some(Hint::HoldStill),
                Follow::Failed(reason) => return Next::Fail(reason, None),
                Follow::OnTheWay => {}
            }
        } else if done && step.is_head_motion() && shown.shape.distance(&seen.shape) <= SHAPE_CHANGE {
            return Next::Fail(Reason::FlatFace, None);
        }
        if (done || 0 < strays) && when.at.since(self.since) < REACTION_MS {
            ledger.count(Signal::Anticipated);
        }
        if 0 < strays {
            ledger.count(Signal::StrayGesture);
            self.strays += strays;
            hint = Some(if step.is_head_motion() {
                Hint::OtherWay
            } else {
                Hint::OnlyWhatIsAsked
            });
            if TOLERATED_STRAYS < self.strays {
                return Next::Fail(Reason::WrongGesture, hint);
            }
        }
        if done {
            return self.pass_step(script, when.at);
        }
        Next::Stay(hint.or(self.relax(step)))
    }

    fn pass_step(&mut self, script: Script<'_>, at: ServerMs) -> Next {
        self.at += 1;
        self.since = at;
        self.shown = None;
        if usize::from(self.at) < script.steps.len() {
            Next::Stay(Some(Hint::LookStraight))
        } else {
            Next::Pass
        }
    }

    fn relax(&self, step: Step) -> Option<Hint> {
        let latch: Latch = match step {
            Step::Smile => self.watch.smile,
            Step::MouthOpen => self.watch.mouth,
            _ => return None,
        };
        latch.never_rested().then_some(Hint::RelaxFirst)
    }
}

/// What a gesture means while a step is shown.
enum Meaning {
    Asked,
    Free,
    Stray(u8),
}

fn meaning(step: Step, told: Told, seen: &Seen, anchor: Point) -> Meaning {
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
        (Step::Nose(direction), Told::Away) => towards_or_stray(0.0 <= along(direction, anchor, seen.nose)),
        (_, Told::CameCloser | Told::Away) => Meaning::Stray(2),
    }
}

/// Pixels from `anchor` to `nose` in a direction.
fn along(direction: Direction, anchor: Point, nose: Point) -> f64 {
    let unit = direction.unit();
    (nose.x - anchor.x) * unit.x + (nose.y - anchor.y) * unit.y
}

/// Where the nose is on its way.
enum Follow {
    OnTheWay,
    Inside,
    There,
    Elsewhere,
    Failed(Reason),
}

impl Shown {
    fn target(&self, direction: Direction, face_width: f64) -> Point {
        let unit = direction.unit();
        Point {
            x: self.anchor.x + TARGET_DISTANCE * face_width * unit.x,
            y: self.anchor.y + TARGET_DISTANCE * face_width * unit.y,
        }
    }

    fn follow(&mut self, direction: Direction, seen: &Seen, speed: f64, rest: &Rest) -> Follow {
        if seen.nose.distance(self.anchor) <= BEGIN_REACH * rest.width {
            self.way.clear();
        }
        self.way.push(seen.nose);
        let reach = TARGET_REACH * rest.width;
        let at = Direction::all().find(|it| seen.nose.distance(self.target(*it, rest.width)) <= reach);
        if at != Some(direction) {
            self.stay = 0;
            return self.follow_elsewhere(at, direction, seen, speed);
        }
        self.elsewhere = None;
        self.stay = if speed <= REST_SPEED { self.stay + 1 } else { 1 };
        if self.stay < STAY_FRAMES {
            return Follow::Inside;
        }
        let way = towards(
            &self.way,
            self.anchor,
            self.target(direction, rest.width),
            rest.width,
        );
        match path::residual(&way) {
            // Too few points to judge the way by: the person stays a frame longer.
            None => Follow::Inside,
            Some(residual) if RESIDUAL_OF_FACE < residual => Follow::Failed(Reason::PathNotSmooth),
            Some(_) if self.is_turned(direction, seen, rest) => Follow::There,
            Some(_) => Follow::Failed(Reason::FlatFace),
        }
    }

    /// A stay at another target on the asked half; what is on the other half is told as looking away.
    fn follow_elsewhere(
        &mut self,
        at: Option<Direction>,
        asked: Direction,
        seen: &Seen,
        speed: f64,
    ) -> Follow {
        let half = 0.0 <= along(asked, self.anchor, seen.nose);
        let Some(at) = at.filter(|_| half) else {
            self.elsewhere = None;
            return Follow::OnTheWay;
        };
        let frames = match self.elsewhere {
            Some((before, frames)) if before == at && speed <= REST_SPEED => frames.saturating_add(1),
            _ => 1,
        };
        self.elsewhere = Some((at, frames));
        if frames == STAY_FRAMES {
            Follow::Elsewhere
        } else {
            Follow::OnTheWay
        }
    }

    /// Tells whether the head is turned towards the target as a solid one is, by its pose and by its shape.
    fn is_turned(&self, direction: Direction, seen: &Seen, rest: &Rest) -> bool {
        let sideways = direction.unit().x;
        let posed = if 0.5 < sideways.abs() {
            TOWARDS_DEG <= seen.yaw * sideways.signum() && seen.pose_agrees()
        } else {
            TOWARDS_DEG <= (seen.pitch - rest.pitch).abs()
        };
        posed && SHAPE_CHANGE < self.shape.distance(&seen.shape)
    }
}
