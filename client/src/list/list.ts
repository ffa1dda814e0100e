import type { Failure } from '../api/problem.ts'
import type { AnalysisPage, AnalysisSummary } from '../api/types.ts'

export type More =
  | { kind: 'none' }
  | { kind: 'there-is', cursor: string }
  | { kind: 'loading', cursor: string }
  | { kind: 'failed', cursor: string, failure: Failure }

export type HistoryState =
  | { kind: 'loading' }
  | { kind: 'failed', failure: Failure }
  | { kind: 'shown', items: AnalysisSummary[], more: More }

export type HistoryEvent =
  | { kind: 'loading' }
  | { kind: 'loaded', page: AnalysisPage }
  | { kind: 'failed', failure: Failure }
  | { kind: 'loading-more' }
  | { kind: 'loaded-more', page: AnalysisPage }
  | { kind: 'more-failed', failure: Failure }

/** Gives the state after an event. An event that means nothing in a state leaves it as it is. */
export function next(state: HistoryState, event: HistoryEvent): HistoryState {
  switch (event.kind) {
    case 'loading':
      return { kind: 'loading' }
    case 'loaded':
      return { kind: 'shown', items: event.page.items, more: moreOf(event.page) }
    case 'failed':
      return { kind: 'failed', failure: event.failure }
    case 'loading-more':
      return state.kind === 'shown' && state.more.kind !== 'none'
        ? { ...state, more: { kind: 'loading', cursor: state.more.cursor } }
        : state
    case 'loaded-more':
      return state.kind === 'shown' && state.more.kind === 'loading'
        ? { kind: 'shown', items: [...state.items, ...event.page.items], more: moreOf(event.page) }
        : state
    case 'more-failed':
      return state.kind === 'shown' && state.more.kind === 'loading'
        ? { ...state, more: { kind: 'failed', cursor: state.more.cursor, failure: event.failure } }
        : state
  }
}

function moreOf(page: AnalysisPage): More {
  return page.nextCursor === null ? { kind: 'none' } : { kind: 'there-is', cursor: page.nextCursor }
}
