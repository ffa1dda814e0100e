import type { Abortable } from './client.ts'
import type { Connection } from './connection.ts'
import type { Challenge, ChallengeRequest, ChallengeResult, FrameAnswer } from './types.ts'

/** What tells a challenge and shows that one may continue it. */
type ChallengeKey = Pick<Challenge, 'challengeId' | 'token'>

export interface FrameBody {
  /** Place in the challenge, from 0 without a gap. */
  index: number
  /** Milliseconds since 1970 by the browser's clock. */
  takenAtMs: number
  jpegBase64: string
}

/** The liveness challenge: begin, frame after frame, result. */
export function livenessCalls(send: Connection['send']) {
  return {
    /** The same key again answers with the same challenge, and counts as one. */
    createChallenge(json: ChallengeRequest, options: Abortable & { idempotencyKey: string }): Promise<Challenge> {
      const { idempotencyKey, ...rest } = options
      return send('post', '/liveness/challenges', { ...rest, json, headers: { 'idempotency-key': idempotencyKey } })
    },

    /** The same frame again gets the same answer. */
    putFrame({ challengeId, token }: ChallengeKey, frame: FrameBody, options: Abortable = {}): Promise<FrameAnswer> {
      return send('put', '/liveness/challenges/{id}/frames', {
        ...options, parameters: { id: challengeId }, json: { token, ...frame },
      })
    },

    /** Ends the challenge. Decided once: asking again gives the same result. */
    verifyChallenge({ challengeId, token }: ChallengeKey, options: Abortable = {}): Promise<ChallengeResult> {
      return send('post', '/liveness/challenges/{id}/verify', {
        ...options, parameters: { id: challengeId }, json: { token },
      })
    },
  }
}
