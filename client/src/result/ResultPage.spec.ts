import { fireEvent, screen, waitFor, within } from '@testing-library/vue'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Analysis } from '../api/types.ts'
import { pictureOf } from '../../test/pictures.ts'
import { PASSWORD, openSignedIn } from '../../test/render.ts'
import { MockServer, problem } from '../../test/server.ts'

describe('the result page', () => {
  let server: MockServer
  beforeEach(() => { server = new MockServer() })

  async function analysisOf(nFaces: number, owner = 'ada'): Promise<Analysis> {
    const user = server.accounts.get(owner)?.user ?? server.addAccount(owner, PASSWORD)
    return server.addAnalysis(user, new Uint8Array(await pictureOf(nFaces).arrayBuffer()))
  }

  const openResult = (analysis: Analysis) => openSignedIn(`/analyses/${analysis.analysisId}`, server)
  const box = (name: RegExp) => screen.getByRole('radio', { name })
  const panel = (name: RegExp) => screen.getByRole('button', { name })

  it('has a box and a panel for every face', async () => {
    await openResult(await analysisOf(4))
    await screen.findByRole('heading', { name: '4 faces', level: 1 })
    expect(screen.getAllByRole('radio')).toHaveLength(4)
    expect(screen.getAllByRole('button', { name: /^Face \d/ })).toHaveLength(4)
    expect(box(/^Face 1 of 4, 99.9% sure/)).toBeTruthy()
  })

  it('shows the picture from the storage under the boxes', async () => {
    const analysis = await analysisOf(1)
    await openResult(analysis)
    await waitFor(() => {
      expect(screen.getByRole('img', { name: 'The picture, with 1 face marked' }).getAttribute('src'))
        .toBe(`https://storage.test/images/${analysis.analysisId}/original.jpg`)
    })
    const rect = box(/^Face 1 of 1/).querySelector('rect')
    expect(['x', 'y', 'width', 'height'].map(it => rect?.getAttribute(it))).toEqual(['5%', '20%', '15%', '26.666666666666668%'])
  })

  it('selects in the picture and in the list alike', async () => {
    const { user } = await openResult(await analysisOf(3))
    await screen.findByRole('heading', { name: '3 faces' })
    expect(panel(/^Face 1/).getAttribute('aria-expanded')).toBe('true')
    await user.click(box(/^Face 2/))
    expect(panel(/^Face 2/).getAttribute('aria-expanded')).toBe('true')
    expect(panel(/^Face 1/).getAttribute('aria-expanded')).toBe('false')
    await user.click(panel(/^Face 3/))
    expect(box(/^Face 3/).getAttribute('aria-checked')).toBe('true')
  })

  it('is one stop for the tab key, and the arrows go round', async () => {
    const { user } = await openResult(await analysisOf(3))
    await screen.findByRole('heading', { name: '3 faces' })
    expect(screen.getAllByRole('radio').map(it => it.getAttribute('tabindex'))).toEqual(['0', '-1', '-1'])
    box(/^Face 1/).focus()
    await user.keyboard('{ArrowLeft}')
    expect(document.activeElement).toBe(box(/^Face 3/))
    await user.keyboard('{ArrowDown}')
    expect(document.activeElement).toBe(box(/^Face 1/))
    expect(box(/^Face 1/).getAttribute('aria-checked')).toBe('true')
  })

  it('says each fact with its confidence', async () => {
    await openResult(await analysisOf(1))
    const list = await screen.findByRole('list', { name: 'Faces in the picture' })
    const facts = within(list).getAllByRole('term').map(it => `${it.textContent}: ${it.nextElementSibling?.textContent.trim() ?? ''}`)
    expect(facts).toContain('Smiling: Yes 91.5% sure')
    expect(facts).toContain('Age: Looks 24 to 32')
    expect(facts).toContain('Gender: Looks female 98.3% sure')
    const emotions = within(list).getAllByRole('listitem').slice(1).map(it => it.textContent.trim())
    expect(emotions.slice(0, 2)).toEqual(['Happy94.2%', 'Calm3.1%'])
    expect(within(list).getByText(/^Not measured: glasses/)).toBeTruthy()
  })

  it('is kind about a picture without a face', async () => {
    await openResult(await analysisOf(0))
    await screen.findByRole('heading', { name: 'No face was found', level: 1 })
    expect(screen.getByText(/^Look for even light/)).toBeTruthy()
    expect(screen.queryByRole('radiogroup')).toBeNull()
    expect(screen.queryByRole('button', { name: 'Save marked picture' })).toBeNull()
  })

  it('is not found where it belongs to somebody else, or is nothing', async () => {
    await openResult(await analysisOf(1, 'grace'))
    await screen.findByRole('heading', { name: 'Page not found' })
  })

  it('deletes after a question, and not without', async () => {
    const { user, router } = await openResult(await analysisOf(1))
    await user.click(await screen.findByRole('button', { name: 'Delete' }))
    await user.click(await screen.findByRole('button', { name: 'Keep it' }))
    expect(server.analyses.size).toBe(1)
    await user.click(screen.getByRole('button', { name: 'Delete' }))
    await user.click(await screen.findByRole('button', { name: 'Delete for good' }))
    await screen.findByRole('heading', { name: 'Nothing here yet' })
    expect(server.analyses.size).toBe(0)
    expect(router.currentRoute.value.name).toBe('history')
  })

  it('says so when deleting fails, and lets one try again', async () => {
    const { user } = await openResult(await analysisOf(1))
    await user.click(await screen.findByRole('button', { name: 'Delete' }))
    server.isOffline = true
    await user.click(await screen.findByRole('button', { name: 'Delete for good' }))
    expect((await screen.findByRole('alert')).textContent).toContain('There is no connection')
    server.isOffline = false
    await user.click(screen.getByRole('button', { name: 'Delete for good' }))
    await screen.findByRole('heading', { name: 'Nothing here yet' })
  })

  it('asks once for a new address when one has run out', async () => {
    const analysis = await analysisOf(1)
    await openResult(analysis)
    const image = await screen.findByRole('img', { name: /^The picture/ })
    await waitFor(() => { expect(image.getAttribute('src')).toContain('storage.test') })
    const nAddresses = () => server.requests.filter(it => it.endsWith('/image')).length
    await fireEvent.error(image)
    await waitFor(() => { expect(nAddresses()).toBe(2) })
    await waitFor(() => { expect(image.getAttribute('src')).toContain('storage.test') })
    await fireEvent.error(image)
    await screen.findByText(/^The picture could not be loaded/)
    expect(nAddresses()).toBe(2)
  })

  it('can be loaded again when that failed, and names the request for the operator', async () => {
    const analysis = await analysisOf(1)
    server.answersNext.set(`/api/analyses/${analysis.analysisId}`, problem(500, 'internal', 'Internal'))
    const { user } = await openResult(analysis)
    expect((await screen.findByRole('alert')).textContent).toContain('request-1')
    await user.click(screen.getByRole('button', { name: 'Try again' }))
    await screen.findByRole('heading', { name: '1 face' })
  })
})
