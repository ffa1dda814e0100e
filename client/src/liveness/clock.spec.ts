import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { browserClock } from './clock.ts'

describe('browserClock', () => {
  beforeEach(() => { vi.useFakeTimers() })
  afterEach(() => { vi.useRealTimers() })

  it('sleeps as long as it is asked', async () => {
    let isAwake = false
    const slept = browserClock.sleep(250, new AbortController().signal).then(() => { isAwake = true })
    await vi.advanceTimersByTimeAsync(249)
    expect(isAwake).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    await slept
    expect(isAwake).toBe(true)
  })

  it('wakes up at once when it is not needed any more, and does not fall asleep then', async () => {
    const abort = new AbortController()
    const slept = browserClock.sleep(60_000, abort.signal)
    abort.abort()
    await slept
    await browserClock.sleep(60_000, abort.signal)
    expect(vi.getTimerCount()).toBe(0)
  })
})
