import { describe, expect, it } from 'vitest'
import { requestOf, wishesOf } from './wishes.ts'

const FRAME = { width: 640, height: 480 }

describe('what somebody wants of a check', () => {
  it('is the full one, at the usual pace, where nothing is said', () => {
    expect(wishesOf({})).toEqual({ kind: 'sequence', pace: 'usual', avoid: [] })
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

  it('goes to the API, but for the quick check only what it can follow', () => {
    expect(requestOf({ kind: 'sequence', pace: 'unhurried', avoid: ['blink'] }, FRAME))
      .toEqual({ imageWidth: 640, imageHeight: 480, kind: 'sequence', pace: 'unhurried', avoid: ['blink'] })
    expect(requestOf({ kind: 'nose', pace: 'unhurried', avoid: ['blink'] }, FRAME))
      .toEqual({ imageWidth: 640, imageHeight: 480, kind: 'nose' })
  })
})
