import { effectScope, shallowRef } from 'vue'
import type { EffectScope } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeClock } from '../../test/clock.ts'
import { CHALLENGE } from '../../test/liveness.ts'
import { MockServer, problem } from '../../test/server.ts'
import { transportTo } from '../../test/transport.ts'
import { createApi } from '../api/client.ts'
import { useCamera } from '../camera/useCamera.ts'
import type { FrameSource } from './frameSource.ts'
import type { Advice } from './guidance/advice.ts'
import { useLiveness } from './useLiveness.ts'
import type { Wishes } from './wishes.ts'

const PASSWORD = 'three plain unrelated words'
const WISHES: Wishes = { kind: 'sequence', pace: 'usual', avoid: [], personId: null }
const FRAMES = `/api/liveness/challenges/${CHALLENGE.challengeId}/frames`
const VERIFY = `/api/liveness/challenges/${CHALLENGE.challengeId}/verify`

class FakeTrack extends EventTarget {
  isLive = true
  stop() { this.isLive = false }
}

describe('useLiveness', () => {
  let server: MockServer
  let scope: EffectScope
  let clock: FakeClock
  let tracks: FakeTrack[]
  let advice: ReturnType<typeof shallowRef<Advice | null>>
  let size: { width: number, height: number } | null
  let source: FrameSource & { nTaken: number, isClear: boolean }
  let liveness: ReturnType<typeof useLiveness>
  let kinds: string[]

  function open(devices: Parameters<typeof useCamera>[0], isSecure = true) {
    scope = effectScope()
    liveness = scope.run(() => useLiveness({
      api, camera: useCamera(devices), source, clock, isSecure,
      guidance: {
        advice: advice as never,
        start: () => { kinds.push('guided') },
        stop: () => { kinds.push('unguided') },
      },
    })) ?? expect.unreachable()
  }

  function streamOf(track: FakeTrack): MediaStream {
    const all = [track] as unknown as MediaStreamTrack[]
    return { getTracks: () => all, getVideoTracks: () => all } as unknown as MediaStream
  }

  const devices = {
    getUserMedia: () => {
      const track = new FakeTrack()
      tracks.push(track)
      return Promise.resolve(streamOf(track))
    },
  }
  let api: ReturnType<typeof createApi>

  beforeEach(async () => {
    server = new MockServer()
    server.addAccount('ada', PASSWORD)
    api = createApi(transportTo(server))
    await api.signIn('ada', PASSWORD)
    server.requests.length = 0
    clock = new FakeClock()
    tracks = []
    kinds = []
    advice = shallowRef<Advice | null>(null)
    size = { width: 1280, height: 960 }
    source = {
      nTaken: 0,
      isClear: false,
      ready: () => Promise.resolve(size),
      taker: () => () => `jpeg ${source.nTaken++}`,
      pixels: () => null,
      clear() { source.isClear = true },
    }
    open(devices)
  })
  afterEach(() => { scope.stop() })

  /** Runs until the state is of this kind. */
  async function until(kind: string): Promise<void> {
    await vi.waitFor(() => { expect(liveness.state.value.kind).toBe(kind) }, { interval: 1 })
  }

  it('takes somebody through a check, with the camera on only while it is needed', async () => {
    await liveness.start({ ...WISHES, pace: 'unhurried', avoid: ['blink'] })
    expect(liveness.state.value).toEqual({ kind: 'passed', person: null })
    expect(server.challenge?.challenge.area).toEqual({ left: 185, top: 60, width: 270, height: 360 })
    expect([...server.challenge?.nSent.values() ?? []]).toEqual(Array.from({ length: 12 }, () => 1))
    expect(server.requests.at(-1)).toBe(`POST ${VERIFY}`)
    expect(tracks.map(it => it.isLive)).toEqual([false])
    expect(source.isClear).toBe(true)
    expect(kinds).toEqual(['guided', 'unguided'])
  })

  it('announces the size, the pace and what to leave out', async () => {
    const begun = vi.spyOn(api, 'createChallenge')
    size = { width: 720, height: 1280 }
    await liveness.start({ ...WISHES, pace: 'unhurried', avoid: ['blink', 'turn'] })
    expect(begun.mock.calls[0]?.[0]).toEqual({
      imageWidth: 360, imageHeight: 640, kind: 'sequence', pace: 'unhurried', avoid: ['blink', 'turn'],
    })
  })

  it('checks that it is a registered person, and says how similar they are', async () => {
    const registered = server.registered.add(server.accounts.get('ada')?.user.id ?? '', 'Grace')
    const { personId } = registered.person
    server.registered.addFace(registered, new Uint8Array())
    const begun = vi.spyOn(api, 'createChallenge')
    await liveness.start({ ...WISHES, personId })
    expect(begun.mock.calls[0]?.[0]).toMatchObject({ personId })
    expect(liveness.state.value).toEqual({ kind: 'passed', person: { personId, similarity: 97.25, threshold: 90 } })
    await liveness.start(WISHES)
    expect(liveness.state.value).toEqual({ kind: 'passed', person: null })
  })

  it('does not begin for a person who is not registered any more', async () => {
    await liveness.start({ ...WISHES, personId: CHALLENGE.challengeId })
    expect(liveness.state.value).toMatchObject({ kind: 'broken', challenge: null, failure: { problem: { slug: 'person-not-found' } } })
    expect(tracks.map(it => it.isLive)).toEqual([false])
  })

  it('takes somebody through the quick check', async () => {
    await liveness.start({ ...WISHES, kind: 'nose' })
    expect(liveness.state.value).toEqual({ kind: 'passed', person: null })
    expect(server.challenge?.challenge.kind).toBe('nose')
    expect(server.challenge?.nSent.size).toBe(5)
  })

  it('says why it was not passed, and can begin again', async () => {
    server.challengeResult = { passed: false, reason: 'face-lost' }
    await liveness.start(WISHES)
    expect(liveness.state.value).toEqual({ kind: 'failed', reason: 'face-lost', hint: null })
    server.challengeResult = { passed: true }
    await liveness.start(WISHES)
    expect(liveness.state.value.kind).toBe('passed')
  })

  it.each([
    ['NotAllowedError', 'denied'], ['NotFoundError', 'missing'], ['NotReadableError', 'busy'],
  ])('explains a camera that answers %s', async (name, trouble) => {
    scope.stop()
    open({ getUserMedia: () => Promise.reject(Object.assign(new Error(name), { name })) })
    await liveness.start(WISHES)
    expect(liveness.state.value).toEqual({ kind: 'no-camera', trouble })
    expect(server.requests).toEqual([])
  })

  it.each([[true, 'unsupported'], [false, 'insecure']] as const)('tells old browsers from insecure pages', async (isSecure, trouble) => {
    scope.stop()
    open(null, isSecure)
    await liveness.start(WISHES)
    expect(liveness.state.value).toEqual({ kind: 'no-camera', trouble })
  })

  it('gives up a camera that shows nothing', async () => {
    size = null
    await liveness.start(WISHES)
    expect(liveness.state.value).toEqual({ kind: 'no-camera', trouble: 'other' })
    expect(tracks.map(it => it.isLive)).toEqual([false])
  })

  it('stops at once and turns the camera off', async () => {
    const running = liveness.start(WISHES)
    await until('challenge')
    liveness.stop()
    expect(liveness.state.value).toEqual({ kind: 'welcome', note: 'stopped' })
    expect(tracks.map(it => it.isLive)).toEqual([false])
    await running
    const nRequests = server.requests.length
    await new Promise((resolve) => { setTimeout(resolve, 30) })
    expect(server.requests).toHaveLength(nRequests)
    expect(liveness.state.value.kind).toBe('welcome')
  })

  it('turns the camera off with its page', async () => {
    const running = liveness.start(WISHES)
    await until('challenge')
    scope.stop()
    await running
    expect(tracks.map(it => it.isLive)).toEqual([false])
    expect(server.requests).not.toContain(`POST ${VERIFY}`)
  })

  it('stops when the page is out of sight', async () => {
    const running = liveness.start(WISHES)
    await until('challenge')
    const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
    document.dispatchEvent(new Event('visibilitychange'))
    hidden.mockRestore()
    await running
    expect(liveness.state.value).toEqual({ kind: 'welcome', note: 'hidden' })
    expect(tracks.map(it => it.isLive)).toEqual([false])
  })

  it('says so when the camera is taken away', async () => {
    const running = liveness.start(WISHES)
    await until('challenge')
    tracks[0]?.dispatchEvent(new Event('ended'))
    await running
    expect(liveness.state.value).toEqual({ kind: 'no-camera', trouble: 'missing' })
  })

  it('knows when a pause is over', async () => {
    server.answersNext.set('/api/liveness/challenges', problem(429, 'rate-limited', 'Too many', { retryAfterSeconds: 1800 }))
    await liveness.start(WISHES)
    expect(liveness.state.value).toEqual({ kind: 'locked', untilMs: clock.now() + 1_800_000 })
    expect(tracks.map(it => it.isLive)).toEqual([false])
  })

  it('begins one challenge, not two, where the answer got lost', async () => {
    server.answersNext.set('/api/liveness/challenges', { status: 503, headers: {}, body: '' })
    await liveness.start(WISHES)
    expect(liveness.state.value.kind).toBe('passed')
    expect(server.idempotencyKeys).toHaveLength(2)
    expect(new Set(server.idempotencyKeys).size).toBe(1)

    await liveness.start(WISHES)
    expect(new Set(server.idempotencyKeys).size).toBe(2)
  })

  it('sends a frame again that got lost', async () => {
    server.answersNext.set(FRAMES, { status: 503, headers: {}, body: '' })
    await liveness.start(WISHES)
    expect(liveness.state.value.kind).toBe('passed')
    expect(source.nTaken).toBe(12)
    expect(server.requests.filter(it => it === `PUT ${FRAMES}`)).toHaveLength(13)
  })

  it('asks for a result again while the server is busy with it', async () => {
    server.answersNext.set(VERIFY, problem(503, 'busy', 'Busy', { retryAfterSeconds: 2 }))
    await liveness.start(WISHES)
    expect(liveness.state.value.kind).toBe('passed')
    expect(server.requests.filter(it => it === `POST ${VERIFY}`)).toHaveLength(2)
  })

  it('asks for a result again that got lost', async () => {
    server.answersNext.set(VERIFY, problem(503, 'busy', 'Busy'))
    await liveness.start(WISHES)
    expect(liveness.state.value).toMatchObject({ kind: 'broken', failure: { problem: { slug: 'busy' } } })
    await liveness.askAgain()
    expect(liveness.state.value.kind).toBe('passed')
    expect(server.requests.filter(it => it === 'POST /api/liveness/challenges')).toHaveLength(1)
  })

  it('does not end the session over a challenge’s token', async () => {
    const sessions: unknown[] = []
    api.listen(it => sessions.push(it))
    server.answersNext.set(FRAMES, problem(401, 'challenge-token-invalid', 'Not of this challenge'))
    await liveness.start(WISHES)
    expect(liveness.state.value).toMatchObject({ kind: 'broken', challenge: null })
    expect(sessions).toEqual([])
    expect(server.requests).not.toContain('POST /api/auth/refresh')
  })

  it('spends no frame while the browser itself sees no face, but not for ever', async () => {
    advice.value = 'no-face'
    const startedAt = clock.now()
    const put = vi.spyOn(api, 'putFrame')
    await liveness.start(WISHES)
    const sentAfter = put.mock.calls.map(([, frame]) => frame.takenAtMs - startedAt)
    expect(sentAfter[0]).toBe(2000)
    expect((sentAfter[1] ?? 0) - 2000).toBeGreaterThan(2000)
    // From the first step on the server looks at every one.
    expect((sentAfter[4] ?? 0) - (sentAfter[3] ?? 0)).toBe(250)
  })
})
