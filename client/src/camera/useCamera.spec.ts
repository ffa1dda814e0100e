import { effectScope } from 'vue'
import type { EffectScope } from 'vue'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { useCamera } from './useCamera.ts'

/** Devices whose answers come when the test says so. */
class SlowDevices {
  readonly asked: { answer: (stream: MediaStream) => void, refuse: (error: Error) => void }[] = []

  getUserMedia(): Promise<MediaStream> {
    return new Promise((answer, refuse) => this.asked.push({ answer, refuse }))
  }
}

class FakeTrack extends EventTarget {
  live = true
  stop() {
    this.live = false
  }
}

function fakeStream() {
  const track = new FakeTrack()
  const tracks = [track] as unknown as MediaStreamTrack[]
  const stream = { getTracks: () => tracks, getVideoTracks: () => tracks } as unknown as MediaStream
  return { track, stream }
}

function refusal(name: string): Error {
  const error = new Error(name)
  error.name = name
  return error
}

describe('useCamera', () => {
  let scope: EffectScope
  let devices: SlowDevices
  let camera: ReturnType<typeof useCamera>

  beforeEach(() => {
    scope = effectScope()
    devices = new SlowDevices()
    camera = scope.run(() => useCamera(devices)) ?? expect.unreachable()
  })
  afterEach(() => { scope.stop() })

  it('is on once the browser gives a stream, and off with the scope', async () => {
    const { track, stream } = fakeStream()
    const started = camera.start()
    expect(camera.state.value).toEqual({ kind: 'starting' })
    devices.asked[0]?.answer(stream)
    await started
    expect(camera.state.value.kind).toBe('on')

    scope.stop()
    expect(track.live).toBe(false)
  })

  it('closes a stream that arrives after stop', async () => {
    const { track, stream } = fakeStream()
    const started = camera.start()
    camera.stop()
    devices.asked[0]?.answer(stream)
    await started
    expect(track.live).toBe(false)
    expect(camera.state.value).toEqual({ kind: 'off' })
  })

  it('closes a stream that arrives after its scope is gone', async () => {
    const { track, stream } = fakeStream()
    const started = camera.start()
    scope.stop()
    devices.asked[0]?.answer(stream)
    await started
    expect(track.live).toBe(false)
  })

  it('keeps the stream of the second start, whichever arrives last', async () => {
    const first = fakeStream()
    const second = fakeStream()
    const starts = [camera.start(), camera.start({ facingMode: 'environment' })]
    devices.asked[1]?.answer(second.stream)
    devices.asked[0]?.answer(first.stream)
    await Promise.all(starts)
    expect(first.track.live).toBe(false)
    expect(second.track.live).toBe(true)
    expect(camera.state.value).toEqual({ kind: 'on', stream: second.stream })
  })

  it('does not report the refusal of a request that was given up', async () => {
    const started = camera.start()
    camera.stop()
    devices.asked[0]?.refuse(refusal('NotAllowedError'))
    await started
    expect(camera.state.value).toEqual({ kind: 'off' })
  })

  it.each([
    ['NotAllowedError', 'denied'],
    ['NotFoundError', 'missing'],
    ['OverconstrainedError', 'missing'],
    ['NotReadableError', 'busy'],
    ['TypeError', 'other'],
  ])('understands %s as %s', async (name, reason) => {
    const started = camera.start()
    devices.asked[0]?.refuse(refusal(name))
    await started
    expect(camera.state.value).toEqual({ kind: 'failed', reason })
  })

  it('says so when a camera that was on is taken away', async () => {
    const { track, stream } = fakeStream()
    const started = camera.start()
    devices.asked[0]?.answer(stream)
    await started
    track.dispatchEvent(new Event('ended'))
    expect(camera.state.value).toEqual({ kind: 'failed', reason: 'missing' })
  })

  it('fails at once where the browser has no cameras to offer', async () => {
    const none = scope.run(() => useCamera(null))
    await none?.start()
    expect(none?.state.value).toEqual({ kind: 'failed', reason: 'unsupported' })
  })
})
