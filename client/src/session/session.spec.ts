import { describe, expect, it } from 'vitest'
import type { Failure } from '../api/problem.ts'
import type { User } from '../api/types.ts'
import { next } from './session.ts'
import type { SessionState } from './session.ts'

const user: User = {
  id: '1', username: 'ada', email: 'ada@example.org', role: 'user', createdAt: '2026-11-20T11:00:00Z', passwordChangeRequired: false,
}
const failure: Failure = { kind: 'offline' }
const RESUMING: SessionState = { kind: 'resuming' }
const IN: SessionState = { kind: 'signed-in', user, mustChangePassword: false }

describe('the session', () => {
  it('is resumed, or was never there', () => {
    expect(next(RESUMING, { kind: 'session', session: { user, passwordChangeRequired: false } })).toEqual(IN)
    expect(next(RESUMING, { kind: 'session', session: null })).toEqual({ kind: 'signed-out', because: 'never-in' })
  })

  it('knows who must change the password', () => {
    expect(next(RESUMING, { kind: 'session', session: { user, passwordChangeRequired: true } }))
      .toEqual({ kind: 'signed-in', user, mustChangePassword: true })
  })

  it('tells leaving from losing', () => {
    expect(next(IN, { kind: 'left' })).toEqual({ kind: 'signed-out', because: 'left' })
    expect(next(IN, { kind: 'session', session: null })).toEqual({ kind: 'signed-out', because: 'lost' })
    const left: SessionState = { kind: 'signed-out', because: 'left' }
    expect(next(left, { kind: 'session', session: null })).toBe(left)
  })

  it('is out of reach only until it is asked for again', () => {
    const unreachable = next(RESUMING, { kind: 'unreachable', failure })
    expect(unreachable).toEqual({ kind: 'unreachable', failure })
    expect(next(unreachable, { kind: 'resuming' })).toEqual(RESUMING)
  })

  it('is not disturbed by a failure to resume what is there', () => {
    expect(next(IN, { kind: 'unreachable', failure })).toBe(IN)
    expect(next(IN, { kind: 'resuming' })).toBe(IN)
  })
})
