import type { Failure } from '../api/problem.ts'
import type { CameraFailure } from '../camera/useCamera.ts'
import type {
  Challenge, ChallengeHint, ChallengeInstruction, ChallengePerson, ChallengePhase, ChallengeReason, ChallengeResult, FrameAnswer,
} from '../api/types.ts'
import type { Size } from './geometry.ts'

/** What keeps the camera off; `insecure` where the page did not come over HTTPS, so that no browser offers one. */
export type CameraTrouble = CameraFailure | 'insecure'

/** A challenge that runs, as far as its last answer. */
export interface Progress {
  phase: ChallengePhase
  instruction: ChallengeInstruction
  /** Time there was for this instruction when it was new, in milliseconds. */
  fullLimitMs: number
  hint: ChallengeHint | null
  /** A frame does not get through and is sent again. */
  trouble: Failure | null
}

/** Why somebody is at the beginning again. */
export type Note = 'stopped' | 'hidden'

export type LivenessState =
  | { kind: 'welcome', note: Note | null }
  /** The browser asks, or the camera warms up. */
  | { kind: 'camera' }
  | { kind: 'no-camera', trouble: CameraTrouble }
  | { kind: 'beginning', frame: Size }
  | { kind: 'challenge', challenge: Challenge, frame: Size, progress: Progress }
  | { kind: 'judging', challenge: Challenge }
  /** Who it is, where somebody had to be it. */
  | { kind: 'passed', person: ChallengePerson | null }
  | { kind: 'failed', reason: ChallengeReason | null, hint: ChallengeHint | null }
  | { kind: 'locked', untilMs: number }
  /** With a challenge, its result can be asked for again. */
  | { kind: 'broken', failure: Failure, challenge: Challenge | null }

export type LivenessEvent =
  | { kind: 'started' }
  | { kind: 'camera-failed', trouble: CameraTrouble }
  | { kind: 'camera-ready', frame: Size }
  | { kind: 'begun', challenge: Challenge }
  | { kind: 'answered', answer: FrameAnswer }
  | { kind: 'troubled', failure: Failure | null }
  | { kind: 'over' }
  | { kind: 'asked-again' }
  | { kind: 'judged', result: ChallengeResult }
  | { kind: 'failed', failure: Failure, nowMs: number }
  | { kind: 'left', note: Note | null }

export const START: LivenessState = { kind: 'welcome', note: null }

/** Gives the state after an event. An event that means nothing in a state leaves it as it is. */
export function next(state: LivenessState, event: LivenessEvent): LivenessState {
  switch (event.kind) {
    case 'started':
      return isUnderWay(state) || state.kind === 'judging' ? state : { kind: 'camera' }
    case 'camera-failed':
      return isUnderWay(state) ? { kind: 'no-camera', trouble: event.trouble } : state
    case 'camera-ready':
      return state.kind === 'camera' ? { kind: 'beginning', frame: event.frame } : state
    case 'begun':
      return state.kind === 'beginning'
        ? { kind: 'challenge', challenge: event.challenge, frame: state.frame, progress: progressOf(event.challenge) }
        : state
    case 'answered':
      return state.kind === 'challenge' ? { ...state, progress: progressAfter(state.progress, event.answer) } : state
    case 'troubled':
      return state.kind === 'challenge' ? { ...state, progress: { ...state.progress, trouble: event.failure } } : state
    case 'over':
      return state.kind === 'challenge' ? { kind: 'judging', challenge: state.challenge } : state
    case 'asked-again':
      return state.kind === 'broken' && state.challenge ? { kind: 'judging', challenge: state.challenge } : state
    case 'judged':
      return state.kind === 'judging' ? resultOf(event.result) : state
    case 'failed':
      return afterFailure(state, event.failure, event.nowMs)
    case 'left':
      return { kind: 'welcome', note: event.note }
  }
}

/** The camera is wanted: it is on, or the browser asks for it. */
export function isUnderWay(state: LivenessState): boolean {
  return state.kind === 'camera' || state.kind === 'beginning' || state.kind === 'challenge'
}

function progressOf({ instruction }: Challenge): Progress {
  return { phase: 'face', instruction, fullLimitMs: instruction.limitMs, hint: null, trouble: null }
}

function progressAfter(before: Progress, answer: FrameAnswer): Progress {
  const instruction = answer.instruction ?? before.instruction
  const isSame = instruction.task === before.instruction.task && instruction.step === before.instruction.step
  return {
    phase: answer.phase,
    instruction,
    fullLimitMs: isSame ? Math.max(before.fullLimitMs, instruction.limitMs) : instruction.limitMs,
    hint: answer.hint ?? null,
    trouble: null,
  }
}

function resultOf({ passed, reason, hint, person }: ChallengeResult): LivenessState {
  // The assertion is for whoever asks for the check; this page is only about the check itself, and drops it.
  return passed ? { kind: 'passed', person: person ?? null } : { kind: 'failed', reason: reason ?? null, hint: hint ?? null }
}

function afterFailure(state: LivenessState, failure: Failure, nowMs: number): LivenessState {
  if (state.kind === 'judging') return { kind: 'broken', failure, challenge: state.challenge }
  if (!isUnderWay(state)) return state
  const waitSeconds = state.kind === 'beginning' ? lockOf(failure) : null
  return waitSeconds === null
    ? { kind: 'broken', failure, challenge: null }
    : { kind: 'locked', untilMs: nowMs + 1000 * waitSeconds }
}

/** Seconds until another challenge may be begun, where the server says so. */
function lockOf(failure: Failure): number | null {
  return failure.kind === 'problem' && failure.problem.slug === 'rate-limited'
    ? failure.problem.retryAfterSeconds ?? null
    : null
}
