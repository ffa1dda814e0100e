// @vitest-environment node
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Problem } from './api/problem.ts'
import { failureText, problemText } from './texts.ts'

interface Document {
  components: { schemas: { ProblemType: { enum: string[] } } }
}

const { components } = JSON.parse(readFileSync('../openapi.json', 'utf8')) as Document
const types = components.schemas.ProblemType.enum

function problemOf(type: string, members: Partial<Problem> = {}): Problem {
  return { type, slug: type.replace('/problems/', ''), title: 'The title of the server', status: 400, instance: 'r', ...members } as Problem
}

describe('texts', () => {
  it.each(types)('has words of its own for %s', (type) => {
    const text = problemText(problemOf(type))
    expect(text).toMatch(/^[A-Z].*\.$/)
    expect(text).not.toContain('The title of the server')
    expect(text).not.toContain(type)
  })

  it('takes the server’s words for a problem that is newer than the page', () => {
    expect(problemText(problemOf('/problems/of-tomorrow'))).toBe('The title of the server.')
  })

  it('says how long to wait where the server says so', () => {
    expect(problemText(problemOf('/problems/busy', { retryAfterSeconds: 90 }))).toContain('in 2 minutes')
    expect(problemText(problemOf('/problems/busy'))).toContain('in a moment')
  })

  it('names the limit of an upload', () => {
    expect(problemText(problemOf('/problems/upload-too-large', { limitBytes: 15 * 1024 * 1024 }))).toContain('15 MB')
  })

  it('names the fields that are not acceptable', () => {
    const errors = [{ field: 'email', reason: 'must be an address' }, { field: 'kinds[0]', reason: 'is unknown' }]
    expect(problemText(problemOf('/problems/invalid-request', { errors })))
      .toBe('The e-mail address must be an address. Something in the request is unknown.')
    expect(problemText(problemOf('/problems/invalid-request'))).toMatch(/Check it/)
  })

  it.each([401, 403, 404, 413, 418, 429, 500, 503])('has words for a %d without a document', (status) => {
    expect(failureText({ kind: 'undocumented', status, retryAfterSeconds: null })).toMatch(/^[A-Z].*\.$/)
  })

  it('has words for the storage, the network and itself', () => {
    for (const status of [0, 400, 403, 413, 500]) {
      expect(failureText({ kind: 'storage', wanted: 'to-store', status })).toMatch(/^The (picture|storage).*\.$/)
    }
    expect(failureText({ kind: 'storage', wanted: 'to-load', status: 0 })).toContain('could not be loaded')
    expect(failureText({ kind: 'offline' })).toContain('connection')
    expect(failureText({ kind: 'defect' })).toContain('Reload')
  })
})
