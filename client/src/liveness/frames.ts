/** Sends frame after frame until the server has seen enough. */
import { failureOf } from '../api/problem.ts'
import type { Failure } from '../api/problem.ts'
import type { FrameBody } from '../api/liveness.ts'
import type { Challenge, ChallengePhase, FrameAnswer } from '../api/types.ts'
import { isAborted } from './clock.ts'
import type { Clock } from './clock.ts'

/** At most eight frames a second, whatever the server allows. Chosen: more tell nothing new and cost a detection each. */
const LEAST_INTERVAL_MS = 125

/**
 * Time between frames before the first step. Chosen: there is half a minute for it, and frames that are spent on finding the
 * place are missing later.
 */
export const ARRIVAL_INTERVAL_MS = 500

/** Where the browser's own look says that a frame would be wasted, one is sent after this all the same: the server decides. */
export const LONGEST_HOLD_MS = 2_000

/** Pauses before a frame is sent again, in milliseconds. About nine seconds in all: more, and a step is lost anyway. */
const RETRY_AFTER_MS = [300, 600, 1_200, 2_400, 4_000]

/** Frames in a row that the server may find unreadable. */
const TOLERATED_BAD_FRAMES = 3

/** How long to wait for a camera that has no picture yet. */
const NO_PICTURE_MS = 100

export interface FrameLoop {
  challenge: Pick<Challenge, 'maxFrames' | 'frameIntervalMs'>
  clock: Clock
  signal: AbortSignal
  /** The picture the camera has now, as a JPEG in base64; `null` where it has none. */
  take: () => string | null
  /** Whether a frame is worth sending, by the browser's own look. */
  isWorthSending: (phase: ChallengePhase) => boolean
  send: (frame: FrameBody) => Promise<FrameAnswer>
  onAnswer: (answer: FrameAnswer) => void
  /** A frame did not get through and is sent again; `null` when it did. */
  onTrouble: (failure: Failure | null) => void
}

export type FramesEnd =
  /** The result can be asked for. */
  | { kind: 'over' }
  | { kind: 'stopped' }
  | { kind: 'broken', failure: Failure }

/**
 * One frame is under way at a time, because each may change what is asked for. A frame exists from when it is taken
 * until it is answered, and nowhere else than here.
 */
export async function sendFrames(loop: FrameLoop): Promise<FramesEnd> {
  const { challenge, clock, signal } = loop
  const intervalMs = Math.max(LEAST_INTERVAL_MS, challenge.frameIntervalMs)
  let index = 0
  let phase: ChallengePhase = 'face'
  let nBad = 0
  let nextAt = clock.now()
  let heldSince: number | null = null

  while (index < challenge.maxFrames) {
    await clock.sleep(Math.max(0, nextAt - clock.now()), signal)
    if (isAborted(signal)) return { kind: 'stopped' }

    const now = clock.now()
    if (!loop.isWorthSending(phase) && now - (heldSince ??= now) < LONGEST_HOLD_MS) {
      nextAt = now + LEAST_INTERVAL_MS
      continue
    }
    heldSince = null

    const jpegBase64 = loop.take()
    if (jpegBase64 === null) {
      nextAt = now + NO_PICTURE_MS
      continue
    }
    nextAt = now + (phase === 'face' || phase === 'area' ? Math.max(intervalMs, ARRIVAL_INTERVAL_MS) : intervalMs)
    const outcome = await deliver(loop, { index, takenAtMs: now, jpegBase64 })
    if (outcome.kind === 'bad-frame' && ++nBad < TOLERATED_BAD_FRAMES) continue
    if (outcome.kind === 'bad-frame') return { kind: 'broken', failure: outcome.failure }
    if (outcome.kind !== 'answered') return outcome

    nBad = 0
    const { answer } = outcome
    loop.onAnswer(answer)
    if (answer.phase === 'over' || answer.framesLeft <= 0) return { kind: 'over' }
    phase = answer.phase
    index = answer.nextIndex
  }
  return { kind: 'over' }
}

type Delivery =
  | { kind: 'answered', answer: FrameAnswer }
  | { kind: 'bad-frame', failure: Failure }
  | FramesEnd

/** Sends one frame, the same bytes again if need be. */
async function deliver({ clock, signal, send, onTrouble }: FrameLoop, frame: FrameBody): Promise<Delivery> {
  for (let attempt = 0; ; attempt += 1) {
    const pauseMs = RETRY_AFTER_MS[attempt]
    try {
      const answer = await send(frame)
      if (isAborted(signal)) return { kind: 'stopped' }
      if (attempt > 0) onTrouble(null)
      const isDone = answer.refusal !== 'at-the-same-time' || pauseMs === undefined
      if (isDone) return { kind: 'answered', answer }
      await clock.sleep(pauseMs, signal)
    } catch (error) {
      const failure = failureOf(error)
      if (isAborted(signal) || failure.kind === 'cancelled') return { kind: 'stopped' }
      const meaning = meaningOf(failure)
      if (meaning === 'over') return { kind: 'over' }
      if (meaning === 'bad-frame') return { kind: 'bad-frame', failure }
      const waitMs = Math.max(pauseMs ?? Infinity, 1000 * (retryAfterOf(failure) ?? 0))
      if (meaning === 'final' || waitMs > Math.max(...RETRY_AFTER_MS)) return { kind: 'broken', failure }
      onTrouble(failure)
      await clock.sleep(waitMs, signal)
    }
    if (isAborted(signal)) return { kind: 'stopped' }
  }
}

/** What a failure means for the frame that met it. */
function meaningOf(failure: Failure): 'passing' | 'bad-frame' | 'over' | 'final' {
  switch (failure.kind) {
    case 'offline': return 'passing'
    case 'undocumented': return failure.status === 429 || failure.status >= 500 ? 'passing' : 'final'
    case 'problem': break
    default: return 'final'
  }
  switch (failure.problem.slug) {
    case 'challenge-over':
    case 'challenge-expired':
      return 'over'
    case 'not-an-image':
    case 'image-corrupt':
    case 'image-unsupported':
    case 'frame-too-large':
      return 'bad-frame'
    default:
      return failure.problem.status === 429 || failure.problem.status >= 500 ? 'passing' : 'final'
  }
}

function retryAfterOf(failure: Failure): number | null {
  if (failure.kind === 'problem') return failure.problem.retryAfterSeconds ?? null
  return failure.kind === 'undocumented' ? failure.retryAfterSeconds : null
}
