import { describe, expect, it } from 'vitest'
import { next } from './secret.ts'
import type { SecretEvent, SecretState } from './secret.ts'

const SECRET = 'visavis_c2VjcmV0'
const ARRIVED: SecretEvent = { kind: 'arrived', secret: SECRET }

function after(...kinds: Exclude<SecretEvent['kind'], 'arrived'>[]): SecretState {
  return kinds.reduce<SecretState>((state, kind) => next(state, { kind }), next({ kind: 'none' }, ARRIVED))
}

describe('a secret that is shown once', () => {
  it('is shown until somebody who has copied it leaves', () => {
    expect(after('copied')).toEqual({ kind: 'shown', secret: SECRET, copy: 'done', isLeaving: false })
    expect(after('copied', 'leaving')).toEqual({ kind: 'none' })
  })

  it('is not left without a question by somebody who has not', () => {
    expect(after('leaving')).toEqual({ kind: 'shown', secret: SECRET, copy: 'not-yet', isLeaving: true })
    expect(after('copy-failed', 'leaving')).toMatchObject({ kind: 'shown', copy: 'failed', isLeaving: true })
    expect(after('leaving', 'stayed')).toEqual(after())
    expect(after('leaving', 'left')).toEqual({ kind: 'none' })
  })

  it('stays copied when copying it again fails', () => {
    expect(after('copied', 'copy-failed')).toEqual(after('copied'))
  })

  it('does not come back', () => {
    expect(next({ kind: 'none' }, { kind: 'copied' })).toEqual({ kind: 'none' })
    expect(next({ kind: 'none' }, { kind: 'stayed' })).toEqual({ kind: 'none' })
  })
})
