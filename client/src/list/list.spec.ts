import { describe, expect, it } from 'vitest'
import type { Failure } from '../api/problem.ts'
import { next } from './list.ts'
import type { ListEvent, ListState } from './list.ts'

const offline: Failure = { kind: 'offline' }

function after(...events: ListEvent<string>[]): ListState<string> {
  return events.reduce<ListState<string>>(next, { kind: 'loading' })
}

const FIRST: ListEvent<string> = { kind: 'loaded', page: { items: ['a'], nextCursor: 'c' } }
const MORE: ListEvent<string> = { kind: 'loading-more' }

describe('a list', () => {
  it('grows page after page', () => {
    const last: ListEvent<string> = { kind: 'loaded-more', page: { items: ['b'], nextCursor: null } }
    expect(after(FIRST)).toEqual({ kind: 'shown', items: ['a'], more: { kind: 'there-is', cursor: 'c' } })
    expect(after(FIRST, MORE, last)).toEqual({ kind: 'shown', items: ['a', 'b'], more: { kind: 'none' } })
  })

  it('keeps what it has when the next page fails, and may ask again', () => {
    const failed = after(FIRST, MORE, { kind: 'more-failed', failure: offline })
    expect(failed).toEqual({ kind: 'shown', items: ['a'], more: { kind: 'failed', cursor: 'c', failure: offline } })
    expect(next(failed, MORE)).toMatchObject({ more: { kind: 'loading', cursor: 'c' } })
  })

  it('drops a page that belongs to a list it no longer shows', () => {
    const late: ListEvent<string> = { kind: 'loaded-more', page: { items: ['b'], nextCursor: null } }
    expect(after(FIRST, MORE, { kind: 'loading' }, late)).toEqual({ kind: 'loading' })
    expect(after(FIRST, late)).toEqual(after(FIRST))
  })

  it('fails as a whole only without anything to show', () => {
    expect(after({ kind: 'failed', failure: offline })).toEqual({ kind: 'failed', failure: offline })
  })

  it('is edited while it is shown, and keeps its place', () => {
    const edit: ListEvent<string> = { kind: 'edited', edit: items => [...items, 'new'] }
    expect(after(FIRST, edit)).toEqual({ kind: 'shown', items: ['a', 'new'], more: { kind: 'there-is', cursor: 'c' } })
    expect(after(edit)).toEqual({ kind: 'loading' })
  })
})
