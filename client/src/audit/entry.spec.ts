import { describe, expect, it } from 'vitest'
import type { AuditEntry } from '../api/types.ts'
import { auditText } from '../texts.ts'
import { accountsIn, doerOf, subjectOf } from './entry.ts'

const ADA = '01890a5d-ac96-774b-bcce-b302099a8057'
const KEY = '01890a5d-ac96-774b-bcce-b302099a0001'
const NAMES = new Map([[ADA, 'ada']])

function entryOf(members: Partial<AuditEntry>): AuditEntry {
  return {
    chain: 3, number: 1, at: '2026-11-20T11:00:00Z', event: 'sign-in', outcome: 'done', userId: ADA, apiKeyId: null,
    subjectId: null, network: '192.0.2.0/24', hash: 'h', ...members,
  }
}

describe('an entry of the audit log', () => {
  it('says what happened and how it ended', () => {
    expect(auditText(entryOf({}))).toBe('Signed in')
    expect(auditText(entryOf({ outcome: 'limited', userId: null }))).toBe('Sign-in stopped: too many failures')
    expect(auditText(entryOf({ event: 'sign-up', outcome: 'refused' }))).toBe('Refused: signed up')
    expect(auditText(entryOf({ event: 'sign-out', subjectId: KEY }))).toBe('Signed out')
    expect(auditText(entryOf({ event: 'sign-out' }))).toBe('Signed out everywhere')
  })

  it('says why somebody could not sign in', () => {
    const refused = (members: Partial<AuditEntry>) => auditText(entryOf({ outcome: 'refused', userId: null, ...members }))
    expect(refused({ subjectId: ADA })).toBe('Sign-in refused: wrong password')
    expect(refused({})).toBe('Sign-in refused: unknown username')
    expect(refused({ userId: ADA })).toBe('Sign-in refused: the account is disabled')
  })

  it('names who did it, as far as anybody can tell', () => {
    expect(doerOf(entryOf({}), NAMES)).toEqual({ text: 'ada', userId: ADA, title: null })
    expect(doerOf(entryOf({}), new Map())).toEqual({ text: 'Account …099a8057', userId: ADA, title: ADA })
    expect(doerOf(entryOf({ userId: null }), NAMES).text).toBe('Somebody who was not signed in')
    expect(doerOf(entryOf({ userId: null, network: null, event: 'signing-keys-rotated' }), NAMES).text).toBe('The operator')
  })

  it('knows an account from a session and a key', () => {
    expect(subjectOf(entryOf({}), NAMES)).toBeNull()
    expect(subjectOf(entryOf({ event: 'user-disabled', subjectId: ADA }), NAMES)).toMatchObject({ text: 'ada', userId: ADA })
    expect(subjectOf(entryOf({ event: 'api-key-revoked', subjectId: KEY }), NAMES))
      .toEqual({ text: 'API key …099a0001', userId: null, title: KEY })
    expect(subjectOf(entryOf({ event: 'sign-out', subjectId: KEY }), NAMES)).toMatchObject({ text: 'Session …099a0001', userId: null })
    expect(subjectOf(entryOf({ event: 'api-key-used', apiKeyId: KEY }), NAMES)).toMatchObject({ text: 'API key …099a0001', userId: null })
    expect(subjectOf(entryOf({ subjectId: KEY }), NAMES)).toMatchObject({ text: 'Session …099a0001', userId: null })
    expect(subjectOf(entryOf({ outcome: 'refused', userId: null, subjectId: ADA }), NAMES)).toMatchObject({ text: 'ada', userId: ADA })
    expect(subjectOf(entryOf({ event: 'person-verified', subjectId: KEY }), NAMES))
      .toEqual({ text: 'Person …099a0001', userId: null, title: KEY })
    expect(accountsIn(entryOf({ event: 'user-deleted', subjectId: KEY }))).toEqual([ADA, KEY])
    expect(accountsIn(entryOf({ event: 'api-key-created', subjectId: KEY }))).toEqual([ADA])
    expect(accountsIn(entryOf({ event: 'person-erased', subjectId: KEY }))).toEqual([ADA])
  })
})
