import type { Failure } from '../api/problem.ts'

/** A page of any list of the API. */
export interface Page<Item> {
  items: Item[]
  nextCursor: string | null
}

export type More =
  | { kind: 'none' }
  | { kind: 'there-is', cursor: string }
  | { kind: 'loading', cursor: string }
  | { kind: 'failed', cursor: string, failure: Failure }

export type ListState<Item> =
  | { kind: 'loading' }
  | { kind: 'failed', failure: Failure }
  | { kind: 'shown', items: Item[], more: More }

export type ListEvent<Item> =
  | { kind: 'loading' }
  | { kind: 'loaded', page: Page<Item> }
  | { kind: 'failed', failure: Failure }
  | { kind: 'loading-more' }
  | { kind: 'loaded-more', page: Page<Item> }
  | { kind: 'more-failed', failure: Failure }
  /** What is shown has changed, without a question to the server. */
  | { kind: 'edited', edit: (items: Item[]) => Item[] }

/** Gives the state after an event. An event that means nothing in a state leaves it as it is. */
export function next<Item>(state: ListState<Item>, event: ListEvent<Item>): ListState<Item> {
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
    case 'edited':
      return state.kind === 'shown' ? { ...state, items: event.edit(state.items) } : state
  }
}

function moreOf({ nextCursor }: Page<unknown>): More {
  return nextCursor === null ? { kind: 'none' } : { kind: 'there-is', cursor: nextCursor }
}
