import { beforeEach, describe, expect, it } from 'vitest'
import { MockServer } from '../../test/server.ts'
import { transportTo } from '../../test/transport.ts'
import { createApi } from './client.ts'
import type { Api } from './client.ts'
import type { Session } from './connection.ts'
import { failureOf } from './problem.ts'
import type { Failure } from './problem.ts'

const PASSWORD = 'three plain unrelated words'

async function failureFrom(work: Promise<unknown>): Promise<Failure> {
  return work.then(() => expect.unreachable('it should fail'), failureOf)
}

describe('the connection', () => {
  let server: MockServer
  let api: Api
  let sessions: (Session | null)[]

  beforeEach(async () => {
    server = new MockServer()
    server.addAccount('ada', PASSWORD)
    api = createApi(transportTo(server))
    sessions = []
    await api.signIn('ada', PASSWORD)
    api.listen(session => sessions.push(session))
    server.requests.length = 0
  })

  const nRefreshes = () => server.requests.filter(it => it === 'POST /api/auth/refresh').length

  it('refreshes once when the token has expired, and asks again', async () => {
    server.expireAccessTokens()
    await expect(api.listAnalyses({})).resolves.toEqual({ items: [], nextCursor: null })
    expect(server.requests).toEqual(['GET /api/analyses', 'POST /api/auth/refresh', 'GET /api/analyses'])
  })

  it('shares one refresh among all requests that need it', async () => {
    server.expireAccessTokens()
    await Promise.all([api.listAnalyses({}), api.listAnalyses({ smiling: true }), api.listAnalyses({ limit: 1 })])
    expect(nRefreshes()).toBe(1)
  })

  it('does not refresh again for a request that was under way meanwhile', async () => {
    server.expireAccessTokens()
    const slow = api.listAnalyses({})
    await api.resume()
    await slow
    expect(nRefreshes()).toBe(1)
  })

  it('gives a session up, once, when it cannot be refreshed', async () => {
    server.endSessions()
    const failure = await failureFrom(api.listAnalyses({}))
    expect(failure).toMatchObject({ kind: 'problem', problem: { slug: 'unauthenticated' } })
    expect(sessions).toEqual([null])
    expect(nRefreshes()).toBe(1)
  })

  it('gives a session up when the new token is refused too', async () => {
    const transport = transportTo(server)
    const refused = createApi({
      ...transport,
      fetch: (input, init) => input === '/api/analyses' ? Promise.resolve(new Response('', { status: 401 })) : transport.fetch(input, init),
    })
    await refused.signIn('ada', PASSWORD)
    refused.listen(session => sessions.push(session))
    expect(await failureFrom(refused.listAnalyses({}))).toMatchObject({ kind: 'undocumented', status: 401 })
    expect(sessions.map(it => it?.user.username)).toEqual(['ada', undefined])
  })

  it('keeps the session when the refresh gets no answer', async () => {
    const transport = transportTo(server)
    let isCut = true
    const cut = createApi({
      ...transport,
      fetch: (input, init) => isCut && input === '/api/auth/refresh' ? Promise.reject(new TypeError('no')) : transport.fetch(input, init),
    })
    await cut.signIn('ada', PASSWORD)
    cut.listen(session => sessions.push(session))
    server.expireAccessTokens()
    expect(await failureFrom(cut.listAnalyses({}))).toEqual({ kind: 'offline' })
    expect(sessions).toEqual([])
    isCut = false
    await expect(cut.listAnalyses({})).resolves.toBeDefined()
  })

  it('does not take a wrong current password for the end of the session', async () => {
    const failure = await failureFrom(api.changePassword('not it', 'entirely different words'))
    expect(failure).toMatchObject({ problem: { slug: 'invalid-credentials' } })
    expect(nRefreshes()).toBe(0)
    expect(sessions).toEqual([])
  })

  it('goes on with new rights after a password change', async () => {
    server.addAccount('grace', 'one-time-password', true)
    const first = await api.signIn('grace', 'one-time-password')
    expect(first.passwordChangeRequired).toBe(true)
    await expect(failureFrom(api.listAnalyses({}))).resolves.toMatchObject({ problem: { slug: 'password-change-required' } })
    await api.changePassword('one-time-password', PASSWORD)
    expect(sessions.at(-1)).toMatchObject({ passwordChangeRequired: false })
    await expect(api.listAnalyses({})).resolves.toBeDefined()
  })

  it('resumes to nothing where there was no session', async () => {
    const fresh = createApi(transportTo(server))
    await expect(fresh.resume()).resolves.toBeNull()
  })

  it('lets two tabs that start at once keep their session', async () => {
    const jar = { cookie: '' }
    const transport = transportTo(server, jar)
    await createApi(transport).signIn('ada', PASSWORD)
    const tabs = [createApi(transport), createApi(transport)]
    const resumed = await Promise.all(tabs.map(it => it.resume()))
    expect(resumed.map(it => it?.user.username)).toEqual(['ada', 'ada'])
  })

  it('says that there is no connection', async () => {
    server.isOffline = true
    await expect(failureFrom(api.listAnalyses({}))).resolves.toEqual({ kind: 'offline' })
  })

  it('says that a request was given up', async () => {
    const given = new AbortController()
    const listed = failureFrom(api.listAnalyses({}, { signal: given.signal }))
    given.abort()
    await expect(listed).resolves.toEqual({ kind: 'cancelled' })
  })

  it('has a path for an error without a document', async () => {
    server.answersNext.set('/api/analyses', {
      status: 429, headers: { 'content-type': 'application/json', 'retry-after': '7' }, body: '{"message":"Too Many Requests"}',
    })
    await expect(failureFrom(api.listAnalyses({})))
      .resolves.toEqual({ kind: 'undocumented', status: 429, retryAfterSeconds: 7 })
    server.answersNext.set('/api/analyses', { status: 502, headers: {}, body: '<html>' })
    await expect(failureFrom(api.listAnalyses({})))
      .resolves.toEqual({ kind: 'undocumented', status: 502, retryAfterSeconds: null })
  })

  it('does not believe a success that is not JSON', async () => {
    server.answersNext.set('/api/analyses', { status: 200, headers: { 'content-type': 'text/html' }, body: '<!doctype html>' })
    await expect(failureFrom(api.listAnalyses({}))).resolves.toMatchObject({ kind: 'undocumented', status: 200 })
  })

  it('never sends the token to the storage or to open routes', async () => {
    const seen: [string, string | null][] = []
    const transport = transportTo(server)
    const spied = createApi({
      ...transport,
      fetch: (input, init) => {
        seen.push([input as string, new Headers(init?.headers).get('authorization')])
        return transport.fetch(input, init)
      },
    })
    await spied.signIn('ada', PASSWORD)
    await spied.listAnalyses({})
    await spied.resume()
    await spied.download('https://storage.test/images/none').catch(() => undefined)
    expect(seen.map(([url, token]) => [url, token !== null])).toEqual([
      ['/api/auth/sign-in', false], ['/api/analyses', true], ['/api/auth/refresh', false], ['https://storage.test/images/none', false],
    ])
  })

  it('escapes what goes into a path', async () => {
    await failureFrom(api.getAnalysis('../auth/me'))
    expect(server.requests).toEqual(['GET /api/analyses/..%2Fauth%2Fme'])
  })
})
