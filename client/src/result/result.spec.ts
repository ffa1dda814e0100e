import { describe, expect, it } from 'vitest'
import type { Failure } from '../api/problem.ts'
import { MockServer } from '../../test/server.ts'
import { next } from './result.ts'
import type { ResultEvent, ResultState } from './result.ts'

const server = new MockServer()
const analysis = server.addAnalysis(server.addAccount('ada', 'x'), new TextEncoder().encode('....faces=3;'))
const offline: Failure = { kind: 'offline' }
const missing: Failure = {
  kind: 'problem', problem: { type: '/problems/analysis-not-found', slug: 'analysis-not-found', status: 404, title: '', instance: '' },
}

function after(...events: ResultEvent[]): ResultState {
  return events.reduce<ResultState>(next, { kind: 'loading' })
}

const LOADED: ResultEvent = { kind: 'loaded', analysis }
const ASKED: ResultEvent = { kind: 'asked-to-delete' }

describe('a result', () => {
  it('shows the largest face first, and then the one that is selected', () => {
    expect(after(LOADED)).toMatchObject({ kind: 'shown', selected: 0 })
    expect(after(LOADED, { kind: 'selected', face: 2 })).toMatchObject({ selected: 2 })
    expect(after(LOADED, { kind: 'selected', face: 3 })).toMatchObject({ selected: 0 })
  })

  it('tells what is not there from what cannot be loaded', () => {
    expect(after({ kind: 'failed', failure: missing })).toEqual({ kind: 'missing' })
    expect(after({ kind: 'failed', failure: offline })).toEqual({ kind: 'failed', failure: offline })
  })

  it('is deleted only after a question', () => {
    expect(after(LOADED, { kind: 'deleting' })).toMatchObject({ deletion: { kind: 'none' } })
    expect(after(LOADED, ASKED, { kind: 'deleting' })).toMatchObject({ deletion: { kind: 'deleting' } })
    expect(after(LOADED, ASKED, { kind: 'kept' })).toMatchObject({ deletion: { kind: 'none' } })
    expect(after(LOADED, ASKED, { kind: 'deleting' }, { kind: 'kept' })).toMatchObject({ deletion: { kind: 'deleting' } })
    expect(after(LOADED, ASKED, { kind: 'deleting' }, { kind: 'deleted' })).toEqual({ kind: 'deleted' })
  })

  it('asks again when deleting fails, unless somebody else was faster', () => {
    const DELETING: ResultEvent[] = [LOADED, ASKED, { kind: 'deleting' }]
    expect(after(...DELETING, { kind: 'delete-failed', failure: offline }))
      .toMatchObject({ deletion: { kind: 'asking', failure: offline } })
    expect(after(...DELETING, { kind: 'delete-failed', failure: missing })).toEqual({ kind: 'deleted' })
  })

  it('cannot be selected from or deleted before it is there', () => {
    expect(after({ kind: 'selected', face: 1 }, ASKED)).toEqual({ kind: 'loading' })
  })
})
