import { describe, expect, it } from 'vitest'
import { CHALLENGE, answerOf } from '../../test/liveness.ts'
import type { Failure } from '../api/problem.ts'
import { START, isUnderWay, next } from './liveness.ts'
import type { LivenessEvent, LivenessState } from './liveness.ts'

const FRAME = { width: 640, height: 480 }
const OFFLINE: Failure = { kind: 'offline' }

function locked(retryAfterSeconds?: number): Failure {
  const members = retryAfterSeconds === undefined ? {} : { retryAfterSeconds }
  return {
    kind: 'problem',
    problem: { type: '/problems/rate-limited', slug: 'rate-limited', status: 429, title: 't', instance: 'r', ...members },
  }
}

function after(...events: LivenessEvent[]): LivenessState {
  return events.reduce(next, START)
}

const READY: LivenessEvent[] = [{ kind: 'started' }, { kind: 'camera-ready', frame: FRAME }]
const BEGUN: LivenessEvent[] = [...READY, { kind: 'begun', challenge: CHALLENGE }]
const OVER: LivenessEvent[] = [...BEGUN, { kind: 'over' }]

describe('the way through a check', () => {
  it('goes from welcome to passed', () => {
    expect(after({ kind: 'started' })).toEqual({ kind: 'camera' })
    expect(after(...READY)).toEqual({ kind: 'beginning', frame: FRAME })
    expect(after(...BEGUN)).toMatchObject({ kind: 'challenge', frame: FRAME, progress: { phase: 'face', hint: null } })
    expect(after(...OVER)).toEqual({ kind: 'judging', challenge: CHALLENGE })
    expect(after(...OVER, { kind: 'judged', result: { passed: true, assertion: 'a.b.c' } })).toEqual({ kind: 'passed', person: null })
  })

  it('says why it was not passed', () => {
    expect(after(...OVER, { kind: 'judged', result: { passed: false, reason: 'timeout', hint: 'hold-still' } }))
      .toEqual({ kind: 'failed', reason: 'timeout', hint: 'hold-still' })
    expect(after(...OVER, { kind: 'judged', result: { passed: false } })).toEqual({ kind: 'failed', reason: null, hint: null })
  })

  it('follows the answers, and remembers how long there was', () => {
    const turn = { task: 'turn-left', step: 1, limitMs: 8000 } as const
    const answers: LivenessEvent[] = [
      { kind: 'answered', answer: answerOf(0, { phase: 'step', instruction: turn }) },
      { kind: 'answered', answer: answerOf(1, { phase: 'step', instruction: { ...turn, limitMs: 5000 }, hint: 'other-way' }) },
    ]
    expect(after(...BEGUN, ...answers)).toMatchObject({
      progress: { phase: 'step', instruction: { task: 'turn-left', limitMs: 5000 }, fullLimitMs: 8000, hint: 'other-way' },
    })
    const later = { ...turn, step: 2, limitMs: 7000 }
    expect(after(...BEGUN, ...answers, { kind: 'answered', answer: answerOf(2, { phase: 'step', instruction: later }) }))
      .toMatchObject({ progress: { fullLimitMs: 7000, hint: null } })
  })

  it('keeps the instruction of an answer that has none', () => {
    const { instruction, ...bare } = answerOf(0, { phase: 'area' })
    expect(instruction).toBeDefined()
    expect(after(...BEGUN, { kind: 'answered', answer: bare })).toMatchObject({ progress: { instruction: { task: 'enter-area' } } })
  })

  it('says that a frame does not get through until one does', () => {
    const troubled: LivenessEvent[] = [...BEGUN, { kind: 'troubled', failure: OFFLINE }]
    expect(after(...troubled)).toMatchObject({ kind: 'challenge', progress: { trouble: OFFLINE } })
    expect(after(...troubled, { kind: 'answered', answer: answerOf(0, {}) })).toMatchObject({ progress: { trouble: null } })
  })
})

describe('what goes wrong', () => {
  it.each([
    ['while asking', [{ kind: 'started' }] as LivenessEvent[]],
    ['while beginning', READY],
    ['while running', BEGUN],
  ])('a camera that fails %s ends it', (_when, events) => {
    expect(after(...events, { kind: 'camera-failed', trouble: 'missing' })).toEqual({ kind: 'no-camera', trouble: 'missing' })
  })

  it('a camera that goes off while the result is awaited does not matter', () => {
    expect(after(...OVER, { kind: 'camera-failed', trouble: 'missing' }).kind).toBe('judging')
  })

  it('a lock has a time', () => {
    expect(after(...READY, { kind: 'failed', failure: locked(1800), nowMs: 5000 })).toEqual({ kind: 'locked', untilMs: 1_805_000 })
    expect(after(...READY, { kind: 'failed', failure: locked(), nowMs: 0 }).kind).toBe('broken')
    expect(after(...BEGUN, { kind: 'failed', failure: locked(60), nowMs: 0 }).kind).toBe('broken')
  })

  it('a result that could not be fetched can be asked for again, a challenge that broke cannot', () => {
    const broken = after(...OVER, { kind: 'failed', failure: OFFLINE, nowMs: 0 })
    expect(broken).toEqual({ kind: 'broken', failure: OFFLINE, challenge: CHALLENGE })
    expect(next(broken, { kind: 'asked-again' }).kind).toBe('judging')

    const lost = after(...BEGUN, { kind: 'failed', failure: OFFLINE, nowMs: 0 })
    expect(lost).toEqual({ kind: 'broken', failure: OFFLINE, challenge: null })
    expect(next(lost, { kind: 'asked-again' })).toBe(lost)
  })
})

describe('leaving', () => {
  it('is possible at any time, and starting again too', () => {
    for (const events of [[], READY, BEGUN, OVER]) {
      expect(after(...events, { kind: 'left', note: 'stopped' })).toEqual({ kind: 'welcome', note: 'stopped' })
    }
    expect(after(...BEGUN, { kind: 'left', note: null }, { kind: 'started' })).toEqual({ kind: 'camera' })
    expect(after(...OVER, { kind: 'judged', result: { passed: false } }, { kind: 'started' })).toEqual({ kind: 'camera' })
  })

  it('leaves nothing that late answers could change', () => {
    const late: LivenessEvent[] = [
      { kind: 'camera-ready', frame: FRAME }, { kind: 'begun', challenge: CHALLENGE }, { kind: 'answered', answer: answerOf(0, {}) },
      { kind: 'troubled', failure: OFFLINE }, { kind: 'over' }, { kind: 'judged', result: { passed: true } },
      { kind: 'failed', failure: OFFLINE, nowMs: 0 }, { kind: 'camera-failed', trouble: 'busy' }, { kind: 'asked-again' },
    ]
    for (const event of late) expect(next(START, event)).toBe(START)
  })

  it('does not start twice', () => {
    for (const events of [READY, BEGUN, OVER]) {
      const state = after(...events)
      expect(next(state, { kind: 'started' })).toBe(state)
    }
  })

  it('wants the camera from asking to the last frame', () => {
    expect([[], READY, BEGUN, OVER].map(events => isUnderWay(after(...events)))).toEqual([false, true, true, false])
  })
})
