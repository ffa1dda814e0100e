import { beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../test/clock.ts'
import type { FrameBody } from '../api/liveness.ts'
import { RequestFailed } from '../api/problem.ts'
import type { Failure, ProblemSlug } from '../api/problem.ts'
import type { ChallengePhase, FrameAnswer } from '../api/types.ts'
import { LONGEST_HOLD_MS, sendFrames } from './frames.ts'
import type { FrameLoop } from './frames.ts'

function problem(slug: ProblemSlug, status: number, retryAfterSeconds?: number): Failure {
  const members = retryAfterSeconds === undefined ? {} : { retryAfterSeconds }
  return { kind: 'problem', problem: { type: `/problems/${slug}`, slug, status, title: 't', instance: 'r', ...members } }
}

describe('sendFrames', () => {
  let clock: FakeClock
  let abort: AbortController
  let sent: FrameBody[]
  let answers: FrameAnswer[]
  let troubles: (Failure | null)[]
  /** Answers or failures in order; what is missing is a plain answer. */
  let script: (Partial<FrameAnswer> | Failure)[]
  let nTaken: number
  let inFlight: number
  let mostInFlight: number
  let loop: FrameLoop

  beforeEach(() => {
    clock = new FakeClock()
    abort = new AbortController()
    sent = []
    answers = []
    troubles = []
    script = []
    nTaken = inFlight = mostInFlight = 0
    loop = {
      challenge: { maxFrames: 10, frameIntervalMs: 250 },
      clock,
      signal: abort.signal,
      take: () => `picture ${nTaken++}`,
      isWorthSending: () => true,
      async send(frame) {
        sent.push(frame)
        mostInFlight = Math.max(mostInFlight, ++inFlight)
        await clock.sleep(20, abort.signal)
        inFlight -= 1
        const next = script.shift() ?? {}
        if ('kind' in next) throw new RequestFailed(next)
        return { accepted: true, phase: 'step', nextIndex: frame.index + 1, framesLeft: 9 - frame.index, ...next }
      },
      onAnswer: it => answers.push(it),
      onTrouble: it => troubles.push(it),
    }
  })

  it('sends numbered frames, one at a time and as far apart as is asked', async () => {
    script = [{}, {}, { phase: 'over' }]
    expect(await sendFrames(loop)).toEqual({ kind: 'over' })
    expect(sent.map(it => it.index)).toEqual([0, 1, 2])
    expect(sent.map(it => it.jpegBase64)).toEqual(['picture 0', 'picture 1', 'picture 2'])
    expect(sent.map(it => it.takenAtMs - 1_000_000)).toEqual([0, 500, 750])
    expect(mostInFlight).toBe(1)
    expect(answers).toHaveLength(3)
  })

  it('spares frames until the face is in its place', async () => {
    script = [{ phase: 'face' }, { phase: 'area' }, { phase: 'ready' }, {}, { phase: 'over' }]
    await sendFrames(loop)
    expect(sent.map(it => it.takenAtMs - 1_000_000)).toEqual([0, 500, 1000, 1500, 1750])
  })

  it('sends at most eight a second, whatever the server allows', async () => {
    loop.challenge = { maxFrames: 3, frameIntervalMs: 0 }
    await sendFrames(loop)
    expect(sent.map(it => it.takenAtMs - 1_000_000)).toEqual([0, 500, 625])
  })

  it('stops at the last frame', async () => {
    expect(await sendFrames(loop)).toEqual({ kind: 'over' })
    expect(sent).toHaveLength(10)
    script = [{ framesLeft: 0 }]
    expect(await sendFrames(loop)).toEqual({ kind: 'over' })
    expect(sent).toHaveLength(11)
  })

  it('sends the same frame again after a lost answer, and says so meanwhile', async () => {
    script = [{}, { kind: 'offline' }, { kind: 'undocumented', status: 502, retryAfterSeconds: null }, {}, { phase: 'over' }]
    expect(await sendFrames(loop)).toEqual({ kind: 'over' })
    expect(sent.map(it => it.index)).toEqual([0, 1, 1, 1, 2])
    expect(new Set(sent.filter(it => it.index === 1).map(it => it.jpegBase64)).size).toBe(1)
    expect(troubles.map(it => it?.kind)).toEqual(['offline', 'undocumented', undefined])
  })

  it('gives up when the network stays away', async () => {
    script = Array.from({ length: 20 }, () => ({ kind: 'offline' as const }))
    expect(await sendFrames(loop)).toEqual({ kind: 'broken', failure: { kind: 'offline' } })
    expect(sent).toHaveLength(6)
  })

  it('waits as long as a busy server says, if that is not too long', async () => {
    script = [problem('busy', 503, 2), { phase: 'over' }]
    await sendFrames(loop)
    expect(clock.slept).toContain(2000)
    script = [problem('rate-limited', 429, 60)]
    expect(await sendFrames(loop)).toMatchObject({ kind: 'broken', failure: { problem: { slug: 'rate-limited' } } })
  })

  it('goes on where the server is', async () => {
    script = [{ accepted: false, refusal: 'out-of-order', nextIndex: 5 }, { phase: 'over' }]
    await sendFrames(loop)
    expect(sent.map(it => it.index)).toEqual([0, 5])
  })

  it('sends a frame again that met another one', async () => {
    script = [{ accepted: false, refusal: 'at-the-same-time', nextIndex: 0 }, {}, { phase: 'over' }]
    await sendFrames(loop)
    expect(sent.map(it => [it.index, it.jpegBase64])).toEqual([[0, 'picture 0'], [0, 'picture 0'], [1, 'picture 1']])
  })

  it.each(['challenge-over', 'challenge-expired'] as const)('ends with %s', async (slug) => {
    script = [problem(slug, 409)]
    expect(await sendFrames(loop)).toEqual({ kind: 'over' })
  })

  it('takes another picture for one that cannot be read, but not for ever', async () => {
    script = [problem('image-corrupt', 422), {}, { phase: 'over' }]
    expect(await sendFrames(loop)).toEqual({ kind: 'over' })
    expect(sent.map(it => [it.index, it.jpegBase64])).toEqual([[0, 'picture 0'], [0, 'picture 1'], [1, 'picture 2']])
    script = [1, 2, 3].map(() => problem('frame-too-large', 413))
    expect(await sendFrames(loop)).toMatchObject({ kind: 'broken', failure: { problem: { slug: 'frame-too-large' } } })
  })

  it.each<[Failure]>([
    [problem('frame-mismatch', 422)], [problem('challenge-token-invalid', 401)], [{ kind: 'defect' }],
  ])('breaks off with %o', async (failure) => {
    script = [failure]
    expect(await sendFrames(loop)).toEqual({ kind: 'broken', failure })
    expect(sent).toHaveLength(1)
  })

  it('holds frames back that would be wasted, but not for long', async () => {
    const asked: ChallengePhase[] = []
    loop.challenge = { maxFrames: 1, frameIntervalMs: 250 }
    loop.isWorthSending = (phase) => {
      asked.push(phase)
      return false
    }
    await sendFrames(loop)
    expect(sent[0]?.takenAtMs).toBe(1_000_000 + LONGEST_HOLD_MS)
    expect(nTaken).toBe(1)
    expect(new Set(asked)).toEqual(new Set(['face']))
  })

  it('waits for a camera without a picture', async () => {
    const pictures = [null, null, 'the first']
    loop.take = () => pictures.shift() ?? null
    script = [{ phase: 'over' }]
    await sendFrames(loop)
    expect(sent.map(it => it.jpegBase64)).toEqual(['the first'])
  })

  it('stops at once, and reports nothing any more', async () => {
    const running = sendFrames(loop)
    await clock.sleep(0, new AbortController().signal)
    abort.abort()
    expect(await running).toEqual({ kind: 'stopped' })
    expect(answers).toEqual([])
    expect(sent).toHaveLength(1)
  })
})
