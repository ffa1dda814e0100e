import { screen, waitFor, within } from '@testing-library/vue'
import { beforeEach, describe, expect, it } from 'vitest'
import { openSignedIn } from '../../test/render.ts'
import { MockServer, problem } from '../../test/server.ts'

describe('the page of sessions', () => {
  let server: MockServer
  beforeEach(() => { server = new MockServer() })

  const rows = () => within(screen.getByRole('list', { name: 'Your sessions' })).getAllByRole('listitem')

  /** Ada is signed in here, and with Firefox elsewhere. */
  async function openWithAnother() {
    const view = await openSignedIn('/account', server)
    const ada = server.accounts.get('ada') ?? expect.unreachable('ada has no account')
    const other = server.people.begin(ada)
    other.client = 'Firefox on Linux'
    await view.user.click(await screen.findByRole('link', { name: /^Sessions/ }))
    await screen.findByText('Firefox on Linux')
    return { ...view, other }
  }

  it('shows the one that asks first, and what each was opened with', async () => {
    await openWithAnother()
    expect(rows().map(it => it.querySelector('strong')?.textContent)).toEqual(['Unknown program', 'Firefox on Linux'])
    expect(rows()[0]?.textContent).toContain('This one')
    expect(rows()[1]?.textContent).not.toContain('This one')
    const used = rows()[1]?.querySelector('time')
    expect(used?.textContent).toBe('just now')
    expect(used?.title).toMatch(/^\d+ \w+ \d{4}, \d\d:\d\d$/)
  })

  it('ends another one after a question', async () => {
    const { user, other } = await openWithAnother()
    await user.click(screen.getByRole('button', { name: 'End: Firefox on Linux' }))
    await user.click(screen.getByRole('button', { name: 'Cancel' }))
    expect(server.people.sessions.has(other.id)).toBe(true)
    await user.click(screen.getByRole('button', { name: 'End: Firefox on Linux' }))
    await user.click(screen.getByRole('button', { name: 'End it' }))
    await screen.findByText('The session is ended.')
    expect(server.people.sessions.has(other.id)).toBe(false)
    expect(rows()).toHaveLength(1)
  })

  it('takes one that is over already for ended', async () => {
    const { user, other } = await openWithAnother()
    server.people.sessions.delete(other.id)
    await user.click(screen.getByRole('button', { name: 'End: Firefox on Linux' }))
    await user.click(screen.getByRole('button', { name: 'End it' }))
    await screen.findByText('The session is ended.')
  })

  it('says in the dialog why one was not ended', async () => {
    const { user, other } = await openWithAnother()
    server.answersNext.set(`/api/auth/sessions/${other.id}`, problem(503, 'busy', 'Busy'))
    await user.click(screen.getByRole('button', { name: 'End: Firefox on Linux' }))
    await user.click(screen.getByRole('button', { name: 'End it' }))
    expect((await screen.findByRole('alert')).textContent).toContain('Visavis is busy.')
    expect(rows()).toHaveLength(2)
  })

  it('signs out where the session that asks is ended', async () => {
    const { user } = await openWithAnother()
    await user.click(screen.getByRole('button', { name: 'End: Unknown program' }))
    expect(screen.getByRole('dialog').textContent).toContain('you will be signed out here')
    await user.click(screen.getByRole('button', { name: 'End it' }))
    await screen.findByText('You are signed out.')
    expect([...server.people.sessions.values()].map(it => it.client)).toEqual(['Firefox on Linux'])
  })

  it('ends all of them', async () => {
    const { user } = await openWithAnother()
    await user.click(screen.getByRole('button', { name: 'Sign out everywhere' }))
    await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Sign out everywhere' }))
    await screen.findByText('You are signed out.')
    await waitFor(() => { expect(server.people.sessions.size).toBe(0) })
  })
})
