import type { ChallengeGesture, ChallengeKind, ChallengePace, ChallengeRequest } from '../api/types.ts'
import type { Size } from './geometry.ts'

/** How somebody wants to be asked. */
export interface Wishes {
  kind: ChallengeKind
  pace: ChallengePace
  avoid: ChallengeGesture[]
}

/** What a page's query chooses beforehand: `kind` and `pace`. What is not understood, is what it is without. */
export function wishesOf(query: Record<string, unknown>): Wishes {
  return {
    kind: query.kind === 'nose' ? 'nose' : 'sequence',
    pace: query.pace === 'unhurried' ? 'unhurried' : 'usual',
    avoid: [],
  }
}

/** The API's words. One step has its own time, and there is nothing to leave out of it. */
export function requestOf({ kind, pace, avoid }: Wishes, frame: Size): ChallengeRequest {
  const size = { imageWidth: frame.width, imageHeight: frame.height }
  return kind === 'nose' ? { ...size, kind } : { ...size, kind, pace, avoid }
}
