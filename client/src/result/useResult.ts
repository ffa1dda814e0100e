import { onScopeDispose, shallowReadonly, shallowRef, watch } from 'vue'
import type { Api } from '../api/client.ts'
import { failureOf } from '../api/problem.ts'
import { next } from './result.ts'
import type { ResultEvent, ResultState } from './result.ts'

/** One analysis: loads it, whichever is asked for last, and deletes it. */
export function useResult(api: Pick<Api, 'getAnalysis' | 'deleteAnalysis'>, analysisId: () => string) {
  const state = shallowRef<ResultState>({ kind: 'loading' })
  let loading = new AbortController()

  function send(event: ResultEvent): void {
    state.value = next(state.value, event)
  }

  async function load(): Promise<void> {
    loading.abort()
    const { signal } = (loading = new AbortController())
    send({ kind: 'loading' })
    try {
      const analysis = await api.getAnalysis(analysisId(), { signal })
      if (!signal.aborted) send({ kind: 'loaded', analysis })
    } catch (error) {
      if (!signal.aborted) send({ kind: 'failed', failure: failureOf(error) })
    }
  }

  async function confirmDelete(): Promise<void> {
    const id = analysisId()
    send({ kind: 'deleting' })
    try {
      await api.deleteAnalysis(id)
      if (id === analysisId()) send({ kind: 'deleted' })
    } catch (error) {
      if (id === analysisId()) send({ kind: 'delete-failed', failure: failureOf(error) })
    }
  }

  watch(analysisId, load, { immediate: true })
  onScopeDispose(() => { loading.abort() })

  return {
    state: shallowReadonly(state),
    load,
    select: (face: number) => { send({ kind: 'selected', face }) },
    askToDelete: () => { send({ kind: 'asked-to-delete' }) },
    keep: () => { send({ kind: 'kept' }) },
    confirmDelete,
  }
}
