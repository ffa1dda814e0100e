import type { Failure } from '../api/problem.ts'
import { isProblem } from '../api/problem.ts'
import type { ErasureReceipt, Person, PersonFace } from '../api/types.ts'

/** Of `POST /people/{id}/faces`. */
export const MAX_FACES = 10

export type PersonState =
  | { kind: 'loading' }
  | { kind: 'missing' }
  | { kind: 'failed', failure: Failure }
  | { kind: 'shown', person: Person }
  | { kind: 'erased', receipt: ErasureReceipt }

export type PersonEvent =
  | { kind: 'loading' }
  | { kind: 'loaded', person: Person }
  | { kind: 'failed', failure: Failure }
  | { kind: 'face-added', face: PersonFace }
  | { kind: 'face-erased', faceId: string }
  | { kind: 'erased', receipt: ErasureReceipt }
  /** Somebody else has erased the person. */
  | { kind: 'gone' }

/** Gives the state after an event. An event that means nothing in a state leaves it as it is. */
export function next(state: PersonState, event: PersonEvent): PersonState {
  switch (event.kind) {
    case 'loading':
      return { kind: 'loading' }
    case 'loaded':
      return { kind: 'shown', person: event.person }
    case 'failed':
      return isProblem(event.failure, 'person-not-found') ? { kind: 'missing' } : { kind: 'failed', failure: event.failure }
    case 'face-added':
      return withFaces(state, faces => [...faces.filter(it => it.faceId !== event.face.faceId), event.face])
    case 'face-erased':
      return withFaces(state, faces => faces.filter(it => it.faceId !== event.faceId))
    case 'erased':
      return { kind: 'erased', receipt: event.receipt }
    case 'gone':
      return { kind: 'missing' }
  }
}

function withFaces(state: PersonState, edit: (faces: PersonFace[]) => PersonFace[]): PersonState {
  return state.kind === 'shown' ? { kind: 'shown', person: { ...state.person, faces: edit(state.person.faces) } } : state
}
