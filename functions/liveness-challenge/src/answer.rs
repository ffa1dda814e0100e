//! What is told about a challenge, in the words of the API.

use api::wire::{
    ChallengeGesture, ChallengeHint, ChallengeInstruction, ChallengeKind, ChallengePerson, ChallengePhase,
    ChallengeReason, ChallengeTask, FrameAnswer, FrameRefusal, PixelBox,
};
use liveness::challenge::AREA_LIMIT_MS;
use liveness::{Gesture, Hint, Instruction, Phase, Reason, Rect, ServerMs, Step, Task};

use crate::course::{Course, Kind, Likely};

impl From<Kind> for ChallengeKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Nose => Self::Nose,
            Kind::Sequence => Self::Sequence,
        }
    }
}

/// Returns what a frame that was taken led to.
#[must_use]
pub fn taken(course: &Course, hint: Option<Hint>, now: ServerMs) -> FrameAnswer {
    FrameAnswer {
        accepted: true,
        refusal: None,
        hint: hint.map(self::hint),
        ..standing(course, now)
    }
}

/// Returns why a frame was not taken.
#[must_use]
pub fn refused(course: &Course, refusal: FrameRefusal, now: ServerMs) -> FrameAnswer {
    FrameAnswer {
        accepted: false,
        refusal: Some(refusal),
        ..standing(course, now)
    }
}

fn standing(course: &Course, now: ServerMs) -> FrameAnswer {
    let next_index = course.challenge.frames();
    FrameAnswer {
        accepted: false,
        refusal: None,
        phase: phase(course.challenge.phase()),
        instruction: instruction(course, now),
        hint: None,
        next_index,
        frames_left: course.kind.most_frames().saturating_sub(next_index),
    }
}

/// Returns where a challenge is; not whether it was passed, which is decided by asking for it.
#[must_use]
pub const fn phase(phase: Phase) -> ChallengePhase {
    match phase {
        Phase::Face => ChallengePhase::Face,
        Phase::Area => ChallengePhase::Area,
        Phase::Ready { .. } => ChallengePhase::Ready,
        Phase::Step { .. } => ChallengePhase::Step,
        Phase::Passed | Phase::Failed(_) => ChallengePhase::Over,
    }
}

/// Returns what is to be done at the time `now`, `None` when the challenge is over.
#[must_use]
pub fn instruction(course: &Course, now: ServerMs) -> Option<ChallengeInstruction> {
    let challenge = &course.challenge;
    let left = challenge.expires_at().since(now);
    let left_of = |limit_ms: i64| limit_ms - now.since(course.phase_since);
    let before_steps = |limit_ms| ChallengeInstruction {
        task: ChallengeTask::EnterArea,
        step: 0,
        target: Some(pixels(&challenge.picture().area())),
        limit_ms: milliseconds(limit_ms),
    };
    match challenge.phase() {
        Phase::Face => Some(before_steps(left)),
        Phase::Area => Some(before_steps(left_of(AREA_LIMIT_MS).min(left))),
        Phase::Ready { number } => Some(ChallengeInstruction {
            task: ChallengeTask::LookStraight,
            step: number,
            target: None,
            limit_ms: milliseconds(left_of(course.step_limit_ms).min(left)),
        }),
        Phase::Step { .. } => challenge.instruction(now).map(step),
        Phase::Passed | Phase::Failed(_) => None,
    }
}

fn step(instruction: Instruction) -> ChallengeInstruction {
    let (task, target) = match instruction.task {
        Task::NoseInto(target) => (ChallengeTask::NoseToTarget, Some(pixels(&target))),
        Task::Do(step) => (task(step), None),
    };
    ChallengeInstruction {
        task,
        step: instruction.number,
        target,
        limit_ms: milliseconds(instruction.limit_ms),
    }
}

