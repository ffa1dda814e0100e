import { onScopeDispose, shallowReadonly, shallowRef, watch } from 'vue'
import type { Api } from '../api/client.ts'
import { failureOf, isGone } from '../api/problem.ts'
import type { ChangePersonRequest, PersonFace } from '../api/types.ts'
import { next } from './person.ts'
import type { PersonEvent, PersonState } from './person.ts'

type PeopleApi = Pick<Api, 'getPerson' | 'changePerson' | 'deletePerson' | 'deleteFace'>

/** One person: loads it, whichever is asked for last, changes and erases it. What changes it rejects where that fails. */
export function usePerson(api: PeopleApi, personId: () => string) {
  const state = shallowRef<PersonState>({ kind: 'loading' })
  let loading = new AbortController()

  function send(event: PersonEvent): void {
    state.value = next(state.value, event)
  }

  async function load(): Promise<void> {
    loading.abort()
    const { signal } = (loading = new AbortController())
    send({ kind: 'loading' })
    try {
      const person = await api.getPerson(personId(), { signal })
      if (!signal.aborted) send({ kind: 'loaded', person })
    } catch (error) {
      if (!signal.aborted) send({ kind: 'failed', failure: failureOf(error) })
    }
  }

  /** Does it, and tells what came of it while the page is still about the same person. */
  async function changing<Answer>(work: (id: string) => Promise<Answer>, eventOf: (answer: Answer) => PersonEvent): Promise<void> {
    const id = personId()
    const event = await work(id).then(eventOf, (error: unknown): PersonEvent => {
      if (isGone(error, 'person-not-found')) return { kind: 'gone' }
      throw error
    })
    if (id === personId()) send(event)
  }

  watch(personId, load, { immediate: true })
  onScopeDispose(() => { loading.abort() })

  return {
    state: shallowReadonly(state),
    load,
    change: (change: ChangePersonRequest) =>
      changing(id => api.changePerson(id, change), person => ({ kind: 'loaded', person })),
    erase: () => changing(id => api.deletePerson(id), receipt => ({ kind: 'erased', receipt })),
    faceAdded: (face: PersonFace) => { send({ kind: 'face-added', face }) },
    eraseFace: (faceId: string) => changing(
      id => api.deleteFace(id, faceId).catch((error: unknown) => {
        // It is erased already, which is what was wanted.
        if (!isGone(error, 'face-not-found')) throw error
      }),
      () => ({ kind: 'face-erased', faceId }),
    ),
  }
}
