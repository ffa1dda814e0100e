import { onScopeDispose, shallowReadonly, shallowRef, watch } from 'vue'
import type { Api } from '../api/client.ts'
import { failureOf } from '../api/problem.ts'
import type { Failure } from '../api/problem.ts'
import type { Challenge, ChallengePhase, ChallengeResult } from '../api/types.ts'
import type { useCamera } from '../camera/useCamera.ts'
import { createBeginning } from './beginning.ts'
import { isAborted } from './clock.ts'
import type { Clock } from './clock.ts'
import type { FrameSource } from './frameSource.ts'
import { sendFrames } from './frames.ts'
import { frameSize } from './geometry.ts'
import type { Size } from './geometry.ts'
import type { Guidance } from './guidance/useGuidance.ts'
import { START, isUnderWay, next } from './liveness.ts'
import type { CameraTrouble, LivenessEvent, LivenessState, Note } from './liveness.ts'
import { requestOf } from './wishes.ts'
import type { Wishes } from './wishes.ts'

type LivenessApi = Pick<Api, 'createChallenge' | 'putFrame' | 'verifyChallenge'>

export interface Surroundings {
  api: LivenessApi
  camera: ReturnType<typeof useCamera>
  source: FrameSource
  guidance: Guidance
  clock: Clock
  isSecure?: boolean
}

/** Twice the longest side of a frame, in the shape that suits a face. */
const CONSTRAINTS: MediaTrackConstraints = { facingMode: 'user', width: { ideal: 1280 }, height: { ideal: 960 } }

/** How often a result is asked for while the server is busy. Chosen: half a minute, where it says two seconds. */
const MOST_ASKED = 15

/** Seconds after which to ask again, where the server is busy and says so. */
function busySeconds(failure: Failure): number | null {
  return failure.kind === 'problem' && failure.problem.slug === 'busy' ? failure.problem.retryAfterSeconds ?? null : null
}

/**
 * Takes one person through one check after the other.
 *
 * The camera is on only while it is wanted: it goes off with the last frame, with any failure, when the check is stopped,
 * when the page is not in view, and with the scope.
 */
export function useLiveness(surroundings: Surroundings) {
  const { api, camera, source, guidance, clock, isSecure = globalThis.isSecureContext } = surroundings
  const state = shallowRef<LivenessState>(START)
  const begin = createBeginning(api, clock)
  let attempt = new AbortController()

  function send(event: LivenessEvent): void {
    state.value = next(state.value, event)
  }

  watch(() => isUnderWay(state.value), (isWanted) => {
    if (isWanted) return
    guidance.stop()
    camera.stop()
    source.clear()
  }, { flush: 'sync' })

  watch(camera.state, (now) => {
    if (now.kind !== 'failed' || !isUnderWay(state.value)) return
    attempt.abort()
    send({ kind: 'camera-failed', trouble: troubleOf(now.reason) })
  }, { flush: 'sync' })

  function troubleOf(reason: CameraTrouble): CameraTrouble {
    return reason === 'unsupported' && !isSecure ? 'insecure' : reason
  }

  async function start(wishes: Wishes): Promise<void> {
    if (isUnderWay(state.value) || state.value.kind === 'judging') return
    const signal = renew()
    send({ kind: 'started' })
    await camera.start(CONSTRAINTS)
    if (isAborted(signal) || camera.state.value.kind !== 'on') return
    const video = await source.ready(signal)
    if (isAborted(signal)) return
    if (!video) {
      send({ kind: 'camera-failed', trouble: 'other' })
      return
    }
    const frame = frameSize(video)
    send({ kind: 'camera-ready', frame })
    await reporting(signal, async () => {
      const challenge = await begin(requestOf(wishes, frame), signal)
      if (isAborted(signal)) return
      send({ kind: 'begun', challenge })
      await run(challenge, frame, signal)
    })
  }

  async function run(challenge: Challenge, frame: Size, signal: AbortSignal): Promise<void> {
    guidance.start(challenge.area, frame)
    const end = await sendFrames({
      challenge, clock, signal,
      take: source.taker(frame, challenge.maxFrameBytes),
      isWorthSending,
      send: body => api.putFrame(challenge, body, { signal }),
      onAnswer: (answer) => { send({ kind: 'answered', answer }) },
      onTrouble: (failure) => { send({ kind: 'troubled', failure }) },
    })
    if (end.kind === 'broken') send({ kind: 'failed', failure: end.failure, nowMs: clock.now() })
    if (end.kind !== 'over') return
    send({ kind: 'over' })
    await judge(challenge, signal)
  }

  /** Before the first step only: later, time runs, and what looks wrong here may be what is asked. */
  function isWorthSending(phase: ChallengePhase): boolean {
    return (phase !== 'face' && phase !== 'area') || guidance.advice.value === null
  }

  async function judge(challenge: Challenge, signal: AbortSignal): Promise<void> {
    const result = await resultOf(challenge, signal)
    if (!isAborted(signal)) send({ kind: 'judged', result })
  }

  /** Comparing faces may take longer than one request: a server that is busy with it says when to ask again. */
  async function resultOf(challenge: Challenge, signal: AbortSignal): Promise<ChallengeResult> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await api.verifyChallenge(challenge, { signal })
      } catch (error) {
        const waitSeconds = busySeconds(failureOf(error))
        if (waitSeconds === null || attempt === MOST_ASKED || isAborted(signal)) throw error
        await clock.sleep(1000 * waitSeconds, signal)
      }
    }
  }

  /** After an answer that got lost. */
  async function askAgain(): Promise<void> {
    send({ kind: 'asked-again' })
    const { value: now } = state
    if (now.kind !== 'judging') return
    const signal = renew()
    await reporting(signal, () => judge(now.challenge, signal))
  }

  async function reporting(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!isAborted(signal)) send({ kind: 'failed', failure: failureOf(error), nowMs: clock.now() })
    }
  }

  function renew(): AbortSignal {
    attempt.abort()
    attempt = new AbortController()
    return attempt.signal
  }

  function leave(note: Note | null): void {
    attempt.abort()
    send({ kind: 'left', note })
  }

  /** Nobody looks at a page that is hidden, and browsers slow it down until no frame is in time. */
  function onVisibilityChange(): void {
    if (document.hidden && isUnderWay(state.value)) leave('hidden')
  }

  document.addEventListener('visibilitychange', onVisibilityChange)
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', onVisibilityChange)
    leave(null)
  })

  return {
    state: shallowReadonly(state),
    start,
    askAgain,
    /** Ends the check, for good: what was sent is forgotten by itself. */
    stop: () => { leave('stopped') },
    /** Goes back to the beginning, where settings are. */
    restart: () => { leave(null) },
  }
}
