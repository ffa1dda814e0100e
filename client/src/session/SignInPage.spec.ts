import { screen, waitFor } from '@testing-library/vue'
import { beforeEach, describe, expect, it } from 'vitest'
import { PASSWORD, open, openSignedIn } from '../../test/render.ts'
import { MockServer, problem } from '../../test/server.ts'

describe('signing in', () => {
  let server: MockServer
  beforeEach(() => { server = new MockServer() })

  const field = (name: string) => screen.getByLabelText(name)
  const press = (name: string) => screen.getByRole('button', { name })

  it('leads to where one wanted to go', async () => {
    server.addAccount('ada', PASSWORD)
    const { user, router } = await open('/analyses?smiling=yes', server)
    await screen.findByRole('tab', { name: 'Sign in' })
    await user.type(field('Username'), ' ada ')
    await user.type(field('Password'), `${PASSWORD}{Enter}`)
    await screen.findByRole('heading', { name: 'History' })
    expect(router.currentRoute.value.fullPath).toBe('/analyses?smiling=yes')
    expect(document.title).toBe('History – Visavis')
  })

  it('never goes to another site, whatever the address says', async () => {
    server.addAccount('ada', PASSWORD)
    const { user, router } = await open('/sign-in?next=//evil.example/', server)
    await user.type(await screen.findByLabelText('Username'), 'ada')
    await user.type(field('Password'), `${PASSWORD}{Enter}`)
    await screen.findByRole('heading', { name: 'New picture' })
    expect(router.currentRoute.value.fullPath).toBe('/')
  })

  it('says the same for an unknown name and a wrong password', async () => {
    server.addAccount('ada', PASSWORD)
    const { user } = await open('/', server)
    await user.type(await screen.findByLabelText('Username'), 'ada')
    await user.type(field('Password'), 'not the password{Enter}')
    expect((await screen.findByRole('alert')).textContent).toContain('The username or the password is not right.')
    await user.clear(field('Username'))
    await user.type(field('Username'), 'nobody')
    await user.click(press('Sign in'))
    await waitFor(() => { expect(server.requests.filter(it => it.endsWith('sign-in'))).toHaveLength(2) })
    expect((await screen.findByRole('alert')).textContent).toContain('The username or the password is not right.')
  })

  it('asks for what is missing before it asks the server', async () => {
    const { user } = await open('/', server)
    await user.click(await screen.findByRole('button', { name: 'Sign in' }))
    expect(screen.getByText('Enter your username.')).toBeTruthy()
    expect(document.activeElement).toBe(field('Username'))
    expect(server.requests).toEqual(['POST /api/auth/refresh'])
  })

  it('tells a password manager what the fields are', async () => {
    const { user } = await open('/', server)
    expect((await screen.findByLabelText('Username')).getAttribute('autocomplete')).toBe('username')
    expect(field('Password').getAttribute('autocomplete')).toBe('current-password')
    await user.click(screen.getByRole('tab', { name: 'Create account' }))
    expect(field('Password').getAttribute('autocomplete')).toBe('new-password')
    expect(field('E-mail address').getAttribute('autocomplete')).toBe('email')
  })

  it('shows the password on request', async () => {
    const { user } = await open('/', server)
    await screen.findByLabelText('Username')
    await user.click(press('Show password'))
    expect(field('Password').getAttribute('type')).toBe('text')
    await user.click(press('Hide password'))
    expect(field('Password').getAttribute('type')).toBe('password')
  })

  it('moves between its tabs with the arrow keys', async () => {
    const { user } = await open('/', server)
    const tab = await screen.findByRole('tab', { name: 'Sign in' })
    tab.focus()
    await user.keyboard('{ArrowRight}')
    expect(document.activeElement?.textContent.trim()).toBe('Create account')
    expect(field('E-mail address')).toBeTruthy()
    await user.keyboard('{ArrowRight}')
    expect(document.activeElement).toBe(tab)
  })

  it('says when a session was lost', async () => {
    const { user } = await openSignedIn('/', server)
    server.endSessions()
    await user.click(await screen.findByRole('link', { name: 'History' }))
    await screen.findByRole('tab', { name: 'Sign in' })
    expect(screen.getByRole('status').textContent).toContain('Your session has ended.')
  })
})

