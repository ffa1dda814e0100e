//! How often recordings pass, and how often people do.

use std::collections::BTreeMap;

use liveness::plan::Space;
use liveness::space::{Point, Rect};
use liveness::step::Direction;
use liveness::{Challenge, Frame, NoseKind, Pace, Phase, ServerMs, Step, Task};
use rand::rngs::StdRng;

use super::{ID, Person, perform, picture, play};

/// The challenges that are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nose, with the reference's rules.
    Reference,
    /// Nose, as it is used.
    Nose,
    /// Sequence.
    Sequence,
    /// Sequence for those who asked for time and not to blink or turn.
    Unhurried,
    /// Sequence for those who asked to be spared every gesture: only targets for the nose remain.
    Targets,
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Reference => "nose, reference rules",
            Self::Nose => "nose",
            Self::Sequence => "sequence",
            Self::Unhurried => "sequence, unhurried, no blink or turn",
            Self::Targets => "sequence, unhurried, only targets",
        }
    }

    /// Time between frames, in milliseconds: the reference's client sends more.
    const fn interval_ms(self) -> i64 {
        match self {
            Self::Reference => 125,
            Self::Nose => liveness::nose::FRAME_INTERVAL_MS,
            Self::Sequence => Pace::Standard.frame_interval_ms(),
            Self::Unhurried | Self::Targets => Pace::Unhurried.frame_interval_ms(),
        }
    }

    /// Draws a challenge.
    pub(crate) fn draw(self, space: &Space, rng: &mut StdRng) -> Challenge {
        let start = ServerMs(0);
        match self {
            Self::Reference => Challenge::nose(ID, picture(), NoseKind::Reference, start, rng),
            Self::Nose => Challenge::nose(ID, picture(), NoseKind::Scaled, start, rng),
            Self::Sequence => Challenge::sequence_of(ID, picture(), Pace::Standard, space.draw(rng), start),
            Self::Unhurried | Self::Targets => {
                Challenge::sequence_of(ID, picture(), Pace::Unhurried, space.draw(rng), start)
            }
        }
    }

    /// What it is drawn from.
    pub(crate) fn space(self) -> Space {
        use liveness::Gesture::{Blink, ComeCloser, MouthOpen, Smile, Turn};
        match self {
            Self::Unhurried => Space::without(&[Blink, Turn]),
            Self::Targets => Space::without(&[Blink, Turn, Smile, MouthOpen, ComeCloser]),
            _ => Space::without(&[]),
        }
    }
}

/// How often people who do what is asked pass.
#[derive(Debug, Default)]
pub(crate) struct Cooperation {
    pub(crate) tries: u32,
    pub(crate) passed: u32,
    /// Reasons of those who did not, and how often.
    pub(crate) reasons: BTreeMap<&'static str, u32>,
    /// Frames and seconds of those who did, in total.
    pub(crate) frames: u64,
    pub(crate) seconds: f64,
}

impl Cooperation {
    pub(crate) fn rate(&self) -> f64 {
        f64::from(self.passed) / f64::from(self.tries)
    }
}

/// Lets `tries` people take a challenge each.
pub(crate) fn cooperate(kind: Kind, tries: u32, rng: &mut StdRng) -> Cooperation {
    let space = kind.space();
    let mut result = Cooperation {
        tries,
        ..Cooperation::default()
    };
    for _ in 0..tries {
        let (challenge, frames) = attempt(kind, &space, rng);
        match challenge.phase() {
            Phase::Passed => {
                result.passed += 1;
                result.frames += frames.len() as u64;
                result.seconds += frames.last().map_or(0.0, |it| it.received_at.0 as f64 / 1000.0);
            }
            Phase::Failed(reason) => *result.reasons.entry(reason.as_str()).or_default() += 1,
            phase => panic!("not over: {phase:?}"),
        }
    }
    result
}

fn attempt(kind: Kind, space: &Space, rng: &mut StdRng) -> (Challenge, Vec<Frame>) {
    let mut person = Person::new(rng);
    let challenge = kind.draw(space, rng);
    perform(challenge, &mut person, kind.interval_ms(), rng)
}

/// Recordings of people who passed a drawn challenge.
pub(crate) fn recordings(kind: Kind, count: usize, rng: &mut StdRng) -> Vec<Vec<Frame>> {
    let space = kind.space();
    let mut all = Vec::new();
    while all.len() < count {
        let (challenge, frames) = attempt(kind, &space, rng);
        if challenge.phase() == Phase::Passed {
            all.push(frames);
        }
    }
    all
}

