import { screen, waitFor } from '@testing-library/vue'
import { beforeEach, describe, expect, it } from 'vitest'
import { PASSWORD, open } from '../../test/render.ts'
import { MockServer, problem } from '../../test/server.ts'

describe('a forgotten password', () => {
  let server: MockServer
  beforeEach(() => { server = new MockServer() })

  it('is asked for from the page where one signs in, and the answer tells nothing about accounts', async () => {
    const { user } = await open('/', server)
    await user.click(await screen.findByRole('link', { name: 'Forgot your password?' }))
    await user.type(await screen.findByLabelText('E-mail address'), 'nobody@example.org{Enter}')
    expect((await screen.findByRole('status')).textContent).toContain('If an account has this address')
    expect(server.requests).toContain('POST /api/auth/password/forgot')
  })

  it('needs an address', async () => {
    const { user } = await open('/forgot-password', server)
    await user.type(await screen.findByLabelText('E-mail address'), 'ada{Enter}')
    await screen.findByText(/^Enter an e-mail address such as/)
    expect(server.requests).not.toContain('POST /api/auth/password/forgot')
  })

  it('is replaced with the link from the mail, whose secret does not stay in the address', async () => {
    server.addAccount('ada', 'forgotten by now')
    const token = server.forget('ada')
    const { user, router } = await open(`/reset-password#token=${token}`, server)
    const field = await screen.findByLabelText('New password')
    await waitFor(() => { expect(router.currentRoute.value.fullPath).toBe('/reset-password') })
    await user.type(field, `${PASSWORD}{Enter}`)
    expect((await screen.findByRole('status')).textContent).toContain('Your password is changed.')
    expect(server.accounts.get('ada')?.password).toBe(PASSWORD)
    await user.click(screen.getByRole('link', { name: 'Sign in' }))
    await screen.findByLabelText('Username')
  })

  it('explains a weak password and a link that was used', async () => {
    server.addAccount('ada', 'forgotten by now')
    const { user } = await open(`/reset-password#token=${server.forget('ada')}`, server)
    await user.type(await screen.findByLabelText('New password'), 'short{Enter}')
    await screen.findByText('Use at least 10 characters.')
    server.answersNext.set('/api/auth/password/reset', problem(410, 'reset-link-invalid', 'Used'))
    await user.type(screen.getByLabelText('New password'), ' and longer{Enter}')
    expect((await screen.findByRole('alert')).textContent).toContain('This link was used before or is too old.')
    await user.click(screen.getByRole('link', { name: 'Ask for a new link' }))
    await screen.findByLabelText('E-mail address')
  })

  it('cannot be replaced without the secret', async () => {
    await open('/reset-password', server)
    expect((await screen.findByRole('alert')).textContent).toContain('This link is not complete.')
  })
})
