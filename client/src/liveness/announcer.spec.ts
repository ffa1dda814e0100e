import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LEAST_STAY_MS, createAnnouncer } from './announcer.ts'

describe('createAnnouncer', () => {
  let said: string[]
  let announcer: ReturnType<typeof createAnnouncer>

  beforeEach(() => {
    vi.useFakeTimers()
    said = []
    announcer = createAnnouncer(text => said.push(text))
  })
  afterEach(() => { vi.useRealTimers() })

  it('says the first text at once, and of those that come too early only the latest', () => {
    for (const text of ['one', 'two', 'three']) announcer.say(text)
    expect(said).toEqual(['one'])
    vi.advanceTimersByTime(LEAST_STAY_MS - 1)
    expect(said).toEqual(['one'])
    vi.advanceTimersByTime(1)
    expect(said).toEqual(['one', 'three'])
  })

  it('does not repeat itself, and forgets what was said meanwhile', () => {
    announcer.say('one')
    announcer.say('two')
    announcer.say('one')
    vi.advanceTimersByTime(2 * LEAST_STAY_MS)
    expect(said).toEqual(['one'])
  })

  it('never says two texts within the time one needs, however fast they come', () => {
    const times: number[] = []
    const fast = createAnnouncer(() => times.push(Date.now()))
    for (let i = 0; i < 100; i += 1) {
      fast.say(`text ${i}`)
      vi.advanceTimersByTime(90)
    }
    const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0))
    expect(gaps.length).toBeGreaterThan(4)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(LEAST_STAY_MS)
  })

  it('replaces at once what has no meaning any more', () => {
    announcer.say('hint')
    announcer.say('another hint')
    announcer.sayNow('')
    vi.advanceTimersByTime(2 * LEAST_STAY_MS)
    expect(said).toEqual(['hint', ''])
  })

  it('is silent after it is stopped', () => {
    announcer.say('one')
    announcer.say('two')
    announcer.stop()
    vi.advanceTimersByTime(2 * LEAST_STAY_MS)
    expect(said).toEqual(['one'])
  })
})