describe('signing up', () => {
  let server: MockServer
  beforeEach(() => { server = new MockServer() })

  async function fill(username: string, email: string, password: string) {
    const opened = await open('/', server)
    const { user } = opened
    await user.click(await screen.findByRole('tab', { name: 'Create account' }))
    await user.type(screen.getByLabelText('Username'), username)
    await user.type(screen.getByLabelText('E-mail address'), email)
    await user.type(screen.getByLabelText('Password'), password)
    await user.click(screen.getByRole('button', { name: 'Create account' }))
    return opened
  }

  it('creates an account and goes straight in', async () => {
    await fill('ada', 'ada@example.org', PASSWORD)
    await screen.findByRole('heading', { name: 'New picture' })
    expect(server.accounts.get('ada')?.user.email).toBe('ada@example.org')
  })

  it('explains a taken name, a weak password and a closed door', async () => {
    server.addAccount('ada', PASSWORD)
    const { user } = await fill('Ada', 'ada@example.org', 'password1234')
    expect((await screen.findByRole('alert')).textContent).toContain('This username is taken.')
    await user.type(screen.getByLabelText('Username'), '2')
    await user.click(screen.getByRole('button', { name: 'Create account' }))
    await screen.findByText(/too easy to guess/)
    server.answersNext.set('/api/auth/sign-up', problem(403, 'sign-up-closed', 'Closed'))
    await user.click(screen.getByRole('button', { name: 'Create account' }))
    await screen.findByText(/created by an administrator/)
  })

  it('says what is wrong with each field at once', async () => {
    await fill('a', 'ada', 'short')
    await screen.findByText(/^Use 3 to 32 letters/)
    expect(screen.getByText(/^Enter an e-mail address such as/)).toBeTruthy()
    expect(screen.getByText('Use at least 10 characters.')).toBeTruthy()
    expect(server.requests).not.toContain('POST /api/auth/sign-up')
  })

  it('does not ask for a second account when only signing in fails', async () => {
    server.answersNext.set('/api/auth/sign-in', { status: 503, headers: {}, body: '' })
    await fill('ada', 'ada@example.org', PASSWORD)
    expect((await screen.findByRole('status')).textContent).toContain('Your account is there.')
    expect(screen.getByRole('tab', { name: 'Sign in' }).getAttribute('aria-selected')).toBe('true')
  })

  it('says that an account is disabled, and what to do', async () => {
    server.people.add('ada', PASSWORD).disabled = true
    const { user } = await open('/', server)
    await user.type(await screen.findByLabelText('Username'), 'ada')
    await user.type(screen.getByLabelText('Password'), `${PASSWORD}{Enter}`)
    expect((await screen.findByRole('alert')).textContent).toContain('This account is disabled. Ask an administrator')
  })

  it('does not offer a second time to sign up where that is closed', async () => {
    const { user } = await open('/', server)
    server.answersNext.set('/api/auth/sign-up', problem(403, 'sign-up-closed', 'Accounts are created by an administrator here'))
    await user.click(await screen.findByRole('tab', { name: 'Create account' }))
    await user.type(screen.getByLabelText('Username'), 'grace')
    await user.type(screen.getByLabelText('E-mail address'), 'grace@example.org')
    await user.type(screen.getByLabelText('Password'), `${PASSWORD}{Enter}`)
    expect((await screen.findByRole('alert')).textContent).toContain('created by an administrator here')
    expect(screen.queryByRole('button', { name: 'Create account' })).toBeNull()
    await user.click(screen.getByRole('button', { name: 'Back to signing in' }))
    await user.click(screen.getByRole('tab', { name: 'Create account' }))
    expect(screen.queryByLabelText('E-mail address')).toBeNull()
  })
})
