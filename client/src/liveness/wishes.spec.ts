import { describe, expect, it } from 'vitest'
import { requestOf, wishesOf } from './wishes.ts'

const FRAME = { width: 640, height: 480 }

describe('what somebody wants of a check', () => {
  it('is the full one, at the usual pace, where nothing is said', () => {
    expect(wishesOf({})).toEqual({ kind: 'sequence', pace: 'usual', avoid: [], personId: null })
  })

  it('can be said by the address', () => {
    expect(wishesOf({ kind: 'nose' })).toMatchObject({ kind: 'nose', pace: 'usual' })
    expect(wishesOf({ kind: 'sequence', pace: 'unhurried' })).toMatchObject({ kind: 'sequence', pace: 'unhurried' })
  })

  it.each([
    { kind: 'ear', pace: 'slow' }, { kind: '', pace: null }, { kind: ['nose'], pace: ['unhurried'] }, { kind: 'NOSE' },
  ])('is as without where the address says %o', (query) => {
    expect(wishesOf(query)).toEqual(wishesOf({}))
  })

  it('can be a check for one person, of whom the API is told', () => {
    const personId = '01890a5e-0000-7000-8000-00000000000a'
    expect(wishesOf({ person: personId })).toMatchObject({ kind: 'sequence', personId })
    for (const kind of ['sequence', 'nose'] as const) {
      expect(requestOf({ ...wishesOf({ person: personId }), kind }, FRAME)).toMatchObject({ kind, personId })
    }
    for (const person of ['', '4711', null, [personId], `${personId}0`]) expect(wishesOf({ person }).personId).toBeNull()
  })

  it('goes to the API, but for the quick check only what it can follow', () => {
    expect(requestOf({ kind: 'sequence', pace: 'unhurried', avoid: ['blink'], personId: null }, FRAME))
      .toEqual({ imageWidth: 640, imageHeight: 480, kind: 'sequence', pace: 'unhurried', avoid: ['blink'] })
    expect(requestOf({ kind: 'nose', pace: 'unhurried', avoid: ['blink'], personId: null }, FRAME))
      .toEqual({ imageWidth: 640, imageHeight: 480, kind: 'nose' })
  })
})
