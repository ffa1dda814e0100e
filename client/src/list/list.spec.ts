import { describe, expect, it } from 'vitest'
import type { Failure } from '../api/problem.ts'
import type { AnalysisSummary } from '../api/types.ts'
import { next } from './history.ts'
import type { HistoryEvent, HistoryState } from './history.ts'

const item = (analysisId: string) => ({ analysisId }) as AnalysisSummary
const offline: Failure = { kind: 'offline' }

function after(...events: HistoryEvent[]): HistoryState {
  return events.reduce<HistoryState>(next, { kind: 'loading' })
}

const FIRST: HistoryEvent = { kind: 'loaded', page: { items: [item('a')], nextCursor: 'c' } }
const MORE: HistoryEvent = { kind: 'loading-more' }

describe('the history', () => {
  it('grows page after page', () => {
    const last: HistoryEvent = { kind: 'loaded-more', page: { items: [item('b')], nextCursor: null } }
    expect(after(FIRST)).toEqual({ kind: 'shown', items: [item('a')], more: { kind: 'there-is', cursor: 'c' } })
    expect(after(FIRST, MORE, last)).toEqual({ kind: 'shown', items: [item('a'), item('b')], more: { kind: 'none' } })
  })

  it('keeps what it has when the next page fails, and may ask again', () => {
    const failed = after(FIRST, MORE, { kind: 'more-failed', failure: offline })
    expect(failed).toEqual({ kind: 'shown', items: [item('a')], more: { kind: 'failed', cursor: 'c', failure: offline } })
    expect(next(failed, MORE)).toMatchObject({ more: { kind: 'loading', cursor: 'c' } })
  })

  it('drops a page that belongs to a list it no longer shows', () => {
    const late: HistoryEvent = { kind: 'loaded-more', page: { items: [item('b')], nextCursor: null } }
    expect(after(FIRST, MORE, { kind: 'loading' }, late)).toEqual({ kind: 'loading' })
    expect(after(FIRST, late)).toEqual(after(FIRST))
  })

  it('fails as a whole only without anything to show', () => {
    expect(after({ kind: 'failed', failure: offline })).toEqual({ kind: 'failed', failure: offline })
  })
})
