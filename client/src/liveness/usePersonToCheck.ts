import { onScopeDispose, shallowReadonly, shallowRef, watch } from 'vue'
import type { Api } from '../api/client.ts'
import { failureOf } from '../api/problem.ts'
import type { Failure } from '../api/problem.ts'

/** Who has to pass a check; nobody in particular is null. */
export type PersonToCheck =
  | { kind: 'loading' }
  | { kind: 'failed', failure: Failure }
  | { kind: 'known', personId: string, name: string, nFaces: number }

/** Loads who has to pass, so that their name can be said and a check that cannot be passed does not begin. */
export function usePersonToCheck(api: Pick<Api, 'getPerson'>, personId: () => string | null) {
  const state = shallowRef<PersonToCheck | null>(null)
  let loading = new AbortController()

  async function load(): Promise<void> {
    loading.abort()
    const { signal } = (loading = new AbortController())
    const id = personId()
    if (id === null) {
      state.value = null
      return
    }
    state.value = { kind: 'loading' }
    try {
      const { displayName, faces } = await api.getPerson(id, { signal })
      if (!signal.aborted) state.value = { kind: 'known', personId: id, name: displayName, nFaces: faces.length }
    } catch (error) {
      if (!signal.aborted) state.value = { kind: 'failed', failure: failureOf(error) }
    }
  }

  watch(personId, load, { immediate: true })
  onScopeDispose(() => { loading.abort() })

  return { state: shallowReadonly(state), load }
}
