import { effectScope, nextTick, shallowRef } from 'vue'
import type { EffectScope } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CHALLENGE, answerOf } from '../../test/liveness.ts'
import type { FrameAnswer } from '../api/types.ts'
import type { Advice } from './guidance/advice.ts'
import { START, next } from './liveness.ts'
import { useHints } from './useHints.ts'

const BEGUN = [
  { kind: 'started' }, { kind: 'camera-ready', frame: { width: 640, height: 480 } }, { kind: 'begun', challenge: CHALLENGE },
] as const
const TURN = { phase: 'step', instruction: { task: 'turn-left', step: 1, limitMs: 8000 } } as const

describe('useHints', () => {
  let scope: EffectScope
  const state = shallowRef(START)
  const advice = shallowRef<Advice | null>(null)
  let hints: ReturnType<typeof useHints>

  beforeEach(async () => {
    vi.useFakeTimers()
    state.value = START
    advice.value = null
    scope = effectScope()
    hints = scope.run(() => useHints(state, advice)) ?? expect.unreachable()
    state.value = BEGUN.reduce(next, START)
    await nextTick()
  })
  afterEach(() => {
    scope.stop()
    vi.useRealTimers()
  })

  async function answer(members: Partial<FrameAnswer>): Promise<void> {
    state.value = next(state.value, { kind: 'answered', answer: answerOf(0, members) })
    await nextTick()
  }

  it('says the task at once, and then one thing at a time', async () => {
    expect(hints.heard.value).toBe('Bring your face into the frame.')
    await answer({ hint: 'come-closer' })
    expect(hints.hint.value).toBe('Come a little closer.')
    await answer({ hint: 'center-face' })
    expect(hints.hint.value).toBe('Come a little closer.')
    vi.advanceTimersByTime(1500)
    expect(hints.hint.value).toBe('Move into the middle of the frame.')
    expect(hints.heard.value).toBe('Bring your face into the frame. Move into the middle of the frame.')
  })

  it('forgets the hint for the task before', async () => {
    await answer({ hint: 'come-closer' })
    await answer(TURN)
    expect(hints.hint.value).toBe('')
    expect(hints.heard.value).toBe('Bring your face into the frame.')
    vi.advanceTimersByTime(1500)
    expect(hints.heard.value).toBe('Turn your head to your left.')
  })

  it('does not say the task twice', async () => {
    await answer({ phase: 'ready', instruction: { task: 'look-straight', step: 1, limitMs: 8000 }, hint: 'look-straight' })
    expect(hints.hint.value).toBe('')
  })

  it('says that a step was done', async () => {
    await answer(TURN)
    await answer({ phase: 'ready', instruction: { task: 'look-straight', step: 2, limitMs: 8000 }, hint: 'look-straight' })
    vi.advanceTimersByTime(1500)
    expect(hints.heard.value).toBe('Step 1 is done. Look straight into the camera.')
  })

  it('lets the browser help into the frame, and not contradict the server later', async () => {
    advice.value = 'move-back'
    await nextTick()
    expect(hints.hint.value).toBe('Move back a little.')
    await answer({ ...TURN, hint: 'other-way' })
    expect(hints.hint.value).toBe('The other way.')
    advice.value = 'slower'
    await nextTick()
    vi.advanceTimersByTime(1500)
    expect(hints.hint.value).toBe('A little slower.')
  })

  it('says that the connection is slow', async () => {
    state.value = next(state.value, { kind: 'troubled', failure: { kind: 'offline' } })
    await nextTick()
    expect(hints.hint.value).toBe('The connection is slow. Trying again…')
  })

  it('is silent when it is over', async () => {
    await answer({ hint: 'come-closer' })
    state.value = next(state.value, { kind: 'over' })
    await nextTick()
    vi.advanceTimersByTime(5000)
    expect([hints.hint.value, hints.heard.value]).toEqual(['', ''])
  })
})
