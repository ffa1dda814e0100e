import { fireEvent, screen, waitFor } from '@testing-library/vue'
import { beforeEach, describe, expect, it } from 'vitest'
import { damagedPicture, pictureOf } from '../../test/pictures.ts'
import { openSignedIn } from '../../test/render.ts'
import { MockServer } from '../../test/server.ts'

describe('the upload page', () => {
  let server: MockServer
  beforeEach(() => { server = new MockServer() })

  const heading = (name: string | RegExp) => screen.findByRole('heading', { name, level: 1 })
  const press = (name: string) => screen.getByRole('button', { name })

  it('takes a file to its result, with a look at it before', async () => {
    const { user, router } = await openSignedIn('/', server)
    await user.upload(await screen.findByLabelText('Choose a file'), pictureOf(3))
    await heading('Is this the right picture?')
    expect(screen.getByRole('img', { name: 'The picture you chose' }).getAttribute('src')).toBe('blob:1')
    await user.click(press('Scan'))
    await heading('3 faces')
    expect(router.currentRoute.value.name).toBe('result')
  })

  it('moves the focus to the heading that says what is there now', async () => {
    const { user } = await openSignedIn('/', server)
    await user.upload(await screen.findByLabelText('Choose a file'), pictureOf(1))
    const title = await heading('Is this the right picture?')
    await waitFor(() => { expect(document.activeElement).toBe(title) })
  })

  it('refuses what is not a picture, and takes the next file', async () => {
    const { user } = await openSignedIn('/', server)
    const input = await screen.findByLabelText('Choose a file')
    await user.upload(input, new File(['Dear diary'], 'diary.jpg', { type: 'image/jpeg' }))
    expect((await screen.findByRole('alert')).textContent).toContain('not a picture we can read')
    await user.upload(screen.getByLabelText('Choose a file'), pictureOf(1))
    await heading('Is this the right picture?')
    expect(screen.queryByRole('alert')).toBeNull()
  })

  it('explains what the server finds wrong, and does not offer to try the same again', async () => {
    const { user } = await openSignedIn('/', server)
    await user.upload(await screen.findByLabelText('Choose a file'), damagedPicture())
    await user.click(await screen.findByRole('button', { name: 'Scan' }))
    expect((await screen.findByRole('alert')).textContent).toContain('damaged or incomplete')
    expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull()
    await user.click(press('Choose another'))
    await heading('New picture')
  })

  it('goes on after the connection was lost', async () => {
    const { user } = await openSignedIn('/', server)
    await user.upload(await screen.findByLabelText('Choose a file'), pictureOf(1))
    await screen.findByRole('button', { name: 'Scan' })
    server.isOffline = true
    await user.click(press('Scan'))
    expect((await screen.findByRole('alert')).textContent).toContain('There is no connection')
    server.isOffline = false
    await user.click(press('Try again'))
    await heading('1 face')
  })

  it('can be cancelled', async () => {
    const { user } = await openSignedIn('/', server)
    await user.upload(await screen.findByLabelText('Choose a file'), pictureOf(1))
    await fireEvent.click(await screen.findByRole('button', { name: 'Scan' }))
    await fireEvent.click(await screen.findByRole('button', { name: 'Cancel' }))
    await heading('Is this the right picture?')
  })

  it('takes a picture that is pasted, and the first of several', async () => {
    await openSignedIn('/', server)
    await heading('New picture')
    const paste = new Event('paste', { cancelable: true })
    Object.assign(paste, { clipboardData: { files: [pictureOf(1), pictureOf(2)] } })
    window.dispatchEvent(paste)
    await heading('Is this the right picture?')
    expect(screen.getByText(/^One picture at a time/)).toBeTruthy()
    expect(paste.defaultPrevented).toBe(true)
  })

  it('leaves pasted text alone', async () => {
    await openSignedIn('/', server)
    await heading('New picture')
    const paste = new Event('paste', { cancelable: true })
    Object.assign(paste, { clipboardData: { files: [] } })
    window.dispatchEvent(paste)
    expect(paste.defaultPrevented).toBe(false)
  })

  it('says why there is no camera, and goes back', async () => {
    const { user } = await openSignedIn('/', server)
    await user.click(await screen.findByRole('button', { name: 'Use the camera' }))
    expect((await screen.findByRole('alert')).textContent).toMatch(/[Cc]amera/)
    await user.click(press('Close camera'))
    await heading('New picture')
  })
})
