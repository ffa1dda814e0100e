import { describe, expect, it } from 'vitest'
import { NO_FILTERS, areActive, areReversed, filtersOf, listQueryOf, queryOf } from './filters.ts'

describe('filters', () => {
  it('survive the way through the address', () => {
    const filters = { faces: 'none', smiling: 'yes', from: '2026-11-01', to: '2026-11-20' } as const
    expect(filtersOf(queryOf(filters))).toEqual(filters)
    expect(queryOf(NO_FILTERS)).toEqual({})
    expect(areActive(NO_FILTERS)).toBe(false)
    expect(areActive(filters)).toBe(true)
  })

  it('take nothing they do not understand from the address', () => {
    expect(filtersOf({ faces: 'many', smiling: ['yes'], from: 'yesterday', to: '2026-13-40', x: 1 })).toEqual(NO_FILTERS)
  })

  it('ask the API for whole days in the user’s time zone', () => {
    const query = listQueryOf({ ...NO_FILTERS, from: '2026-11-20', to: '2026-11-20' })
    expect(new Date(query.from ?? '').getTime()).toBe(new Date('2026-11-20T00:00').getTime())
    expect(new Date(query.to ?? '').getTime()).toBe(new Date('2026-11-21T00:00').getTime())
  })

  it('ask for no more than was chosen', () => {
    expect(listQueryOf(NO_FILTERS)).toEqual({})
    expect(listQueryOf({ ...NO_FILTERS, faces: 'none', smiling: 'no' })).toEqual({ list: 'no-faces', smiling: false })
  })

  it('notice days that are the wrong way round', () => {
    expect(areReversed({ ...NO_FILTERS, from: '2026-11-21', to: '2026-11-20' })).toBe(true)
    expect(areReversed({ ...NO_FILTERS, from: '2026-11-20', to: '2026-11-20' })).toBe(false)
    expect(areReversed({ ...NO_FILTERS, from: '2026-11-20' })).toBe(false)
  })
})
