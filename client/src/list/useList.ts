import { onScopeDispose, shallowReadonly, shallowRef, watch } from 'vue'
import { failureOf } from '../api/problem.ts'
import { next } from './list.ts'
import type { ListEvent, ListState, Page } from './list.ts'

export interface PageRequest {
  /** Where the page begins; nothing for the first. */
  cursor?: string
  signal: AbortSignal
}

/**
 * A list of the server, page after page, loaded again when `query` changes. An
 * answer to a query that has changed since is dropped.
 */
export function useList<Query, Item>(
  query: () => Query, fetchPage: (query: Query, request: PageRequest) => Promise<Page<Item>>,
) {
  const state = shallowRef<ListState<Item>>({ kind: 'loading' })
  let loading = new AbortController()

  function send(event: ListEvent<Item>): void {
    state.value = next(state.value, event)
  }

  async function load(): Promise<void> {
    loading.abort()
    const { signal } = (loading = new AbortController())
    send({ kind: 'loading' })
    try {
      const page = await fetchPage(query(), { signal })
      if (!signal.aborted) send({ kind: 'loaded', page })
    } catch (error) {
      if (!signal.aborted) send({ kind: 'failed', failure: failureOf(error) })
    }
  }

  async function loadMore(): Promise<void> {
    const before = state.value
    if (before.kind !== 'shown' || before.more.kind === 'none' || before.more.kind === 'loading') return
    const { cursor } = before.more
    const { signal } = loading
    send({ kind: 'loading-more' })
    try {
      const page = await fetchPage(query(), { cursor, signal })
      if (!signal.aborted) send({ kind: 'loaded-more', page })
    } catch (error) {
      if (!signal.aborted) send({ kind: 'more-failed', failure: failureOf(error) })
    }
  }

  watch(query, load, { immediate: true })
  onScopeDispose(() => { loading.abort() })

  return {
    state: shallowReadonly(state),
    load,
    loadMore,
    /** Changes what is shown, after the server has done so. */
    edit: (edit: (items: Item[]) => Item[]): void => { send({ kind: 'edited', edit }) },
  }
}
