import { onScopeDispose, shallowReadonly, shallowRef, watch } from 'vue'
import type { Api } from '../api/client.ts'
import { failureOf } from '../api/problem.ts'
import { areReversed, listQueryOf } from './filters.ts'
import type { Filters } from './filters.ts'
import { next } from './history.ts'
import type { HistoryEvent, HistoryState } from './history.ts'

/** Fills three columns evenly, and four rows of a wide window. */
const PAGE_ITEMS = 12

/** The user's analyses, newest first, page after page. An answer to filters that have changed since is dropped. */
export function useHistory(api: Pick<Api, 'listAnalyses'>, filters: () => Filters) {
  const state = shallowRef<HistoryState>({ kind: 'loading' })
  let loading = new AbortController()

  function send(event: HistoryEvent): void {
    state.value = next(state.value, event)
  }

  async function load(): Promise<void> {
    loading.abort()
    const { signal } = (loading = new AbortController())
    // No answer could contain anything, and the page says why.
    if (areReversed(filters())) {
      send({ kind: 'loaded', page: { items: [], nextCursor: null } })
      return
    }
    send({ kind: 'loading' })
    try {
      const page = await api.listAnalyses({ ...listQueryOf(filters()), limit: PAGE_ITEMS }, { signal })
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
      const page = await api.listAnalyses({ ...listQueryOf(filters()), limit: PAGE_ITEMS, cursor }, { signal })
      if (!signal.aborted) send({ kind: 'loaded-more', page })
    } catch (error) {
      if (!signal.aborted) send({ kind: 'more-failed', failure: failureOf(error) })
    }
  }

  watch(filters, load, { immediate: true })
  onScopeDispose(() => { loading.abort() })

  return { state: shallowReadonly(state), load, loadMore }
}
