import { beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../test/clock.ts'
import { CHALLENGE } from '../../test/liveness.ts'
import { RequestFailed } from '../api/problem.ts'
import type { Failure } from '../api/problem.ts'
import type { Challenge, ChallengeRequest } from '../api/types.ts'
import { FOUND_AGAIN_FOR_MS, createBeginning } from './beginning.ts'

const REQUEST: ChallengeRequest = { imageWidth: 640, imageHeight: 480, kind: 'sequence', pace: 'usual', avoid: [] }
const OFFLINE: Failure = { kind: 'offline' }
const LOCKED: Failure = {
  kind: 'problem',
  problem: { type: '/problems/rate-limited', slug: 'rate-limited', status: 429, title: 't', instance: 'r', retryAfterSeconds: 1800 },
}

describe('beginning a challenge', () => {
  let clock: FakeClock
  let keys: string[]
  /** What the next requests meet; after them, all is well. */
  let failures: Failure[]
  let begin: ReturnType<typeof createBeginning>
  let attempt: AbortController

  beforeEach(() => {
    clock = new FakeClock()
    keys = []
    failures = []
    attempt = new AbortController()
    begin = createBeginning({
      createChallenge(_request, { idempotencyKey }): Promise<Challenge> {
        keys.push(idempotencyKey)
        const failure = failures.shift()
        return failure ? Promise.reject(new RequestFailed(failure)) : Promise.resolve(CHALLENGE)
      },
    }, clock)
  })

  const nDifferent = () => new Set(keys).size

  it.each<Failure>([
    OFFLINE, { kind: 'undocumented', status: 502, retryAfterSeconds: null },
  ])('asks again for an answer that got lost, and means the same one: %o', async (failure) => {
    failures = [failure, failure]
    expect(await begin(REQUEST, attempt.signal)).toBe(CHALLENGE)
    expect(keys).toHaveLength(3)
    expect(nDifferent()).toBe(1)
    expect(clock.slept).toEqual([300, 600])
  })

  it('gives up after a while, and still means the same one when it is tried again', async () => {
    failures = [OFFLINE, OFFLINE, OFFLINE, OFFLINE]
    await expect(begin(REQUEST, attempt.signal)).rejects.toMatchObject({ failure: OFFLINE })
    expect(keys).toHaveLength(4)
    await begin(REQUEST, attempt.signal)
    expect(nDifferent()).toBe(1)
  })

  it('means the same one after somebody stopped before the answer came', async () => {
    failures = [{ kind: 'cancelled' }]
    attempt.abort()
    await expect(begin(REQUEST, attempt.signal)).rejects.toMatchObject({ failure: { kind: 'cancelled' } })
    await begin(REQUEST, new AbortController().signal)
    expect(keys).toHaveLength(2)
    expect(nDifferent()).toBe(1)
  })

  it('means another one once there was an answer', async () => {
    await begin(REQUEST, attempt.signal)
    failures = [LOCKED]
    await expect(begin(REQUEST, attempt.signal)).rejects.toMatchObject({ failure: LOCKED })
    await begin(REQUEST, attempt.signal)
    expect(keys).toHaveLength(3)
    expect(nDifferent()).toBe(3)
  })

  it('means another one where something else is wanted', async () => {
    failures = [OFFLINE, OFFLINE, OFFLINE, OFFLINE]
    await expect(begin(REQUEST, attempt.signal)).rejects.toThrow()
    await begin({ ...REQUEST, pace: 'unhurried' }, attempt.signal)
    expect(nDifferent()).toBe(2)
  })

  it('does not come back to one that has little time left', async () => {
    failures = [OFFLINE, OFFLINE, OFFLINE, OFFLINE]
    await expect(begin(REQUEST, attempt.signal)).rejects.toThrow()
    clock.ms += FOUND_AGAIN_FOR_MS
    await begin(REQUEST, attempt.signal)
    expect(nDifferent()).toBe(2)
  })
})
