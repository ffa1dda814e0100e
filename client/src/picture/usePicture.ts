import { onScopeDispose, shallowReadonly, shallowRef, watch } from 'vue'
import { failureOf } from '../api/problem.ts'
import type { Failure } from '../api/problem.ts'

export type PictureState =
  | { kind: 'loading' }
  | { kind: 'ready', url: string }
  | { kind: 'failed', failure: Failure }

/**
 * The short-lived address of a picture, loaded again when `id` changes.
 *
 * An address that runs out before the browser has used it is renewed once; a
 * picture that then still does not load has failed.
 */
export function usePicture(id: () => string, addressOf: (id: string, options: { signal: AbortSignal }) => Promise<string>) {
  const state = shallowRef<PictureState>({ kind: 'loading' })
  let loading = new AbortController()
  let isRenewed = false

  async function load(): Promise<void> {
    loading.abort()
    const { signal } = (loading = new AbortController())
    state.value = { kind: 'loading' }
    try {
      const url = await addressOf(id(), { signal })
      if (!signal.aborted) state.value = { kind: 'ready', url }
    } catch (error) {
      if (!signal.aborted) state.value = { kind: 'failed', failure: failureOf(error) }
    }
  }

  /** For the `load` event of the element that shows the picture. */
  function shown(): void {
    isRenewed = false
  }

  /** For its `error` event. */
  async function broken(): Promise<void> {
    if (isRenewed) {
      // The element does not tell the status.
      state.value = { kind: 'failed', failure: { kind: 'storage', wanted: 'to-load', status: 0 } }
      return
    }
    isRenewed = true
    await load()
  }

  async function retry(): Promise<void> {
    isRenewed = false
    await load()
  }

  watch(id, retry, { immediate: true })
  onScopeDispose(() => { loading.abort() })

  return { state: shallowReadonly(state), shown, broken, retry }
}
