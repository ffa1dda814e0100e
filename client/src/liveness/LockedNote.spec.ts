import { render, screen } from '@testing-library/vue'
import { nextTick } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { browserClock } from './clock.ts'
import LockedNote from './LockedNote.vue'

describe('the note about a pause', () => {
  beforeEach(() => { vi.useFakeTimers({ now: new Date('2026-11-21T11:00:00') }) })
  afterEach(() => { vi.useRealTimers() })

  it('counts down, and lets go on when the time is over', async () => {
    const view = render(LockedNote, { props: { untilMs: Date.now() + 90_000, clock: browserClock } })
    expect(screen.getByText('You can try again at 11:01, in 2 minutes.')).toBeTruthy()
    expect(screen.queryByRole('button')).toBeNull()

    vi.advanceTimersByTime(60_000)
    await nextTick()
    expect(screen.getByText('You can try again at 11:01, in 30 seconds.')).toBeTruthy()

    vi.advanceTimersByTime(30_000)
    await nextTick()
    expect(screen.getByText('You can try again now.')).toBeTruthy()
    screen.getByRole('button', { name: 'Try again' }).click()
    expect(view.emitted('again')).toHaveLength(1)
  })

  it('names the day where it is another one', () => {
    render(LockedNote, { props: { untilMs: Date.now() + 15 * 3_600_000, clock: browserClock } })
    expect(screen.getByText('You can try again on Sunday at 02:00, in 15 hours.')).toBeTruthy()
  })
})
