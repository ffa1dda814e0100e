//! Somebody who does what is asked: reacts, moves smoothly, corrects, comes back.

use liveness::{ClientMs, Frame, Hint, Outcome, PerceptualHash, Phase, Rect, ServerMs, Step, Task};
use rand::RngExt as _;
use rand::rngs::StdRng;

use super::head::{Errors, Posture};
use super::normal;

/// Milliseconds.
type Ms = f64;

/// A value that moves smoothly from one place to another (minimum jerk, as limbs and heads do).
#[derive(Debug, Clone, Copy)]
struct Move {
    from: f64,
    to: f64,
    start: Ms,
    lasts: Ms,
}

impl Move {
    const fn at_rest(value: f64) -> Self {
        Self {
            from: value,
            to: value,
            start: 0.0,
            lasts: 1.0,
        }
    }

    fn at(self, now: Ms) -> f64 {
        let t = ((now - self.start) / self.lasts).clamp(0.0, 1.0);
        self.from + (self.to - self.from) * t.powi(3) * (10.0 - 15.0 * t + 6.0 * t * t)
    }

    fn go(&mut self, to: f64, start: Ms, lasts: Ms) {
        *self = Self {
            from: self.at(start),
            to,
            start,
            lasts,
        };
    }
}

/// Somebody in front of the camera.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    errors: Errors,
    x: f64,
    y: f64,
    yaw: Move,
    pitch: Move,
    width: Move,
    smile: Span,
    mouth: Span,
    eyes_closed: Span,
    next_blink: Ms,
    sway: [(f64, f64); 4],
    doing: Option<Task>,
    /// What to do again, and when.
    again: Option<(Task, Ms)>,
    next_correction: Ms,
}

/// A time from one moment to another.
#[derive(Debug, Clone, Copy)]
struct Span {
    from: Ms,
    to: Ms,
}

impl Span {
    const NEVER: Self = Self { from: 0.0, to: 0.0 };

    fn has(self, now: Ms) -> bool {
        (self.from..self.to).contains(&now)
    }
}

impl Person {
    /// Somebody else each time, in the area and looking at the camera.
    pub(crate) fn new(rng: &mut StdRng) -> Self {
        Self {
            errors: Errors::of_a_day(rng),
            x: 320.0 + rng.random_range(-8.0..8.0),
            y: 240.0 + rng.random_range(-8.0..8.0),
            yaw: Move::at_rest(0.0),
            pitch: Move::at_rest(0.0),
            width: Move::at_rest(rng.random_range(172.0..205.0)),
            smile: Span::NEVER,
            mouth: Span::NEVER,
            eyes_closed: Span::NEVER,
            next_blink: rng.random_range(500.0..4_000.0),
            sway: std::array::from_fn(|_| {
                (
                    rng.random_range(0.0..std::f64::consts::TAU),
                    rng.random_range(3_000.0..7_000.0),
                )
            }),
            doing: None,
            again: None,
            next_correction: f64::INFINITY,
        }
    }

    /// Takes a picture.
    pub(crate) fn frame(&mut self, index: u32, taken_ms: i64, rng: &mut StdRng) -> Frame {
        let posture = self.posture(taken_ms as f64, rng);
        Frame {
            index,
            taken_at: ClientMs(taken_ms),
            received_at: ServerMs(taken_ms + rng.random_range(60..120)),
            sha256: rng.random(),
            looks: PerceptualHash(rng.random()),
            faces: posture.detect(self.errors, rng).into_iter().collect(),
        }
    }

    fn posture(&mut self, now: Ms, rng: &mut StdRng) -> Posture {
        if self.next_blink + 300.0 < now {
            self.next_blink = now + rng.random_range(1_500.0..6_000.0);
        }
        self.correct(now, rng);
        let lasts_natural = 150.0;
        let natural = (self.next_blink..self.next_blink + lasts_natural).contains(&now);
        // Swaying: a centimetre or less, and a degree or two.
        let sway = |at: usize| (self.sway[at].0 + std::f64::consts::TAU * now / self.sway[at].1).sin();
        let width = self.width.at(now);
        Posture {
            yaw: self.yaw.at(now) + 1.5 * sway(0),
            pitch: self.pitch.at(now) + 1.5 * sway(1),
            x: self.x + 0.02 * width * sway(2),
            y: self.y + 0.015 * width * sway(3),
            width,
            eyes_open: !natural && !self.eyes_closed.has(now),
            smile: self.smile.has(now),
            mouth_open: self.mouth.has(now),
        }
    }

