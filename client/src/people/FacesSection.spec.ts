import { screen, waitFor, within } from '@testing-library/vue'
import { beforeEach, describe, expect, it } from 'vitest'
import { pictureOf, portraitOf } from '../../test/pictures.ts'
import type { Registered } from '../../test/peopleRoutes.ts'
import { PASSWORD, openSignedIn } from '../../test/render.ts'
import { MockServer, problem } from '../../test/server.ts'

describe('the faces of a person', () => {
  let server: MockServer
  let grace: Registered
  let path: string

  beforeEach(() => {
    server = new MockServer()
    grace = server.registered.add(server.addAccount('ada', PASSWORD).id, 'Grace')
    path = `/people/${grace.person.personId}`
  })

  const press = (name: string) => screen.getByRole('button', { name })
  const pictures = () => screen.queryAllByRole('img', { name: /^Face / })

  async function openPage() {
    const view = await openSignedIn(path, server)
    await screen.findByRole('heading', { name: 'Grace', level: 1 })
    return view
  }

  async function add(photo: File) {
    const view = await openPage()
    await view.user.click(press('Add a face'))
    await view.user.upload(await screen.findByLabelText('Choose a file'), photo)
    await view.user.click(await screen.findByRole('button', { name: 'Add this face' }))
    return view
  }

  it('are asked for where there are none', async () => {
    await openPage()
    screen.getByText(/There is no face of this person yet/)
    expect(pictures()).toEqual([])
  })

  it('are added from a file, with a look at it before', async () => {
    await add(portraitOf('grace'))
    const notice = await screen.findByText('The face is added.')
    await waitFor(() => { expect(document.activeElement).toBe(notice) })
    await waitFor(() => { expect(pictures()).toHaveLength(1) })
    expect(grace.faces).toHaveLength(1)
    expect(pictures()[0]?.getAttribute('src')).toContain(grace.faces[0]?.face.faceId)
    screen.getByRole('link', { name: 'Check live' })
  })

  it('say everything that is wrong with a photo, with what to do', async () => {
    const { user } = await add(portraitOf('grace', ['too-small', 'too-dark', 'covered']))
    const alert = await screen.findByRole('alert')
    expect(within(alert).getAllByRole('listitem').map(it => it.textContent)).toEqual([
      'The face is too small. Come closer, or use a larger photo.',
      'It is too dark. Get more light onto the face, from the front.',
      'Something covers the face. Take off sunglasses or a mask, and keep hands and hair away from it.',
    ])
    expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull()
    await user.click(press('Choose another'))
    await screen.findByLabelText('Choose a file')
  })

  it('do without what only a newer server finds', async () => {
    const reasons = ['of-tomorrow', 'blurred'] as never[]
    server.answersNext.set(`/api${path}/faces`, problem(422, 'face-not-usable', 'Not usable', { reasons }))
    await add(portraitOf('grace'))
    expect(within(await screen.findByRole('alert')).getAllByRole('listitem')).toHaveLength(1)
  })

  it.each([[0, 'No face was found.'], [3, 'There is more than one face.']])('are not taken from a photo with %d', async (n, words) => {
    await add(pictureOf(n))
    expect((await screen.findByRole('alert')).textContent).toContain(words)
  })

  it('are not those of somebody else who is registered', async () => {
    const other = server.registered.add(grace.owner, 'Alan')
    server.registered.addFace(other, new Uint8Array(await portraitOf('alan').arrayBuffer()))
    await add(portraitOf('alan'))
    expect((await screen.findByRole('alert')).textContent).toContain('It is the face of another person whom you registered.')
    expect(grace.faces).toEqual([])
  })

  it('are not those of anybody else, once there is one', async () => {
    server.registered.addFace(grace, new Uint8Array(await portraitOf('grace').arrayBuffer()))
    await add(portraitOf('alan'))
    expect((await screen.findByRole('alert')).textContent).toContain('It is not like the faces that this person has.')
    expect(grace.faces).toHaveLength(1)
  })

  it('go on after the connection was lost', async () => {
    const view = await openPage()
    await view.user.click(press('Add a face'))
    await view.user.upload(await screen.findByLabelText('Choose a file'), portraitOf('grace'))
    await screen.findByRole('button', { name: 'Add this face' })
    server.isOffline = true
    await view.user.click(press('Add this face'))
    expect((await screen.findByRole('alert')).textContent).toContain('There is no connection')
    server.isOffline = false
    await view.user.click(press('Try again'))
    await screen.findByText('The face is added.')
  })

  it('are the same where only the answer got lost', async () => {
    server.answersNext.set(`/api${path}/faces`, { status: 504, headers: {}, body: '' })
    const { user } = await add(portraitOf('grace'))
    await screen.findByRole('alert')
    await user.click(press('Try again'))
    await screen.findByText('The face is added.')
    expect(server.requests.filter(it => it === 'POST /api/uploads')).toHaveLength(1)
    expect(grace.faces).toHaveLength(1)
  })

  it('explain that the camera is not there', async () => {
    const { user } = await openPage()
    await user.click(press('Add a face'))
    await user.click(press('Use the camera'))
    expect((await screen.findByRole('alert')).textContent).toMatch(/camera.*choose a file/i)
    await user.click(press('Close camera'))
    await screen.findByLabelText('Choose a file')
  })

  it('are ten at most', async () => {
    for (let i = 0; i < 10; i++) server.registered.addFace(grace, new Uint8Array())
    await openPage()
    screen.getByText(/There are ten faces/)
    expect(screen.queryByRole('button', { name: 'Add a face' })).toBeNull()
  })

  it('are erased after a question', async () => {
    server.registered.addFace(grace, new Uint8Array())
    server.registered.addFace(grace, new Uint8Array())
    const { user } = await openPage()
    await user.click(press('Erase face 1'))
    expect(screen.getByRole('dialog').textContent).not.toContain('It is the only one')
    await user.click(press('Keep it'))
    await user.click(press('Erase face 1'))
    await user.click(press('Erase the face'))
    await screen.findByText('The face is erased.')
    expect(grace.faces).toHaveLength(1)
    await user.click(press('Erase face 1'))
    expect(screen.getByRole('dialog').textContent).toContain('It is the only one')
    // Somebody else is quicker, and it is gone as well.
    grace.faces.length = 0
    await user.click(press('Erase the face'))
    await screen.findByText(/There is no face of this person yet/)
  })

  it('say why a face was not erased', async () => {
    const { faceId } = server.registered.addFace(grace, new Uint8Array())
    const { user } = await openPage()
    server.answersNext.set(`/api${path}/faces/${faceId}`, problem(503, 'busy', 'Busy'))
    await user.click(press('Erase face 1'))
    await user.click(press('Erase the face'))
    expect((await screen.findByRole('alert')).textContent).toContain('Visavis is busy.')
    expect(grace.faces).toHaveLength(1)
  })

  it('can be shown again where a picture did not load', async () => {
    const { faceId } = server.registered.addFace(grace, new Uint8Array())
    server.answersNext.set(`/api${path}/faces/${faceId}/image`, problem(503, 'busy', 'Busy'))
    const { user } = await openPage()
    await screen.findByText(/Visavis is busy/)
    await user.click(press('Try again'))
    await waitFor(() => { expect(pictures()).toHaveLength(1) })
  })

  it('are added or compared one at a time', async () => {
    server.registered.addFace(grace, new Uint8Array())
    const { user } = await openPage()
    await user.click(press('Add a face'))
    await user.click(press('Compare with a photo'))
    expect(screen.getAllByLabelText('Choose a file')).toHaveLength(1)
    await screen.findByRole('heading', { name: 'Compare with a photo', level: 3 })
    await user.click(press('Close'))
    await waitFor(() => { expect(document.activeElement).toBe(press('Compare with a photo')) })
  })
})
