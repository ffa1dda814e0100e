import { describe, expect, it } from 'vitest'
import { draftFaults, newDraft, requestOf } from './draft.ts'

describe('the draft of an API key', () => {
  it('needs a name and something to do', () => {
    expect(draftFaults({ ...newDraft(), name: '  ', scopes: [] }))
      .toEqual({ name: 'Give the key a name.', scopes: 'Tick at least one thing.' })
    expect(draftFaults({ ...newDraft(), name: 'x'.repeat(61) }).name).toBe('Use at most 60 characters.')
    // Sixty characters of two UTF-16 units each.
    expect(draftFaults({ ...newDraft(), name: '🚪'.repeat(60) })).toEqual({ name: null, scopes: null })
  })

  it('is the same request in whatever order it was filled in', () => {
    const draft = { ...newDraft(), name: ' Gate ' }
    expect(requestOf({ ...draft, scopes: ['identify', 'analyze'] })).toEqual(requestOf({ ...draft, scopes: ['analyze', 'identify'] }))
    expect(requestOf(draft)).toEqual({ name: 'Gate', scopes: ['analyze'], expiresInDays: 90 })
  })

  it('leaves out an end for a key that has none', () => {
    expect(requestOf({ ...newDraft(), expiresInDays: null })).not.toHaveProperty('expiresInDays')
  })
})