const fn task(step: Step) -> ChallengeTask {
    match step {
        Step::Nose(_) => ChallengeTask::NoseToTarget,
        Step::TurnLeft => ChallengeTask::TurnLeft,
        Step::TurnRight => ChallengeTask::TurnRight,
        Step::Blink => ChallengeTask::Blink,
        Step::Smile => ChallengeTask::Smile,
        Step::MouthOpen => ChallengeTask::MouthOpen,
        Step::ComeCloser => ChallengeTask::ComeCloser,
    }
}

/// A box as it is told.
#[must_use]
pub const fn pixels(rect: &Rect) -> PixelBox {
    PixelBox {
        left: rect.left,
        top: rect.top,
        width: rect.width,
        height: rect.height,
    }
}

fn milliseconds(ms: i64) -> u32 {
    u32::try_from(ms.max(0)).unwrap_or(u32::MAX)
}

/// What one is spared, in the words of the rules.
#[must_use]
pub const fn gesture(name: ChallengeGesture) -> Gesture {
    match name {
        ChallengeGesture::Turn => Gesture::Turn,
        ChallengeGesture::Blink => Gesture::Blink,
        ChallengeGesture::Smile => Gesture::Smile,
        ChallengeGesture::MouthOpen => Gesture::MouthOpen,
        ChallengeGesture::ComeCloser => Gesture::ComeCloser,
    }
}

/// A hint as it is told.
#[must_use]
pub const fn hint(hint: Hint) -> ChallengeHint {
    match hint {
        Hint::NoFace => ChallengeHint::NoFace,
        Hint::OnlyOneFace => ChallengeHint::OnlyOneFace,
        Hint::CenterFace => ChallengeHint::CenterFace,
        Hint::ComeCloser => ChallengeHint::ComeCloser,
        Hint::MoveBack => ChallengeHint::MoveBack,
        Hint::LookStraight => ChallengeHint::LookStraight,
        Hint::HoldStill => ChallengeHint::HoldStill,
        Hint::OtherWay => ChallengeHint::OtherWay,
        Hint::OnlyWhatIsAsked => ChallengeHint::OnlyWhatIsAsked,
        Hint::BackToMiddle => ChallengeHint::BackToMiddle,
        Hint::RelaxFirst => ChallengeHint::RelaxFirst,
        Hint::PictureStandsStill => ChallengeHint::PictureStandsStill,
    }
}

/// Who it was, as it is told.
#[must_use]
pub fn person(likely: &Likely) -> ChallengePerson {
    ChallengePerson {
        person_id: likely.person.to_string(),
        similarity: likely.similarity,
        threshold: likely.threshold,
    }
}

/// A reason as it is told.
#[must_use]
pub const fn reason(reason: Reason) -> ChallengeReason {
    match reason {
        Reason::Expired => ChallengeReason::Expired,
        Reason::Timeout => ChallengeReason::Timeout,
        Reason::TooManyFrames => ChallengeReason::TooManyFrames,
        Reason::MultipleFaces => ChallengeReason::MultipleFaces,
        Reason::FaceLost => ChallengeReason::FaceLost,
        Reason::LeftArea => ChallengeReason::LeftArea,
        Reason::TooFast => ChallengeReason::TooFast,
        Reason::PathNotSmooth => ChallengeReason::PathNotSmooth,
        Reason::FlatFace => ChallengeReason::FlatFace,
        Reason::WrongWay => ChallengeReason::WrongWay,
        Reason::WrongGesture => ChallengeReason::WrongGesture,
        Reason::Swapped => ChallengeReason::Swapped,
        Reason::OtherPerson => ChallengeReason::OtherPerson,
        Reason::Incomplete => ChallengeReason::Incomplete,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_rules() {
        for it in Hint::ALL {
            assert_eq!(serde_json::to_value(hint(*it)).unwrap(), it.as_str());
        }
        for it in Reason::ALL {
            assert_eq!(serde_json::to_value(reason(*it)).unwrap(), it.as_str());
        }
    }
}
