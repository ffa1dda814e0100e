/** Begins challenges, so that a lost answer costs nobody one of the tries after which there is a pause. */
import type { Api } from '../api/client.ts'
import { creation } from '../api/creation.ts'
import { RequestFailed } from '../api/problem.ts'
import type { Challenge, ChallengeRequest } from '../api/types.ts'
import type { Clock } from './clock.ts'

/** Pauses before it is asked again, in milliseconds. Chosen: somebody waits before a camera that is on. */
const RETRY_AFTER_MS = [300, 600, 1_200]

/** How long a challenge is worth finding again, in milliseconds. Chosen: it lives three minutes, and most are for the steps. */
export const FOUND_AGAIN_FOR_MS = 60_000

/**
 * Every challenge that is begun and not passed counts as a failure. One whose answer never came is therefore asked for again
 * with the same key, also by somebody who presses the button again, and counts once.
 */
export function createBeginning(api: Pick<Api, 'createChallenge'>, clock: Clock) {
  const keys = creation()
  let current = { key: '', firstSentAt: 0 }

  function keyFor(request: ChallengeRequest): string {
    if (clock.now() - current.firstSentAt > FOUND_AGAIN_FOR_MS) keys.done()
    const key = keys.keyFor(request)
    if (key !== current.key) current = { key, firstSentAt: clock.now() }
    return key
  }

  return async function begin(request: ChallengeRequest, signal: AbortSignal): Promise<Challenge> {
    const idempotencyKey = keyFor(request)
    for (let attempt = 0; ; attempt += 1) {
      try {
        const challenge = await api.createChallenge(request, { signal, idempotencyKey })
        keys.done()
        return challenge
      } catch (error) {
        if (!mayHaveBegun(error)) keys.done()
        const pauseMs = RETRY_AFTER_MS[attempt]
        if (pauseMs === undefined || signal.aborted || !mayHaveBegun(error)) throw error
        await clock.sleep(pauseMs, signal)
      }
    }
  }
}

/** Whether the challenge may be there although nothing tells it. */
function mayHaveBegun(error: unknown): boolean {
  if (!(error instanceof RequestFailed)) return false
  const { kind } = error.failure
  return kind === 'offline' || kind === 'cancelled' || (error.status ?? 0) >= 500
}
