//! Kind `sequence`: several drawn steps, each shown only when the one before is passed.
//!
//! A recording made for other steps does the wrong things, so wrong things count: head motions that were not asked
//! for weigh two, expressions and a neighbour's target one, and more than two fail. Without that, a clip that does
//! everything in turn would pass every challenge. Blinking is free; everybody does.
//!
//! A step is shown when the person looks straight into the camera. Where the nose is then, is where the way to a
//! target begins.

use serde::{Deserialize, Serialize};

use crate::deed::Deed;
use crate::frame::ServerMs;
use crate::gesture::{Event, Rest, SHAPE_CHANGE, Told, Watch};
use crate::nose::{MAX_SPEED, Next, speed};
use crate::risk::{Ledger, Signal};
use crate::sight::{Seen, Sight};
use crate::space::{PictureSize, Point, Rect};
use crate::step::Step;
use crate::verdict::{Hint, Instruction, Reason, Task};

mod meaning;
mod pace;
mod way;

use meaning::{Meaning, meaning};
pub use pace::Pace;
use way::{Follow, Way};
pub use way::{TARGET_DISTANCE, TARGET_REACH};

/// Frames in a row without a usable face that are tolerated.
pub const TOLERATED_UNUSABLE: u8 = 4;

/// Points of stray gestures that are tolerated: one motion of the head, or two expressions.
pub const TOLERATED_STRAYS: u8 = 2;

/// Largest part of the area's width for a face at the beginning, so that it can come closer and still be in there: 1 / 1.25.
pub const LARGEST_START: f64 = 0.8;

/// Fastest nose of a person who has come to rest before a step, in face widths a second. Chosen: the end of a motion is slower than
/// a stay at a target may be, and a way that began there would begin off the middle.
const SETTLED_SPEED: f64 = 0.3;

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
    way: Way,
}

/// What does not change while a sequence runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Script<'a> {
    pub(crate) steps: &'a [Step],
    pub(crate) pace: Pace,
    pub(crate) picture: PictureSize,
}

/// What is seen in one frame.
struct Glance<'a> {
    seen: &'a Seen,
    /// Of the nose, in face widths a second.
    speed: f64,
    when: When,
    events: Vec<Event>,
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
                let target = shown.way.target(direction, &self.rest);
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
        (ledger, deeds): (&mut Ledger, &mut Vec<Deed>),
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
        let place = (seen.nose, when.at);
        let last = self.last.replace(place);
        let speed = last.map_or(0.0, |last| speed(last, place, seen.face.width));
        if MAX_SPEED < speed {
            return Next::Fail(Reason::TooFast, None);
        }
        let longest_blink_ms = script.pace.longest_blink_ms();
        let glance = Glance {
            seen,
            speed,
            when,
            events: self
                .watch
                .feed(when.index, when.at, seen, &self.rest, longest_blink_ms),
        };
        match script.steps.get(usize::from(self.at)) {
            Some(step) if self.shown.is_some() => self.judge_step(*step, script, &glance, (ledger, deeds)),
            Some(_) => self.show(script, &glance),
            // Nothing to do is nothing done: only a sequence without steps comes here.
            None => Next::Fail(Reason::Incomplete, None),
        }
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
    fn show(&mut self, script: Script<'_>, glance: &Glance<'_>) -> Next {
        if !self.rest.is_straight(glance.seen) || SETTLED_SPEED < glance.speed {
            return Next::Stay(Some(Hint::LookStraight));
        }
        self.rest.settle(glance.seen);
        self.watch.rest_of_size_changed();
        self.since = glance.when.at;
        self.shown = Some(Shown {
            index: glance.when.index,
            way: Way::from(glance.seen.nose),
        });
        let instruction = self.instruction(script, glance.when.at);
        instruction.map_or(Next::Stay(None), Next::Reveal)
    }

    fn judge_step(
        &mut self,
        step: Step,
        script: Script<'_>,
        glance: &Glance<'_>,
        (ledger, deeds): (&mut Ledger, &mut Vec<Deed>),
    ) -> Next {
        let Some(shown) = &mut self.shown else {
            return Next::Stay(None);
        };
        let (mut strays, mut begun, mut hint) = (0_u8, None, None);
        for event in glance.events.iter().filter(|it| shown.index < it.since) {
            match meaning(step, event.told, glance.seen, &shown.way) {
                Meaning::Asked => begun = Some(event.since),
                Meaning::Free => {}
                Meaning::Stray(points) => {
                    // What one frame tells is one thing: a smile that shows teeth.
                    strays = points.max(strays);
                    hint = Some(match event.told {
                        Told::Away if step.is_head_motion() => Hint::OtherWay,
                        _ => Hint::OnlyWhatIsAsked,
                    });
                }
            }
        }
        if let Step::Nose(direction) = step {
            match shown.way.follow(direction, glance.seen, glance.speed, &self.rest) {
                Follow::OnTheWay => {}
                Follow::There => begun = Some(glance.when.index),
                Follow::Inside => hint = Some(Hint::HoldStill),
                Follow::Elsewhere => (strays, hint) = (strays + 1, Some(Hint::OtherWay)),
                Follow::Detour => (strays, hint) = (strays + 1, Some(Hint::BackToMiddle)),
                Follow::BackToMiddle => hint = Some(Hint::BackToMiddle),
                Follow::Flat => return Next::Fail(Reason::FlatFace, None),
            }
        } else if begun.is_some()
            && step.is_head_motion()
            && self.rest.shape_change(glance.seen) < SHAPE_CHANGE
        {
            return Next::Fail(Reason::FlatFace, None);
        }
        if (begun.is_some() || 0 < strays) && glance.when.at.since(self.since) < REACTION_MS {
            ledger.count(Signal::Anticipated);
        }
        if 0 < strays {
            ledger.count(Signal::StrayGesture);
            self.strays = self.strays.saturating_add(strays);
            if TOLERATED_STRAYS < self.strays {
                return Next::Fail(Reason::WrongGesture, hint);
            }
        }
        if let Some(begun) = begun {
            deeds.push(Deed {
                shown: shown.index,
                begun,
                done: glance.when.index,
            });
            return self.pass_step(script, glance.when.at);
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
        let latch = match step {
            Step::Smile => self.watch.smile,
            Step::MouthOpen => self.watch.mouth,
            _ => return None,
        };
        latch.has_to_end_first().then_some(Hint::RelaxFirst)
    }
}

#[cfg(test)]
mod tests;
