import { screen } from '@testing-library/vue'
import { beforeEach, describe, expect, it } from 'vitest'
import { portraitOf } from '../../test/pictures.ts'
import type { Registered } from '../../test/peopleRoutes.ts'
import { PASSWORD, openSignedIn } from '../../test/render.ts'
import { MockServer, problem } from '../../test/server.ts'

describe('the check for a registered person', () => {
  let server: MockServer
  let registered: Registered
  let path: string

  beforeEach(async () => {
    server = new MockServer()
    registered = server.registered.add(server.addAccount('ada', PASSWORD).id, 'Grace')
    server.registered.addFace(registered, new Uint8Array(await portraitOf('grace').arrayBuffer()))
    path = `/liveness?person=${registered.person.personId}`
  })

  const start = () => screen.queryByRole('button', { name: 'Start the check' })

  it('says whom it is about, and leads back', async () => {
    const { user } = await openSignedIn(path, server)
    await screen.findByRole('heading', { name: 'Is it Grace?', level: 1 })
    screen.getByText(/Only Grace passes this check/)
    expect(start()).not.toBeNull()
    await user.click(screen.getByRole('link', { name: 'Back to the person' }))
    await screen.findByRole('heading', { name: 'Grace', level: 1 })
  })

  it('does not begin without a face to compare with', async () => {
    registered.faces.length = 0
    const { user } = await openSignedIn(path, server)
    await screen.findByText('There is no face of Grace to compare with. Add one first.')
    expect(start()).toBeNull()
    await user.click(screen.getByRole('link', { name: 'Add a face' }))
    await screen.findByRole('heading', { name: 'Grace', level: 1 })
  })

  it('does not begin for somebody who is not registered', async () => {
    server.registered.people.clear()
    await openSignedIn(path, server)
    expect((await screen.findByRole('alert')).textContent).toContain('This person is not registered.')
    expect(start()).toBeNull()
    screen.getByRole('link', { name: 'All people' })
  })

  it('finds out who it is about once there is an answer', async () => {
    server.answersNext.set(`/api/people/${registered.person.personId}`, problem(503, 'busy', 'Busy'))
    const { user } = await openSignedIn(path, server)
    await screen.findByRole('alert')
    expect(start()).toBeNull()
    await user.click(screen.getByRole('button', { name: 'Try again' }))
    await screen.findByRole('heading', { name: 'Is it Grace?' })
    expect(start()).not.toBeNull()
  })

  it('is the check for anybody again from the menu', async () => {
    const { user } = await openSignedIn(path, server)
    await screen.findByRole('heading', { name: 'Is it Grace?' })
    await user.click(screen.getByRole('link', { name: 'Liveness' }))
    await screen.findByRole('heading', { name: 'Liveness check', level: 1 })
    expect(screen.queryByText(/Grace/)).toBeNull()
    expect(screen.queryByRole('link', { name: 'Back to the person' })).toBeNull()
  })

  it('takes a name with markup for a text', async () => {
    registered.person.displayName = '<img src=x onerror=alert(1)>'
    await openSignedIn(path, server)
    await screen.findByRole('heading', { name: 'Is it <img src=x onerror=alert(1)>?' })
    expect(document.querySelector('img')).toBeNull()
  })
})
