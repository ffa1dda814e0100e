import type { ListQuery } from '../api/types.ts'

/** What a user can narrow the history by. Days are `YYYY-MM-DD` in the user's time zone. */
export interface Filters {
  faces: 'any' | 'none'
  smiling: 'any' | 'yes' | 'no'
  from: string
  to: string
}

export const NO_FILTERS: Filters = { faces: 'any', smiling: 'any', from: '', to: '' }

type Query = Record<string, unknown>

/** Reads the filters from a page's query; what is not understood is left out. */
export function filtersOf(query: Query): Filters {
  return {
    faces: query.faces === 'none' ? 'none' : 'any',
    smiling: query.smiling === 'yes' || query.smiling === 'no' ? query.smiling : 'any',
    from: dayOf(query.from),
    to: dayOf(query.to),
  }
}

/** The page's query for filters, without what filters nothing, so that a plain history has a plain address. */
export function queryOf(filters: Filters): Record<string, string> {
  const entries = Object.entries(filters).filter(([, value]: [string, string]) => value !== 'any' && value !== '')
  return Object.fromEntries(entries)
}

export function areActive(filters: Filters): boolean {
  return Object.keys(queryOf(filters)).length > 0
}

export function areReversed(filters: Filters): boolean {
  return filters.from !== '' && filters.to !== '' && filters.from > filters.to
}

/** The API's query. Days become instants: the first moment of `from`, and the first one after `to`. */
export function listQueryOf(filters: Filters): ListQuery {
  return {
    ...(filters.faces === 'none' ? { list: 'no-faces' } : {}),
    ...(filters.smiling === 'any' ? {} : { smiling: filters.smiling === 'yes' }),
    ...(filters.from === '' ? {} : { from: startOfDay(filters.from, 0) }),
    ...(filters.to === '' ? {} : { to: startOfDay(filters.to, 1) }),
  }
}

function dayOf(value: unknown): string {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return ''
  return Number.isNaN(new Date(`${value}T00:00`).getTime()) ? '' : value
}

function startOfDay(day: string, plusDays: number): string {
  const date = new Date(`${day}T00:00`)
  date.setDate(date.getDate() + plusDays)
  return date.toISOString()
}
