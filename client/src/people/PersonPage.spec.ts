import { screen, waitFor, within } from '@testing-library/vue'
import { beforeEach, describe, expect, it } from 'vitest'
import { portraitOf } from '../../test/pictures.ts'
import type { Registered } from '../../test/peopleRoutes.ts'
import { PASSWORD, openSignedIn } from '../../test/render.ts'
import { MockServer, problem } from '../../test/server.ts'

describe('the page of a person', () => {
  let server: MockServer
  let grace: Registered
  let path: string

  beforeEach(() => {
    server = new MockServer()
    grace = server.registered.add(server.addAccount('ada', PASSWORD).id, 'Grace')
    path = `/people/${grace.person.personId}`
  })

  const press = (name: string) => screen.getByRole('button', { name })
  const heading = (name: string, level = 1) => screen.findByRole('heading', { name, level })
  const dialog = () => within(screen.getByRole('dialog'))

  async function openPage() {
    const view = await openSignedIn(path, server)
    await heading(grace.person.displayName)
    return view
  }

  it('shows who it is and who agreed', async () => {
    grace.person.externalId = '4711'
    grace.person.consent = { noticeVersion: '2026-11', givenBy: 'Her mother', at: '2026-11-20T10:58:00Z' }
    await openPage()
    const terms = screen.getAllByRole('term').map(it => `${it.textContent}: ${it.nextElementSibling?.textContent}`)
    expect(terms.slice(0, 2)).toEqual(['Name: Grace', 'Identifier: 4711'])
    expect(terms[3]).toMatch(/^Consent given by: Her mother on\s+20 Nov 2026/)
    expect(terms[4]).toBe('Version of the notice: 2026-11')
  })

  it('is not found where there is nobody, or somebody of another account', async () => {
    await openSignedIn('/people/01890a5e-0000-7000-8000-00000000000a', server)
    await heading('Page not found')
  })

  it('says so without a connection, and can try again', async () => {
    server.answersNext.set(`/api${path}`, problem(503, 'busy', 'Busy'))
    const { user } = await openSignedIn(path, server)
    expect((await screen.findByRole('alert')).textContent).toContain('Visavis is busy.')
    await user.click(press('Try again'))
    await heading('Grace')
  })

  it('takes a long name and one with markup for a text', async () => {
    grace.person.displayName = `<img src=x onerror=alert(1)>${'W'.repeat(72)}`
    await openPage()
    await screen.findByRole('heading', { name: `Is it ${grace.person.displayName}?` })
    expect(document.querySelector('main img')).toBeNull()
  })

  describe('what the person is called', () => {
    it('is changed in its place', async () => {
      const { user } = await openPage()
      await user.click(press('Change'))
      const name = screen.getByLabelText('Name')
      expect(document.activeElement).toBe(name)
      await user.clear(name)
      await user.type(name, 'Grace Hopper')
      await user.type(screen.getByLabelText('Identifier elsewhere (optional)'), '4711{Enter}')
      await heading('Grace Hopper')
      expect(grace.person).toMatchObject({ displayName: 'Grace Hopper', externalId: '4711' })
      await waitFor(() => { expect(document.activeElement?.textContent).toBe('The change is saved.') })
    })

    it('stays where nothing was changed, or what was entered is not acceptable', async () => {
      grace.person.externalId = '4711'
      const { user } = await openPage()
      await user.click(press('Change'))
      await user.click(press('Save'))
      await screen.findByRole('button', { name: 'Change' })
      await user.click(press('Change'))
      await user.clear(screen.getByLabelText('Name'))
      await user.clear(screen.getByLabelText('Identifier elsewhere (optional)'))
      await user.click(press('Save'))
      screen.getByText('Enter a name.')
      screen.getByText('An identifier can be changed, but not removed.')
      expect(server.requests.filter(it => it.startsWith('PATCH'))).toEqual([])
    })

    it('says why it could not be changed', async () => {
      const { user } = await openPage()
      await user.click(press('Change'))
      await user.type(screen.getByLabelText('Name'), ' Hopper')
      server.isOffline = true
      await user.click(press('Save'))
      expect((await screen.findByRole('alert')).textContent).toContain('There is no connection')
      server.isOffline = false
      await user.click(press('Save'))
      await heading('Grace Hopper')
    })
  })

  describe('a comparison', () => {
    beforeEach(async () => {
      server.registered.addFace(grace, new Uint8Array(await portraitOf('grace').arrayBuffer()))
    })

    async function compare(who: string) {
      const view = await openPage()
      await view.user.click(press('Compare with a photo'))
      await view.user.upload(await screen.findByLabelText('Choose a file'), portraitOf(who))
      await view.user.click(await screen.findByRole('button', { name: 'Compare' }))
      return view
    }

    it('says that it is the person, how similar, and what a photo is worth', async () => {
      await compare('grace')
      await screen.findByText('The photo shows Grace.')
      screen.getByText('97.3% similar; at least 90% is asked for.')
      screen.getByText(/To let somebody in, check live/)
      await waitFor(() => { expect(document.activeElement?.getAttribute('aria-label')).toBe('What the comparison says') })
    })

    it('says that it is somebody else, and can be done again', async () => {
      const { user } = await compare('alan')
      await screen.findByText(/The photo does not show Grace/)
      screen.getByText('12.5% similar; at least 90% is asked for.')
      await user.click(press('Compare another photo'))
      expect(screen.queryByText(/does not show/)).toBeNull()
      await heading('Compare with a photo', 3)
    })

    it('explains a limit', async () => {
      server.answersNext.set(`/api${path}/verify`, problem(429, 'rate-limited', 'Too often', { retryAfterSeconds: 40 }))
      const { user } = await compare('grace')
      expect((await screen.findByRole('alert')).textContent).toContain('Try again in 40 seconds.')
      await user.click(press('Try again'))
      await screen.findByText('The photo shows Grace.')
    })

    it('leads to the check with the camera', async () => {
      const { user, router } = await openPage()
      await user.click(screen.getByRole('link', { name: 'Check live' }))
      await heading('Is it Grace?')
      expect(router.currentRoute.value.fullPath).toBe(`/liveness?person=${grace.person.personId}`)
    })

    it('needs a face', async () => {
      grace.faces.length = 0
      await openPage()
      screen.getByText('Add a face first: there is nothing to compare with.')
      expect(screen.queryByRole('link', { name: 'Check live' })).toBeNull()
    })
  })

  describe('erasing the person', () => {
    beforeEach(() => {
      for (let i = 0; i < 2; i++) server.registered.addFace(grace, new Uint8Array())
    })

    it('says what goes, and gives a receipt', async () => {
      const { user } = await openPage()
      await user.click(press('Erase this person'))
      expect(screen.getByRole('dialog', { name: 'Erase Grace?' }).textContent).toContain('2 pictures and 2 face descriptions')
      await user.click(dialog().getByRole('button', { name: 'Erase for good' }))
      const title = await heading('The person is erased')
      await waitFor(() => { expect(document.activeElement).toBe(title) })
      expect(server.registered.people.size).toBe(0)
      screen.getByText(grace.person.personId)
      expect(screen.queryByText(/Grace/)).toBeNull()
      await user.click(screen.getByRole('link', { name: 'All people' }))
      await screen.findByRole('heading', { name: 'Nobody is registered yet' })
    })

    it('does nothing to whom is kept', async () => {
      const { user } = await openPage()
      await user.click(press('Erase this person'))
      await user.click(dialog().getByRole('button', { name: 'Keep the person' }))
      expect(server.registered.people.size).toBe(1)
    })

    it('says in the dialog why it did not work, and goes on when asked again', async () => {
      const { user } = await openPage()
      await user.click(press('Erase this person'))
      server.answersNext.set(`/api${path}`, problem(503, 'busy', 'Busy'))
      await user.click(dialog().getByRole('button', { name: 'Erase for good' }))
      expect((await screen.findByRole('alert')).textContent).toContain('Visavis is busy.')
      await user.click(dialog().getByRole('button', { name: 'Erase for good' }))
      await heading('The person is erased')
    })

    it('finds nobody where somebody else was quicker', async () => {
      const { user } = await openPage()
      server.registered.people.clear()
      await user.click(press('Erase this person'))
      await user.click(dialog().getByRole('button', { name: 'Erase for good' }))
      await heading('Page not found')
    })
  })
})
