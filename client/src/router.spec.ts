import { screen } from '@testing-library/vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { describe, expect, it } from 'vitest'
import { PASSWORD, open, openSignedIn } from '../test/render.ts'
import { MockServer } from '../test/server.ts'
import type { User } from './api/types.ts'
import { detour, routes } from './router.ts'
import type { SessionState } from './session/session.ts'

const user: User = {
  id: '1', username: 'ada', email: 'ada@example.org', role: 'user', createdAt: '2026-11-20T11:00:00Z', passwordChangeRequired: false,
}
const OUT: SessionState = { kind: 'signed-out', because: 'never-in' }
const ADMIN: SessionState = { kind: 'signed-in', user: { ...user, role: 'admin' }, mustChangePassword: false }
const LEFT: SessionState = { kind: 'signed-out', because: 'left' }
const IN: SessionState = { kind: 'signed-in', user, mustChangePassword: false }
const ONE_TIME: SessionState = { kind: 'signed-in', user, mustChangePassword: true }

const router = createRouter({ history: createMemoryHistory(), routes })
const from = (path: string, state: SessionState) => detour(router.resolve(path), state)

describe('the router', () => {
  it.each([
    ['/', 'upload'], ['/analyses', 'history'], ['/liveness', 'liveness'], ['/password', 'password'], ['/sign-in', 'sign-in'],
    ['/analyses/01890a5e-0000-7000-8000-000000000000', 'result'],
    ['/analyses/not-an-id', 'not-found'], ['/no/such/page', 'not-found'],
    ['/account', 'account'], ['/account/sessions', 'sessions'], ['/account/api-keys', 'api-keys'],
    ['/admin/users', 'users'], ['/admin/audit', 'audit'],
  ])('knows %s as %s', (path, name) => {
    expect(router.resolve(path).name).toBe(name)
  })

  it('sends a stranger to sign in, and back to where he wanted to go', () => {
    expect(from('/', OUT)).toEqual({ name: 'sign-in', query: {} })
    expect(from('/analyses?smiling=yes', OUT)).toEqual({ name: 'sign-in', query: { next: '/analyses?smiling=yes' } })
    expect(from('/sign-in', OUT)).toBeUndefined()
    expect(from('/no/such/page', OUT)).toBeUndefined()
  })

  it('does not send somebody back who left on purpose', () => {
    expect(from('/analyses', LEFT)).toEqual({ name: 'sign-in', query: {} })
  })

  it('lets somebody who is signed in go where he wants', () => {
    expect(from('/analyses', IN)).toBeUndefined()
    expect(from('/sign-in?next=/analyses', IN)).toBe('/analyses')
    expect(from('/sign-in?next=//evil.example', IN)).toBe('/')
  })

  it('shows the administration to administrators, and nothing at its addresses to others', () => {
    expect(from('/admin/users', ADMIN)).toBeUndefined()
    expect(from('/admin/users', IN)).toEqual({ name: 'not-found', params: { nothing: ['admin', 'users'] } })
    expect(from('/admin/audit?user=1', OUT)).toEqual({ name: 'sign-in', query: { next: '/admin/audit?user=1' } })
    expect(from('/admin/users', { ...ADMIN, mustChangePassword: true })).toMatchObject({ name: 'password' })
  })

  it('keeps a one-time password from everything but its change', () => {
    expect(from('/analyses', ONE_TIME)).toEqual({ name: 'password', query: { next: '/analyses' } })
    expect(from('/password', ONE_TIME)).toBeUndefined()
  })
})

describe('the client', () => {
  it('says when the server cannot be reached, and goes on when it can', async () => {
    const server = new MockServer()
    server.addAccount('ada', PASSWORD)
    server.isOffline = true
    const { user: person } = await open('/', server)
    await screen.findByRole('heading', { name: 'Visavis cannot be reached' })
    server.isOffline = false
    await person.click(screen.getByRole('button', { name: 'Try again' }))
    await screen.findByRole('tab', { name: 'Sign in' })
  })

  it('signs out, and says so when that is not possible', async () => {
    const server = new MockServer()
    const { user: person } = await openSignedIn('/', server)
    server.isOffline = true
    await person.click(await screen.findByRole('button', { name: 'Sign out' }))
    expect((await screen.findByRole('alert')).textContent).toContain('There is no connection')
    server.isOffline = false
    await person.click(screen.getByRole('button', { name: 'Sign out' }))
    await screen.findByText('You are signed out.')
  })
})
