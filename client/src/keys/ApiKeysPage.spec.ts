import { screen, waitFor, within } from '@testing-library/vue'
import { beforeEach, describe, expect, it } from 'vitest'
import { openSignedIn } from '../../test/render.ts'
import { MockServer, problem } from '../../test/server.ts'

const KEY = /visavis_[\w-]{20,}/

describe('the page of API keys', () => {
  let server: MockServer
  beforeEach(() => { server = new MockServer() })

  const keys = () => server.accounts.get('ada')?.keys ?? []
  const rows = () => within(screen.getByRole('list', { name: 'Your API keys' })).getAllByRole('listitem')
  const press = (name: string) => screen.getByRole('button', { name })

  async function openPage() {
    const view = await openSignedIn('/account/api-keys', server)
    await screen.findByRole('heading', { name: 'No API keys yet' })
    return view
  }

  async function openCreated() {
    const view = await openPage()
    await view.user.click(press('Create an API key'))
    await view.user.type(screen.getByLabelText('Name'), 'Gate{Enter}')
    const shown = await screen.findByRole('textbox', { name: 'API key' })
    return { ...view, secret: shown.textContent }
  }

  it('creates one with what was ticked', async () => {
    const { user } = await openPage()
    await user.click(press('Create an API key'))
    expect(document.activeElement).toBe(screen.getByLabelText('Name'))
    await user.type(screen.getByLabelText('Name'), ' Camera at the gate ')
    await user.click(screen.getByLabelText(/Recognise people/))
    await user.selectOptions(screen.getByLabelText('Works'), 'until you revoke it')
    await user.click(press('Create key'))
    await screen.findByRole('dialog', { name: 'Your new API key' })
    expect(keys()).toMatchObject([{ name: 'Camera at the gate', scopes: ['analyze', 'identify'], expiresAt: null }])
    expect(rows()[0]?.textContent).toContain('Recognise people')
  })

  it('asks for what is missing', async () => {
    const { user } = await openPage()
    await user.click(press('Create an API key'))
    await user.click(screen.getByLabelText(/Analyse pictures/))
    await user.click(press('Create key'))
    expect(screen.getByText('Give the key a name.')).toBeTruthy()
    expect(screen.getByText('Tick at least one thing.')).toBeTruthy()
    expect(server.requests).not.toContain('POST /api/api-keys')
  })

  it('shows the key once, and nothing of it is left afterwards', async () => {
    const { user, secret } = await openCreated()
    expect(secret).toMatch(KEY)
    await user.click(press('Copy'))
    await screen.findByText('It is in your clipboard.')
    expect(await navigator.clipboard.readText()).toBe(secret)
    expect(location.href + document.title).not.toContain(secret)
    await user.click(press('Done'))
    await waitFor(() => { expect(document.documentElement.outerHTML).not.toMatch(KEY) })
    expect([localStorage.length, sessionStorage.length]).toEqual([0, 0])
    await user.click(screen.getByRole('link', { name: 'History' }))
    await screen.findByRole('heading', { name: 'History' })
  })

  it('asks whoever goes without having copied it', async () => {
    const { user, router, secret } = await openCreated()
    await user.click(press('Done'))
    await screen.findByRole('dialog', { name: 'Leave without copying?' })
    await user.click(press('Back to it'))
    expect(screen.getByRole('textbox', { name: 'API key' }).textContent).toBe(secret)

    await router.push('/analyses')
    await screen.findByRole('dialog', { name: 'Leave without copying?' })
    expect(router.currentRoute.value.name).toBe('api-keys')
    await user.click(press('Leave without it'))
    await screen.findByRole('heading', { name: 'History' })
    expect(document.documentElement.outerHTML).not.toMatch(KEY)
  })

  it('asks whoever closes the window, as long as the key is there and not copied', async () => {
    const { user } = await openCreated()
    const isAsked = () => !globalThis.dispatchEvent(new Event('beforeunload', { cancelable: true }))
    expect(isAsked()).toBe(true)
    await user.click(press('Copy'))
    await screen.findByText('It is in your clipboard.')
    expect(isAsked()).toBe(false)
  })

  it('does not keep somebody whose session has ended', async () => {
    const { api } = await openCreated()
    api.forget()
    await screen.findByText('Your session has ended. Sign in again to go on.')
    expect(document.documentElement.outerHTML).not.toMatch(KEY)
  })

  it('sends the same idempotency key again when the answer was lost', async () => {
    const { user } = await openPage()
    await user.click(press('Create an API key'))
    await user.type(screen.getByLabelText('Name'), 'Gate')
    server.isOffline = true
    await user.click(press('Create key'))
    await screen.findByRole('alert')
    server.isOffline = false
    await user.click(press('Create key'))
    await screen.findByRole('dialog')
    expect(new Set(server.idempotencyKeys).size).toBe(1)
    expect(server.idempotencyKeys).toHaveLength(2)
  })

  it('revokes one after a question', async () => {
    const { user } = await openCreated()
    await user.click(press('Copy'))
    await user.click(press('Done'))
    await user.click(press('Revoke: Gate'))
    expect(screen.getByRole('dialog').textContent).toContain('stops working at once')
    await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Revoke' }))
    await screen.findByText('“Gate” is revoked.')
    expect(keys()).toEqual([])
    await screen.findByRole('heading', { name: 'No API keys yet' })
  })

  it('says that there are too many, and what to do', async () => {
    const { user } = await openPage()
    server.answersNext.set('/api/api-keys', problem(409, 'too-many-api-keys', 'Too many'))
    await user.click(press('Create an API key'))
    await user.type(screen.getByLabelText('Name'), 'Gate{Enter}')
    expect((await screen.findByRole('alert')).textContent).toContain('Revoke one that you do not need first.')
  })

  it('shows the key of a door as such, and offers none', async () => {
    server.addAccount('ada', 'three plain unrelated words')
    server.accounts.get('ada')?.keys.push({
      id: '1', name: 'Front', scopes: ['door'], doorId: '2', createdAt: '2026-11-20T11:00:00Z', expiresAt: '2026-11-20T12:00:00Z', lastUsedAt: null,
    })
    const { user } = await openSignedIn('/account/api-keys', server)
    await screen.findByText('Device at a door')
    expect(rows()[0]?.textContent).toContain('Expired')
    await user.click(press('Create an API key'))
    expect(screen.queryByLabelText(/Open a door/)).toBeNull()
  })

  it('has an example with a placeholder in the key’s place', async () => {
    const { user } = await openPage()
    await user.click(press('Copy example'))
    expect(await navigator.clipboard.readText()).toContain('X-API-Key: YOUR_API_KEY')
  })
})
