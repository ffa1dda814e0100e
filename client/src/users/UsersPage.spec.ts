import { screen, waitFor, within } from '@testing-library/vue'
import { beforeEach, describe, expect, it } from 'vitest'
import { PASSWORD, openSignedIn } from '../../test/render.ts'
import { MockServer } from '../../test/server.ts'

describe('the page of users', () => {
  let server: MockServer

  beforeEach(() => {
    server = new MockServer()
    server.addAdministrator('admin', PASSWORD)
    server.addAccount('grace', PASSWORD)
    server.addAccount('Ada', PASSWORD)
  })

  const rows = () => within(screen.getByRole('list', { name: 'Accounts' })).getAllByRole('listitem')
  const names = () => rows().map(it => it.querySelector('strong')?.textContent)
  const rowOf = (name: string) => rows().find(it => it.querySelector('strong')?.textContent === name) ?? expect.unreachable()
  const press = (name: string, within_: HTMLElement = document.body) => within(within_).getByRole('button', { name })

  async function openPage() {
    const view = await openSignedIn('/admin/users', server, 'admin')
    await screen.findByRole('list', { name: 'Accounts' })
    return view
  }

  it('is nothing to others, in the menu and at its address', async () => {
    await openSignedIn('/admin/users', server, 'grace')
    await screen.findByRole('heading', { name: 'Page not found' })
    expect(screen.queryByRole('link', { name: 'Users' })).toBeNull()
    expect(server.requests).not.toContain('GET /api/users')
  })

  it('lists accounts by username and marks one’s own', async () => {
    await openPage()
    expect(names()).toEqual(['Ada', 'admin', 'grace'])
    expect(rowOf('admin').textContent).toContain('You')
    expect(rowOf('grace').textContent).not.toContain('You')
  })

  it('searches when the typing pauses, and only for what can be found', async () => {
    const { user } = await openPage()
    const nBefore = server.requests.length
    await user.type(screen.getByLabelText('Search by username'), 'gra')
    await waitFor(() => { expect(names()).toEqual(['grace']) })
    expect(server.requests.slice(nBefore)).toEqual(['GET /api/users'])
    await user.type(screen.getByLabelText('Search by username'), 'zzz')
    await screen.findByRole('heading', { name: 'No username begins with this' })
    await user.clear(screen.getByLabelText('Search by username'))
    await user.type(screen.getByLabelText('Search by username'), 'ä')
    await screen.findByText(/Usernames have letters, digits/)
  })

  it('shows more on request', async () => {
    for (let i = 10; i < 32; i++) server.addAccount(`user-${i}`, PASSWORD)
    const { user } = await openPage()
    expect(names()).toHaveLength(20)
    await user.click(press('Show more'))
    await waitFor(() => { expect(names()).toHaveLength(25) })
  })

  it('creates an account and shows its one-time password once', async () => {
    const { user } = await openPage()
    await user.click(press('Create an account'))
    await user.type(screen.getByLabelText('Username'), 'Bob')
    await user.type(screen.getByLabelText('E-mail address'), 'bob@example.org')
    await user.selectOptions(screen.getByLabelText('Role'), 'Administrator')
    await user.click(press('Create account'))
    const shown = await screen.findByRole('textbox', { name: 'One-time password' })
    const password = shown.textContent
    expect(server.accounts.get('bob')).toMatchObject({ password, user: { role: 'admin', passwordChangeRequired: true } })
    await user.click(press('Copy'))
    await user.click(press('Done'))
    await waitFor(() => { expect(document.documentElement.outerHTML).not.toContain(password) })
    expect(names()).toEqual(['Ada', 'admin', 'Bob', 'grace'])
  })

  it('says which username is taken', async () => {
    const { user } = await openPage()
    await user.click(press('Create an account'))
    await user.type(screen.getByLabelText('Username'), 'grace')
    await user.type(screen.getByLabelText('E-mail address'), 'other@example.org{Enter}')
    expect((await screen.findByRole('alert')).textContent).toContain('This username is taken.')
  })

  it('changes a role, disables and enables', async () => {
    const { user } = await openPage()
    await user.click(press('Make administrator', rowOf('grace')))
    await user.click(press('Make administrator', screen.getByRole('dialog', { name: 'Make grace an administrator?' })))
    await screen.findByText('grace is an administrator now.')
    expect(rowOf('grace').textContent).toContain('Administrator')
    await user.click(press('Disable', rowOf('grace')))
    await user.click(press('Disable', screen.getByRole('dialog', { name: 'Disable grace?' })))
    await screen.findByText('grace is disabled.')
    expect(server.accounts.get('grace')).toMatchObject({ disabled: true, user: { role: 'admin' } })
    await user.click(press('Enable', rowOf('grace')))
    await screen.findByText('grace is enabled.')
    expect(server.accounts.get('grace')?.disabled).toBe(false)
  })

  it('deletes only what was typed', async () => {
    const { user } = await openPage()
    await user.click(press('Delete', rowOf('grace')))
    const dialog = screen.getByRole('dialog', { name: 'Delete grace?' })
    expect(dialog.textContent).toContain('cannot be brought back')
    const confirm = press('Delete for good', dialog) as HTMLButtonElement
    expect(confirm.disabled).toBe(true)
    await user.type(screen.getByLabelText('Type grace to confirm'), 'ada{Enter}')
    expect(server.accounts.has('grace')).toBe(true)
    await user.clear(screen.getByLabelText('Type grace to confirm'))
    await user.type(screen.getByLabelText('Type grace to confirm'), 'grace')
    await user.click(confirm)
    await screen.findByText(/^grace is deleted\./)
    expect(server.accounts.has('grace')).toBe(false)
    expect(names()).toEqual(['Ada', 'admin'])
  })

  it('keeps the last administrator, and says why', async () => {
    const { user } = await openPage()
    await user.click(press('Make ordinary user', rowOf('admin')))
    const dialog = screen.getByRole('dialog')
    expect(dialog.textContent).toContain('you will be signed out')
    await user.click(press('Make ordinary user', dialog))
    expect((await screen.findByRole('alert')).textContent).toContain('Make another account an administrator first.')
    await user.click(press('Cancel', dialog))
    expect(rowOf('admin').textContent).toContain('Administrator')
  })

  it('signs out whoever does it to himself', async () => {
    server.addAdministrator('other', PASSWORD)
    const { user } = await openPage()
    await user.click(press('Disable', rowOf('admin')))
    await user.click(press('Disable', screen.getByRole('dialog')))
    await screen.findByText('You are signed out.')
    expect(server.accounts.get('admin')?.disabled).toBe(true)
  })
})
