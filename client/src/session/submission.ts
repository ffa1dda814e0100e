import { shallowReadonly, shallowRef } from 'vue'
import { failureOf } from '../api/problem.ts'
import type { Failure } from '../api/problem.ts'

export type SubmissionState =
  | { kind: 'idle' }
  | { kind: 'under-way' }
  | { kind: 'failed', failure: Failure }

/** The sending of a form: one at a time, and the failure of the last one. */
export function useSubmission() {
  const state = shallowRef<SubmissionState>({ kind: 'idle' })

  /** Resolves to whether the work was done. A second submission while one is under way is none. */
  async function submit(work: () => Promise<unknown>): Promise<boolean> {
    if (state.value.kind === 'under-way') return false
    state.value = { kind: 'under-way' }
    try {
      await work()
      state.value = { kind: 'idle' }
      return true
    } catch (error) {
      state.value = { kind: 'failed', failure: failureOf(error) }
      return false
    }
  }

  /** Forgets the failure of the last one: what comes is another matter. */
  function reset(): void {
    if (state.value.kind === 'failed') state.value = { kind: 'idle' }
  }

  return { state: shallowReadonly(state), submit, reset }
}
