import { screen } from '@testing-library/vue'
import { beforeEach, describe, expect, it } from 'vitest'
import { openSignedIn } from '../../test/render.ts'
import { MockServer } from '../../test/server.ts'

describe('the page of the check', () => {
  let server: MockServer

  beforeEach(() => { server = new MockServer() })

  it('says what happens and what is kept before anything does', async () => {
    await openSignedIn('/liveness', server)
    await screen.findByRole('heading', { name: 'Liveness check', level: 1 })
    expect(screen.getByText(/The pictures, for two days at most/)).toBeTruthy()
    expect(screen.getByText(/There is no video and no sound/)).toBeTruthy()
    expect(server.requests.filter(it => it.includes('liveness'))).toEqual([])
    expect(document.querySelector('video')).toBeNull()
  })

  it('is reached from every page', async () => {
    const { user } = await openSignedIn('/', server)
    await user.click(await screen.findByRole('link', { name: 'Liveness' }))
    await screen.findByRole('heading', { name: 'Liveness check' })
  })

  it('offers the full check, and says that the quick one is easier to fool', async () => {
    const { user } = await openSignedIn('/liveness', server)
    expect((await screen.findByRole<HTMLInputElement>('radio', { name: /Full check \(recommended\)/ })).checked).toBe(true)
    expect(screen.getByText(/60 at most/)).toBeTruthy()
    await user.click(screen.getByRole('radio', { name: /Quick check.*Easier to fool/ }))
    expect(screen.getByText(/40 at most/)).toBeTruthy()
    expect(screen.getByText(/your nose points at a circle/)).toBeTruthy()
  })

  it('asks about steps only where there are some', async () => {
    const { user } = await openSignedIn('/liveness?kind=nose&pace=unhurried', server)
    expect((await screen.findByRole<HTMLInputElement>('radio', { name: /Quick check/ })).checked).toBe(true)
    expect(screen.queryByRole('group', { name: 'Leave out' })).toBeNull()
    expect(screen.queryByRole('group', { name: 'Time for each step' })).toBeNull()
    await user.click(screen.getByRole('radio', { name: /Full check/ }))
    screen.getByRole('group', { name: 'Leave out' })
    expect(screen.getByRole<HTMLInputElement>('radio', { name: /Unhurried/ }).checked).toBe(true)
  })

  it.each(['?kind=sequence', '?kind=ear&pace=slow', ''])('is the full check for the address with %s', async (query) => {
    await openSignedIn(`/liveness${query}`, server)
    expect((await screen.findByRole<HTMLInputElement>('radio', { name: /Full check/ })).checked).toBe(true)
    expect(screen.getByRole<HTMLInputElement>('radio', { name: /Usual/ }).checked).toBe(true)
  })

  it('explains a missing camera, keeps what was chosen, and goes on', async () => {
    const { user } = await openSignedIn('/liveness', server)
    await user.click(await screen.findByRole('radio', { name: /Unhurried/ }))
    await user.click(screen.getByRole('checkbox', { name: 'Smiling' }))
    await user.click(screen.getByRole('button', { name: 'Start the check' }))

    const heading = await screen.findByRole('heading', { name: 'The camera is not on' })
    expect(document.activeElement).toBe(heading)
    expect(screen.getByRole('alert').textContent).toMatch(/camera/)
    await user.click(screen.getByRole('button', { name: 'Back to the beginning' }))
    expect((await screen.findByRole<HTMLInputElement>('radio', { name: /Unhurried/ })).checked).toBe(true)
    expect(screen.getByRole<HTMLInputElement>('checkbox', { name: 'Smiling' }).checked).toBe(true)
    expect(screen.getByRole<HTMLInputElement>('checkbox', { name: 'Coming closer' }).checked).toBe(false)
  })
})
