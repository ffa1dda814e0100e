import { describe, expect, it, vi } from 'vitest'
import { RequestFailed, failureFrom, failureOf } from './problem.ts'

function response(status: number, contentType: string, body: string): Response {
  return new Response(body, { status, headers: { 'content-type': contentType } })
}

const DOCUMENT = { type: '/problems/not-an-image', title: 'Not an image', status: 422, instance: 'r-1' }

describe('a failure', () => {
  it('is the problem of its document', async () => {
    const failure = await failureFrom(response(422, 'application/problem+json; charset=utf-8', JSON.stringify(DOCUMENT)))
    expect(failure).toEqual({ kind: 'problem', problem: { ...DOCUMENT, slug: 'not-an-image' } })
  })

  it('may have an absolute type', async () => {
    const document = { ...DOCUMENT, type: `https://example.org${DOCUMENT.type}` }
    const failure = await failureFrom(response(422, 'application/problem+json', JSON.stringify(document)))
    expect(failure).toMatchObject({ problem: { slug: 'not-an-image' } })
  })

  it.each([
    ['another media type', 'application/json', JSON.stringify(DOCUMENT)],
    ['a document that is cut off', 'application/problem+json', JSON.stringify(DOCUMENT).slice(0, 20)],
    ['a document that is no object', 'application/problem+json', '"no"'],
    ['a document without a type', 'application/problem+json', '{"status":422,"title":"x"}'],
    ['a type of somebody else', 'application/problem+json', '{"type":"about:blank","status":422,"title":"x"}'],
  ])('is undocumented with %s', async (_what, contentType, body) => {
    expect(await failureFrom(response(422, contentType, body)))
      .toEqual({ kind: 'undocumented', status: 422, retryAfterSeconds: null })
  })

  it('is a defect, and reported, where it is none of ours', () => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const bug = new Error('a bug')
    expect(failureOf(bug)).toEqual({ kind: 'defect' })
    expect(reported).toHaveBeenCalledWith(bug)
    expect(failureOf(new RequestFailed({ kind: 'offline' }))).toEqual({ kind: 'offline' })
    vi.unstubAllGlobals()
  })
})
