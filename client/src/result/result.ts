import type { Failure } from '../api/problem.ts'
import type { Analysis } from '../api/types.ts'

export type Deletion =
  | { kind: 'none' }
  | { kind: 'asking', failure: Failure | null }
  | { kind: 'deleting' }

export type ResultState =
  | { kind: 'loading' }
  | { kind: 'missing' }
  | { kind: 'failed', failure: Failure }
  | { kind: 'shown', analysis: Analysis, selected: number, deletion: Deletion }
  | { kind: 'deleted' }

export type ResultEvent =
  | { kind: 'loading' }
  | { kind: 'loaded', analysis: Analysis }
  | { kind: 'failed', failure: Failure }
  | { kind: 'selected', face: number }
  | { kind: 'asked-to-delete' }
  | { kind: 'kept' }
  | { kind: 'deleting' }
  | { kind: 'delete-failed', failure: Failure }
  | { kind: 'deleted' }

/** Gives the state after an event. An event that means nothing in a state leaves it as it is. */
export function next(state: ResultState, event: ResultEvent): ResultState {
  switch (event.kind) {
    case 'loading':
      return { kind: 'loading' }
    case 'loaded':
      return { kind: 'shown', analysis: event.analysis, selected: 0, deletion: { kind: 'none' } }
    case 'failed':
      return isMissing(event.failure) ? { kind: 'missing' } : { kind: 'failed', failure: event.failure }
    case 'deleted':
      return { kind: 'deleted' }
    default:
      return state.kind === 'shown' ? whileShown(state, event) : state
  }
}

type Shown = Extract<ResultState, { kind: 'shown' }>
type ShownEvent = Exclude<ResultEvent, { kind: 'loading' | 'loaded' | 'failed' | 'deleted' }>

function whileShown(state: Shown, event: ShownEvent): ResultState {
  switch (event.kind) {
    case 'selected':
      return event.face in state.analysis.faces ? { ...state, selected: event.face } : state
    case 'asked-to-delete':
      return { ...state, deletion: { kind: 'asking', failure: null } }
    case 'kept':
      return state.deletion.kind === 'deleting' ? state : { ...state, deletion: { kind: 'none' } }
    case 'deleting':
      return state.deletion.kind === 'asking' ? { ...state, deletion: { kind: 'deleting' } } : state
    case 'delete-failed':
      // Somebody else was faster: what was asked for is so.
      return isMissing(event.failure)
        ? { kind: 'deleted' }
        : { ...state, deletion: { kind: 'asking', failure: event.failure } }
  }
}

function isMissing(failure: Failure): boolean {
  return failure.kind === 'problem' && failure.problem.status === 404
}