    /// Hears what a frame led to, and acts on it after a moment.
    pub(crate) fn hear(&mut self, outcome: &Outcome, heard_ms: i64, rng: &mut StdRng) {
        let now = heard_ms as f64;
        if outcome.hint == Some(Hint::BackToMiddle) && self.again.is_none() {
            self.again = self
                .doing
                .map(|task| (task, now + rng.random_range(1_500.0..2_000.0)));
            self.come_back(now + rng.random_range(200.0..400.0), rng);
        } else if let Some((task, start)) = self.again.filter(|it| it.1 <= now) {
            self.again = None;
            self.begin(task, start, rng);
        } else if let Some(instruction) = outcome.revealed {
            let start = now + rng.random_range(300.0..700.0);
            self.begin(instruction.task, start, rng);
        } else if matches!(outcome.phase, Phase::Ready { .. }) && self.doing.is_some() {
            self.come_back(now + rng.random_range(200.0..400.0), rng);
        }
    }

    /// Begins a task.
    pub(crate) fn begin(&mut self, task: Task, start: Ms, rng: &mut StdRng) {
        self.doing = Some(task);
        let lasts = rng.random_range(600.0..1_200.0);
        let forever = Span {
            from: start,
            to: f64::INFINITY,
        };
        match task {
            Task::NoseInto(target) => {
                self.aim(target, start, rng.random_range(900.0..1_700.0), 0.04, rng);
            }
            Task::Do(Step::TurnLeft) => self.yaw.go(rng.random_range(30.0..42.0), start, lasts),
            Task::Do(Step::TurnRight) => self.yaw.go(rng.random_range(-42.0..-30.0), start, lasts),
            Task::Do(Step::Blink) => {
                self.eyes_closed = Span {
                    from: start,
                    to: start + rng.random_range(400.0..900.0),
                };
                self.next_correction = start + 2_500.0;
            }
            Task::Do(Step::Smile) => self.smile = forever,
            Task::Do(Step::MouthOpen) => self.mouth = forever,
            Task::Do(Step::ComeCloser) => {
                self.width
                    .go(self.width.at(start) * rng.random_range(1.3..1.4), start, lasts);
            }
            // Targets for the nose are boxes.
            Task::Do(Step::Nose(_)) => {}
        }
    }

    /// Brings the nose into a target as far as the eye can tell.
    fn aim(&mut self, target: Rect, start: Ms, lasts: Ms, error: f64, rng: &mut StdRng) {
        let posture = Posture {
            yaw: 0.0,
            pitch: 0.0,
            x: self.x,
            y: self.y,
            width: self.width.at(start),
            eyes_open: true,
            smile: false,
            mouth_open: false,
        };
        let (nose_x, nose_y) = posture.resting_nose();
        let error = error * posture.width;
        let dx = target.centre().x - nose_x + normal(rng, error);
        let dy = target.centre().y - nose_y + normal(rng, error);
        let (yaw, pitch) = posture.angles_for(dx, dy);
        self.yaw.go(yaw, start, lasts);
        self.pitch.go(pitch, start, lasts);
        self.next_correction = start + lasts + 250.0;
    }

    /// Whoever is not done yet tries again.
    fn correct(&mut self, now: Ms, rng: &mut StdRng) {
        if now < self.next_correction {
            return;
        }
        match self.doing {
            Some(Task::NoseInto(target)) => self.aim(target, now, 350.0, 0.015, rng),
            Some(Task::Do(Step::Blink)) => self.begin(Task::Do(Step::Blink), now, rng),
            _ => self.next_correction = f64::INFINITY,
        }
    }

    /// Looks straight again; whoever came closer may stay there or not.
    pub(crate) fn come_back(&mut self, start: Ms, rng: &mut StdRng) {
        let lasts = rng.random_range(500.0..1_000.0);
        self.yaw.go(0.0, start, lasts);
        self.pitch.go(0.0, start, lasts);
        if self.smile.has(start) {
            self.smile.to = start;
        }
        if self.mouth.has(start) {
            self.mouth.to = start;
        }
        if self.doing == Some(Task::Do(Step::ComeCloser)) && rng.random_bool(0.5) {
            self.width.go(self.width.at(start) / 1.35, start, lasts + 500.0);
        }
        self.doing = None;
        self.next_correction = f64::INFINITY;
    }
}
