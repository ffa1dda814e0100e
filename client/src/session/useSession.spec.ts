import { beforeEach, describe, expect, it } from 'vitest'
import { MockServer } from '../../test/server.ts'
import { transportTo } from '../../test/transport.ts'
import { createApi } from '../api/client.ts'
import { createSession } from './useSession.ts'
import type { Tabs } from './useSession.ts'

const PASSWORD = 'three plain unrelated words'

/** Two ends: what one posts, the other hears. */
function tabPair(): [Tabs, Tabs] {
  const [one, other] = [new EventTarget(), new EventTarget()]
  const tab = (mine: EventTarget, theirs: EventTarget) => ({
    addEventListener: mine.addEventListener.bind(mine),
    postMessage: (data: unknown) => { theirs.dispatchEvent(new MessageEvent('message', { data })) },
  })
  return [tab(one, other), tab(other, one)]
}

describe('the session of a page', () => {
  let server: MockServer
  let jar: { cookie: string }

  beforeEach(() => {
    server = new MockServer()
    server.addAccount('ada', PASSWORD)
    jar = { cookie: '' }
  })

  const sessionWith = (tabs: Tabs | null = null) => createSession(createApi(transportTo(server, jar)), tabs)

  it('goes on after a reload and not after signing out', async () => {
    const first = sessionWith()
    await first.signIn('ada', PASSWORD)
    const second = sessionWith()
    await second.resume()
    expect(second.state.value).toMatchObject({ kind: 'signed-in', user: { username: 'ada' } })
    await second.signOut()
    expect(second.state.value).toEqual({ kind: 'signed-out', because: 'left' })
    const third = sessionWith()
    await third.resume()
    expect(third.state.value).toEqual({ kind: 'signed-out', because: 'never-in' })
  })

  it('has left even where the token had expired meanwhile', async () => {
    const session = sessionWith()
    await session.signIn('ada', PASSWORD)
    server.expireAccessTokens()
    await session.signOut()
    expect(session.state.value).toEqual({ kind: 'signed-out', because: 'left' })
  })

  it('has left even where the session had ended meanwhile', async () => {
    const session = sessionWith()
    await session.signIn('ada', PASSWORD)
    server.endSessions()
    await session.signOut()
    expect(session.state.value).toEqual({ kind: 'signed-out', because: 'left' })
  })

  it('stays where the server cannot be told', async () => {
    const session = sessionWith()
    await session.signIn('ada', PASSWORD)
    server.isOffline = true
    await expect(session.signOut()).rejects.toThrow('offline')
    expect(session.state.value.kind).toBe('signed-in')
  })

  it('leaves in all tabs at once', async () => {
    const [here, there] = tabPair()
    const one = sessionWith(here)
    const other = sessionWith(there)
    await one.signIn('ada', PASSWORD)
    await other.resume()
    await one.signOut()
    expect(other.state.value).toEqual({ kind: 'signed-out', because: 'left' })
  })

  it('is out of reach without a connection, and there with one', async () => {
    await sessionWith().signIn('ada', PASSWORD)
    const session = sessionWith()
    server.isOffline = true
    await session.resume()
    expect(session.state.value).toEqual({ kind: 'unreachable', failure: { kind: 'offline' } })
    server.isOffline = false
    await session.resume()
    expect(session.state.value.kind).toBe('signed-in')
  })
})
