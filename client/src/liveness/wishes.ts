import type { ChallengeGesture, ChallengeKind, ChallengePace, ChallengeRequest } from '../api/types.ts'
import { uuidOf } from '../api/uuid.ts'
import type { Size } from './geometry.ts'

/** How somebody wants to be asked. */
export interface Wishes {
  kind: ChallengeKind
  pace: ChallengePace
  avoid: ChallengeGesture[]
  /** The registered person it must be; null for anybody. */
  personId: string | null
}

/** What a page's query chooses beforehand: `kind`, `pace` and `person`. What is not understood, is what it is without. */
export function wishesOf(query: Record<string, unknown>): Wishes {
  return {
    kind: query.kind === 'nose' ? 'nose' : 'sequence',
    pace: query.pace === 'unhurried' ? 'unhurried' : 'usual',
    avoid: [],
    personId: uuidOf(query.person),
  }
}

/** The API's words. One step has its own time, and there is nothing to leave out of it. */
export function requestOf({ kind, pace, avoid, personId }: Wishes, frame: Size): ChallengeRequest {
  const common = { imageWidth: frame.width, imageHeight: frame.height, ...personId === null ? {} : { personId } }
  return kind === 'nose' ? { ...common, kind } : { ...common, kind, pace, avoid }
}
