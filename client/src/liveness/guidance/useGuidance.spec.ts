import { effectScope } from 'vue'
import type { EffectScope } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeClock } from '../../../test/clock.ts'
import type { PixelBox } from '../../api/types.ts'
import type { Size } from '../geometry.ts'
import { useGuidance } from './useGuidance.ts'
import type { Detector } from './detector.ts'

const AREA = { left: 185, top: 60, width: 270, height: 360 }
const FRAME = { width: 640, height: 480 }

describe('useGuidance', () => {
  let scope: EffectScope
  let clock: FakeClock
  let faces: PixelBox[] | Error
  let nStarted: number
  let nLooks: number
  let isClosed: boolean
  let sizes: Size[]
  let lookMs: number
  let startDetector: () => Promise<Detector>

  beforeEach(() => {
    scope = effectScope()
    clock = new FakeClock()
    faces = []
    nStarted = nLooks = lookMs = 0
    isClosed = false
    sizes = []
    startDetector = () => {
      nStarted += 1
      return Promise.resolve({
        detect() {
          nLooks += 1
          clock.ms += lookMs
          return faces instanceof Error ? Promise.reject(faces) : Promise.resolve(faces)
        },
        close() { isClosed = true },
      })
    }
  })
  afterEach(() => { scope.stop() })

  function open() {
    const source = {
      pixels: (_frame: Size, scaledTo: Size) => {
        sizes.push(scaledTo)
        return {} as ImageData
      },
    }
    return scope.run(() => useGuidance(source, () => startDetector(), clock)) ?? expect.unreachable()
  }

  it('gives advice in pixels of the frame, from a smaller picture', async () => {
    const guidance = open()
    guidance.start(AREA, FRAME)
    await vi.waitFor(() => { expect(guidance.advice.value).toBe('no-face') })
    expect(sizes[0]).toEqual({ width: 320, height: 240 })
    faces = [{ left: 92, top: 52, width: 136, height: 136 }]
    await vi.waitFor(() => { expect(guidance.advice.value).toBeNull() })
    faces = [{ left: 130, top: 90, width: 60, height: 60 }]
    await vi.waitFor(() => { expect(guidance.advice.value).toBe('come-closer') })
  })

  it('says nothing any more once it is stopped, and starts again with the same detector', async () => {
    const guidance = open()
    guidance.start(AREA, FRAME)
    await vi.waitFor(() => { expect(guidance.advice.value).toBe('no-face') })
    guidance.stop()
    expect(guidance.advice.value).toBeNull()
    const before = nLooks
    await new Promise((resolve) => { setTimeout(resolve, 20) })
    expect(nLooks - before).toBeLessThan(2)
    expect(guidance.advice.value).toBeNull()
    guidance.start(AREA, FRAME)
    await vi.waitFor(() => { expect(guidance.advice.value).toBe('no-face') })
    expect(nStarted).toBe(1)
  })

  it('rests for longer than it worked', async () => {
    lookMs = 400
    open().start(AREA, FRAME)
    await vi.waitFor(() => { expect(clock.slept.length).toBeGreaterThan(2) })
    expect(new Set(clock.slept)).toEqual(new Set([800]))
  })

  it('is no help, and no failure, where the detector does not load or breaks', async () => {
    startDetector = () => Promise.reject(new Error('no worker'))
    const without = open()
    without.start(AREA, FRAME)
    await new Promise((resolve) => { setTimeout(resolve, 10) })
    expect(without.advice.value).toBeNull()
    expect(nLooks).toBe(0)
  })

  it('stops looking when the detector breaks', async () => {
    const guidance = open()
    guidance.start(AREA, FRAME)
    await vi.waitFor(() => { expect(guidance.advice.value).toBe('no-face') })
    faces = new Error('lost the graphics')
    await vi.waitFor(() => { expect(guidance.advice.value).toBeNull() })
  })

  it('closes the detector with its page', async () => {
    open().start(AREA, FRAME)
    await vi.waitFor(() => { expect(nLooks).toBeGreaterThan(0) })
    scope.stop()
    await vi.waitFor(() => { expect(isClosed).toBe(true) })
  })
})