/// Recordings of people who do one thing after the other, in a random order, without being asked: made to fit whatever
/// comes, at a pace that leaves each step time to be passed.
pub(crate) fn tours(kind: Kind, count: usize, rng: &mut StdRng) -> Vec<Vec<Frame>> {
    (0..count).map(|_| tour(kind, rng)).collect()
}

fn tour(kind: Kind, rng: &mut StdRng) -> Vec<Frame> {
    use rand::seq::SliceRandom as _;
    let mut steps = Step::ALL.to_vec();
    steps.shuffle(rng);
    let mut person = Person::new(rng);
    let mut frames: Vec<Frame> = Vec::new();
    let mut now_ms = 0;
    let mut rest = None;
    for at in 0..60 {
        now_ms += kind.interval_ms();
        let frame = person.frame(at, now_ms, rng);
        rest = rest.or_else(|| place(&frame));
        frames.push(frame);
        // A second of rest, then a deed of two seconds and a half with its way back, in frames.
        let (deed, phase) = (at / 14, at % 14);
        let (Some(step), Some((nose, width))) = (steps.get(deed as usize), rest) else {
            continue;
        };
        if phase == 3 {
            person.begin(task(*step, nose, width), now_ms as f64, rng);
        } else if phase == 10 {
            person.come_back(now_ms as f64, rng);
        }
    }
    frames
}

/// Nose and width of the face, in pixels.
fn place(frame: &Frame) -> Option<(Point, f64)> {
    let face = frame.faces.first()?;
    let nose = face.landmarks.get(2)?;
    let nose = Point {
        x: nose.x * 640.0,
        y: nose.y * 480.0,
    };
    Some((nose, face.bounding_box.width * 640.0))
}

fn task(step: Step, nose: Point, width: f64) -> Task {
    let Step::Nose(direction) = step else {
        return Task::Do(step);
    };
    let unit = Direction::unit(direction);
    let distance = liveness::sequence::TARGET_DISTANCE * width;
    let centre = Point {
        x: nose.x + distance * unit.x,
        y: nose.y + distance * unit.y,
    };
    Task::NoseInto(Rect::around(centre, 1.0))
}

/// How often recordings pass fresh challenges.
#[derive(Debug)]
pub(crate) struct Replays {
    pub(crate) draws: usize,
    /// For every recording, which draws it passed.
    passes: Vec<Vec<bool>>,
}

impl Replays {
    /// Plays every recording to each of `draws` fresh challenges.
    pub(crate) fn measure(kind: Kind, recordings: &[Vec<Frame>], draws: usize, rng: &mut StdRng) -> Self {
        let space = kind.space();
        let mut passes = vec![Vec::with_capacity(draws); recordings.len()];
        for _ in 0..draws {
            let challenge = kind.draw(&space, rng);
            for (recording, passed) in recordings.iter().zip(&mut passes) {
                passed.push(play(challenge.clone(), recording) == Phase::Passed);
            }
        }
        Self { draws, passes }
    }

    /// Share of the draws that one recording passes, on average over the recordings.
    pub(crate) fn one(&self) -> f64 {
        mean(self.passes.iter().map(|it| self.share(&[it])))
    }

    /// Of the recording that passes most.
    pub(crate) fn best_one(&self) -> f64 {
        self.passes.iter().map(|it| self.share(&[it])).fold(0.0, f64::max)
    }

    /// Share of the draws that at least one of three recordings passes, on average over threes.
    pub(crate) fn three(&self) -> f64 {
        mean(
            self.passes
                .chunks_exact(3)
                .map(|it| self.share(&[&it[0], &it[1], &it[2]])),
        )
    }

    /// Of three recordings that are chosen, one after the other, to pass most together.
    pub(crate) fn best_three(&self) -> f64 {
        let mut chosen: Vec<&Vec<bool>> = Vec::new();
        for _ in 0..3 {
            let with = |it: &Vec<bool>| {
                let mut all: Vec<&Vec<bool>> = chosen.clone();
                all.push(it);
                self.share(&all)
            };
            let best = self.passes.iter().max_by(|a, b| with(a).total_cmp(&with(b)));
            chosen.extend(best);
        }
        self.share(&chosen)
    }

    /// Number of plays that passed, of all.
    pub(crate) fn total(&self) -> (usize, usize) {
        let passed = self.passes.iter().flatten().filter(|it| **it).count();
        (passed, self.draws * self.passes.len())
    }

    fn share(&self, recordings: &[&Vec<bool>]) -> f64 {
        let passed = (0..self.draws).filter(|draw| recordings.iter().any(|it| it[*draw]));
        passed.count() as f64 / self.draws as f64
    }
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}
