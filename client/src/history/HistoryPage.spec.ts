import { fireEvent, screen, waitFor } from '@testing-library/vue'
import { beforeEach, describe, expect, it } from 'vitest'
import type { User } from '../api/types.ts'
import { pictureOf } from '../../test/pictures.ts'
import { PASSWORD, openSignedIn } from '../../test/render.ts'
import { MockServer } from '../../test/server.ts'

describe('the history page', () => {
  let server: MockServer
  let ada: User

  beforeEach(() => {
    server = new MockServer()
    ada = server.addAccount('ada', PASSWORD)
  })

  async function add(nFaces: number, createdAt: string, owner = ada) {
    return server.addAnalysis(owner, new Uint8Array(await pictureOf(nFaces).arrayBuffer()), createdAt)
  }

  const cards = () => screen.queryAllByRole('link', { name: /2026/ })
  const expectCards = (n: number) => waitFor(() => { expect(cards()).toHaveLength(n) })

  it('invites to a first picture', async () => {
    const { user } = await openSignedIn('/analyses', server)
    await screen.findByRole('heading', { name: 'Nothing here yet' })
    await user.click(screen.getByRole('link', { name: 'Upload your first picture' }))
    await screen.findByRole('heading', { name: 'New picture' })
  })

  it('shows one’s own pictures, newest first', async () => {
    await add(1, '2026-11-01T10:00:00Z')
    await add(3, '2026-11-02T10:00:00Z')
    await add(2, '2026-11-03T10:00:00Z', server.addAccount('grace', PASSWORD))
    await openSignedIn('/analyses', server)
    await expectCards(2)
    expect(cards().map(it => it.querySelector('strong')?.textContent)).toEqual(['3 faces', '1 face'])
    expect(cards()[0]?.textContent).toContain('2 smiling')
    expect(cards()[0]?.textContent).toContain('best 99.9% sure')
  })

  it('shows more on request', async () => {
    for (let day = 1; day <= 14; day++) await add(1, `2026-11-${String(day).padStart(2, '0')}T10:00:00Z`)
    const { user } = await openSignedIn('/analyses', server)
    await expectCards(12)
    await user.click(screen.getByRole('button', { name: 'Show more' }))
    await expectCards(14)
    expect(screen.queryByRole('button', { name: 'Show more' })).toBeNull()
  })

  it('filters, keeps the filter in the address, and clears it', async () => {
    await add(0, '2026-11-01T10:00:00Z')
    await add(1, '2026-11-02T10:00:00Z')
    const { user, router } = await openSignedIn('/analyses', server)
    await expectCards(2)
    await user.selectOptions(screen.getByLabelText('Faces'), 'No face found')
    await expectCards(1)
    expect(screen.getByText('No face')).toBeTruthy()
    expect(router.currentRoute.value.query).toEqual({ faces: 'none' })
    await user.selectOptions(screen.getByLabelText('Smiling'), 'Somebody smiles')
    await screen.findByRole('heading', { name: 'Nothing matches this filter' })
    await user.click(screen.getByRole('button', { name: 'Clear filter' }))
    await expectCards(2)
  })

  it('says that two days are the wrong way round, and asks nobody', async () => {
    await openSignedIn('/analyses?from=2026-11-20', server)
    await screen.findByRole('heading', { name: 'Nothing matches this filter' })
    const before = server.requests.length
    await fireEvent.change(screen.getByLabelText('Until'), { target: { value: '2026-11-01' } })
    expect((await screen.findByRole('alert')).textContent).toContain('The first day is after the last one.')
    expect(server.requests).toHaveLength(before)
  })

  it('can be loaded again when that failed', async () => {
    await add(1, '2026-11-01T10:00:00Z')
    server.answersNext.set('/api/analyses', { status: 502, headers: {}, body: '' })
    const { user } = await openSignedIn('/analyses', server)
    await screen.findByRole('alert')
    await user.click(screen.getByRole('button', { name: 'Try again' }))
    await expectCards(1)
  })
})
