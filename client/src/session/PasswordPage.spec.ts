import { screen, waitFor } from '@testing-library/vue'
import { beforeEach, describe, expect, it } from 'vitest'
import { PASSWORD, open, openSignedIn } from '../../test/render.ts'
import { MockServer } from '../../test/server.ts'

describe('changing the password', () => {
  let server: MockServer
  beforeEach(() => { server = new MockServer() })

  it('is the only thing somebody with a one-time password can do, and then he goes on', async () => {
    server.addAccount('admin', 'one-time-password', true)
    const { user, router } = await open('/analyses', server)
    await user.type(await screen.findByLabelText('Username'), 'admin')
    await user.type(screen.getByLabelText('Password'), 'one-time-password{Enter}')
    await screen.findByText(/one-time password. Choose your own/)
    expect(screen.queryByRole('link', { name: 'History' })).toBeNull()
    await router.push('/')
    expect(router.currentRoute.value.name).toBe('password')

    await router.push('/analyses')
    await user.type(screen.getByLabelText('One-time password'), 'one-time-password')
    await user.type(screen.getByLabelText('New password'), `${PASSWORD}{Enter}`)
    await screen.findByRole('heading', { name: 'Nothing here yet' })
    expect(screen.getByRole('link', { name: 'History' })).toBeTruthy()
  })

  it('says at the field that the current one is wrong', async () => {
    const { user } = await openSignedIn('/password', server)
    await user.type(await screen.findByLabelText('Current password'), 'not the password')
    await user.type(screen.getByLabelText('New password'), 'entirely different words{Enter}')
    await screen.findByText('This is not your current password.')
    await waitFor(() => { expect(document.activeElement).toBe(screen.getByLabelText('Current password')) })
    expect(screen.queryByRole('alert')).toBeNull()
  })

  it('wants a new one that is new and long enough', async () => {
    const { user } = await openSignedIn('/password', server)
    await user.type(await screen.findByLabelText('Current password'), PASSWORD)
    await user.type(screen.getByLabelText('New password'), `${PASSWORD}{Enter}`)
    await screen.findByText('Choose a password that is not the current one.')
    await user.clear(screen.getByLabelText('New password'))
    await user.type(screen.getByLabelText('New password'), 'short{Enter}')
    await screen.findByText('Use at least 10 characters.')
    expect(server.requests).not.toContain('PUT /api/auth/password')
  })

  it('says that it is done', async () => {
    const { user } = await openSignedIn('/password', server)
    await user.type(await screen.findByLabelText('Current password'), PASSWORD)
    await user.type(screen.getByLabelText('New password'), 'entirely different words{Enter}')
    await screen.findByText('Your password is changed.')
    expect(server.accounts.get('ada')?.password).toBe('entirely different words')
  })
})
