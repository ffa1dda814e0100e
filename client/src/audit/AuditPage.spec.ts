import { screen, waitFor, within } from '@testing-library/vue'
import { beforeEach, describe, expect, it } from 'vitest'
import type { User } from '../api/types.ts'
import { PASSWORD, openSignedIn } from '../../test/render.ts'
import { MockServer, problem } from '../../test/server.ts'

describe('the audit log', () => {
  let server: MockServer
  let admin: User
  let grace: User

  beforeEach(() => {
    server = new MockServer()
    admin = server.addAdministrator('admin', PASSWORD)
    grace = server.addAccount('grace', PASSWORD)
  })

  const rows = () => within(screen.getByRole('list', { name: 'What happened' })).getAllByRole('listitem')

  async function openPage(path = '/admin/audit') {
    const view = await openSignedIn(path, server, 'admin')
    await screen.findByRole('list', { name: 'What happened' })
    return view
  }

  it('says what happened, who did it, to whom and from where', async () => {
    server.people.record('sign-in', { subject: grace.id, outcome: 'refused' })
    server.people.record('user-disabled', { by: admin.id, subject: grace.id })
    await openPage()
    // Signing in to look at it comes first.
    await waitFor(() => { expect(rows().map(it => it.querySelector('strong')?.textContent)).toEqual(['Signed in', 'Disabled an account', 'Sign-in refused: wrong password']) })
    await waitFor(() => { expect(rows()[1]?.textContent).toMatch(/By\s*admin\s*About\s*grace\s*From\s*192\.0\.2\.0\/24/) })
    expect(rows()[1]?.querySelector('time')?.textContent).toMatch(/^\d+ \w+ \d{4}, \d\d:\d\d$/)
  })

  it('shows what concerns one account, and everything again', async () => {
    server.people.record('sign-in', { by: grace.id })
    const { user, router } = await openPage()
    await user.click(await screen.findByRole('link', { name: 'Show what concerns grace' }))
    await screen.findByText('Only what concerns grace.')
    expect(router.currentRoute.value.query).toEqual({ user: grace.id })
    await waitFor(() => { expect(rows()).toHaveLength(1) })
    await user.click(screen.getByRole('link', { name: 'Show everything' }))
    await waitFor(() => { expect(rows()).toHaveLength(2) })
  })

  it('shows identifiers where nobody knows the name', async () => {
    server.people.record('sign-in', { by: grace.id })
    server.accounts.delete('grace')
    await openPage()
    await screen.findByText(`Account …${grace.id.slice(-8)}`)
  })

  it('is readable where the names cannot be had', async () => {
    server.answersNext.set('/api/users', problem(503, 'busy', 'Busy'))
    await openPage()
    await screen.findByText('Signed in')
    expect(screen.queryByRole('alert')).toBeNull()
  })

  it('shows more on request', async () => {
    for (let i = 0; i < 40; i++) server.people.record('api-key-used', { by: grace.id })
    const { user } = await openPage()
    expect(rows()).toHaveLength(30)
    await user.click(screen.getByRole('button', { name: 'Show more' }))
    await waitFor(() => { expect(rows()).toHaveLength(41) })
  })
})
