import { screen, waitFor, within } from '@testing-library/vue'
import { beforeEach, describe, expect, it } from 'vitest'
import type { User } from '../api/types.ts'
import { PASSWORD, openSignedIn } from '../../test/render.ts'
import { MockServer } from '../../test/server.ts'
import { NOTICE, NOTICE_VERSION } from './notice.ts'

describe('the page of people', () => {
  let server: MockServer
  let ada: User

  beforeEach(() => {
    server = new MockServer()
    ada = server.addAccount('ada', PASSWORD)
  })

  const rows = () => within(screen.getByRole('list', { name: 'Your people' })).getAllByRole('listitem')
  const names = () => rows().map(it => it.querySelector('strong')?.textContent)
  const press = (name: string) => screen.getByRole('button', { name })
  const registered = () => [...server.registered.people.values()].map(it => it.person)

  async function openForm() {
    const view = await openSignedIn('/people', server)
    await view.user.click(await screen.findByRole('button', { name: 'Register the first person' }))
    return view
  }

  async function fill(user: Awaited<ReturnType<typeof openForm>>['user'], { agrees = true } = {}): Promise<void> {
    await user.type(screen.getByLabelText('Name'), 'Grace')
    await user.type(screen.getByLabelText('Who agrees'), ' Her mother ')
    if (agrees) await user.click(screen.getByRole('checkbox'))
  }

  it('explains itself to whoever has registered nobody', async () => {
    await openSignedIn('/people', server)
    await screen.findByRole('heading', { name: 'Nobody is registered yet' })
    screen.getByText(/Only your account sees the people you register/)
  })

  it('shows one’s own people, newest first, and who has no face', async () => {
    const grace = server.registered.add(ada.id, 'Grace', { externalId: '4711' })
    server.registered.addFace(grace, new Uint8Array())
    server.registered.add(ada.id, 'Alan')
    server.registered.add(server.addAccount('other', PASSWORD).id, 'Somebody else')
    const { user } = await openSignedIn('/people', server)
    await waitFor(() => { expect(names()).toEqual(['Alan', 'Grace']) })
    expect(rows()[0]?.textContent).toContain('No face yet')
    expect(rows()[1]?.textContent).toMatch(/1 face.*just now.*Identifier\s*4711/)
    await user.click(screen.getByRole('link', { name: /Grace/ }))
    await screen.findByRole('heading', { name: 'Grace', level: 1 })
  })

  it('shows more on request', async () => {
    for (let i = 0; i < 25; i++) server.registered.add(ada.id, `Person ${i}`)
    const { user } = await openSignedIn('/people', server)
    await waitFor(() => { expect(names()).toHaveLength(20) })
    await user.click(press('Show more'))
    await waitFor(() => { expect(names()).toHaveLength(25) })
  })

  it('says so without a connection, and can try again', async () => {
    server.registered.add(ada.id, 'Grace')
    const { user } = await openSignedIn('/', server)
    server.isOffline = true
    await user.click(await screen.findByRole('link', { name: 'People' }))
    expect((await screen.findByRole('alert')).textContent).toContain('There is no connection')
    server.isOffline = false
    await user.click(press('Try again'))
    await waitFor(() => { expect(names()).toEqual(['Grace']) })
  })

  it('takes a name with markup for a text', async () => {
    server.registered.add(ada.id, '<b>Grace</b><script>alert(1)</script>', { externalId: '<i>1</i>' })
    await openSignedIn('/people', server)
    await waitFor(() => { expect(names()).toEqual(['<b>Grace</b><script>alert(1)</script>']) })
    expect(document.querySelector('main b, main i, main script')).toBeNull()
  })

  it('registers who agrees, with the notice that was shown and the time of the tick', async () => {
    const { user, router } = await openForm()
    expect(document.activeElement).toBe(screen.getByLabelText('Name'))
    for (const { about, text } of NOTICE) {
      screen.getByText(about)
      screen.getByText(text)
    }
    await user.type(screen.getByLabelText('Identifier elsewhere (optional)'), '4711')
    const before = Date.now()
    await fill(user)
    const after = Date.now()
    await user.click(press('Register'))
    await screen.findByRole('heading', { name: 'Grace', level: 1 })
    expect(registered()).toMatchObject([{
      displayName: 'Grace', externalId: '4711', consent: { noticeVersion: NOTICE_VERSION, givenBy: 'Her mother' },
    }])
    const at = Date.parse(registered()[0]?.consent.at ?? '')
    expect(at).toBeGreaterThanOrEqual(before)
    expect(at).toBeLessThanOrEqual(after)
    expect(router.currentRoute.value.params).toEqual({ personId: registered()[0]?.personId })
    expect(document.title).not.toContain('Grace')
  })

  it('registers nobody without consent', async () => {
    const { user } = await openForm()
    await fill(user, { agrees: false })
    await user.click(press('Register'))
    screen.getByText(/Without consent nobody can be registered/)
    expect(document.activeElement).toBe(screen.getByRole('checkbox'))
    // Ticked and unticked is not ticked.
    await user.click(screen.getByRole('checkbox'))
    await user.click(screen.getByRole('checkbox'))
    await user.click(press('Register'))
    expect(server.requests).not.toContain('POST /api/people')
  })

  it('asks again for the consent of whoever is named after the tick', async () => {
    const { user } = await openForm()
    for (const label of ['Who agrees', 'Name']) {
      await fill(user)
      await user.type(screen.getByLabelText(label), 'x')
      expect(screen.getByRole<HTMLInputElement>('checkbox').checked).toBe(false)
    }
    await user.click(press('Register'))
    expect(server.requests).not.toContain('POST /api/people')
  })

  it('asks for what is missing or too long, and takes a hundred characters', async () => {
    const { user } = await openForm()
    await user.click(press('Register'))
    screen.getByText('Enter a name.')
    screen.getByText('Enter who agrees.')
    expect(document.activeElement).toBe(screen.getByLabelText('Name'))
    await user.click(screen.getByLabelText('Name'))
    await user.paste('x'.repeat(101))
    screen.getByText('Use at most 100 characters.')
    await user.clear(screen.getByLabelText('Name'))
    await user.paste('ẞ'.repeat(100))
    expect(screen.queryByText('Use at most 100 characters.')).toBeNull()
  })

  it('registers one person, not two, where the answer got lost', async () => {
    const { user } = await openForm()
    await fill(user)
    server.isOffline = true
    await user.click(press('Register'))
    await screen.findByRole('alert')
    server.isOffline = false
    await user.click(press('Register'))
    await screen.findByRole('heading', { name: 'Grace', level: 1 })
    expect(server.idempotencyKeys).toHaveLength(2)
    expect(new Set(server.idempotencyKeys).size).toBe(1)
    expect(registered()).toHaveLength(1)
  })

  it('gives the focus back to whoever changes their mind', async () => {
    server.registered.add(ada.id, 'Grace')
    const { user } = await openSignedIn('/people', server)
    await user.click(await screen.findByRole('button', { name: 'Register a person' }))
    await user.click(press('Cancel'))
    await waitFor(() => { expect(document.activeElement).toBe(press('Register a person')) })
    expect(server.requests).not.toContain('POST /api/people')
  })
})
