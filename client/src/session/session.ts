import type { Session } from '../api/connection.ts'
import type { Failure } from '../api/problem.ts'
import type { User } from '../api/types.ts'

export type SessionState =
  /** Asking the server whether the cookie still stands for a session. */
  | { kind: 'resuming' }
  | { kind: 'unreachable', failure: Failure }
  | { kind: 'signed-out', because: 'never-in' | 'left' | 'lost' }
  | { kind: 'signed-in', user: User, mustChangePassword: boolean }

export type SessionEvent =
  | { kind: 'resuming' }
  | { kind: 'unreachable', failure: Failure }
  /** The API began, renewed or ended a session. */
  | { kind: 'session', session: Session | null }
  | { kind: 'left' }

export function next(state: SessionState, event: SessionEvent): SessionState {
  switch (event.kind) {
    case 'resuming':
      return state.kind === 'unreachable' ? { kind: 'resuming' } : state
    case 'unreachable':
      return state.kind === 'resuming' ? { kind: 'unreachable', failure: event.failure } : state
    case 'session':
      return event.session
        ? { kind: 'signed-in', user: event.session.user, mustChangePassword: event.session.passwordChangeRequired }
        : withoutSession(state)
    case 'left':
      return { kind: 'signed-out', because: 'left' }
  }
}

function withoutSession(state: SessionState): SessionState {
  switch (state.kind) {
    case 'signed-in':
      return { kind: 'signed-out', because: 'lost' }
    case 'signed-out':
      return state
    case 'resuming':
    case 'unreachable':
      return { kind: 'signed-out', because: 'never-in' }
  }
}
