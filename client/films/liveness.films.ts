import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { shoot } from '../e2e/browser.ts'
import { removeFilm } from '../e2e/film.ts'
import { signUp } from '../e2e/steps.ts'
import { accompanied, frozen, held, inPlaceOf, looking, moved, turning } from './actor.ts'
import { Attempt } from './attempt.ts'
import { filmOf } from './camera.ts'
import type { Layer } from './camera.ts'
import { Studio, clips, endOf, onStage, start, startToTheLeft } from './studio.ts'
import type { Target } from './studio.ts'

async function openCheck(page: Page): Promise<void> {
  await signUp(page)
  await page.goto('/liveness?kind=nose')
}

describe('the nose challenge, with people in front of the camera', () => {
  const { turn, calm, beside } = clips()
  const { open, enter } = onStage(openCheck)

  it('is passed by a woman who turns her head, and not by the film of it', async () => {
    const { actor, page } = await enter(looking(turn))
    const { attempt, target } = await startToTheLeft(page, openCheck)
    const from = actor.seen.length
    actor.does(turning(turn, target, () => attempt.nFramesOnTheWay))
    expect(await endOf('a woman turns her head', attempt)).toMatchObject({ passed: true })
    await page.getByRole('heading', { name: 'Check passed' }).waitFor()
    await shoot(page, 'film-passed')
    await replay(actor.seen.slice(from), target)
  })

  async function replay(seen: Layer[][], before: Target): Promise<void> {
    const film = filmOf(seen)
    open.push({ close: () => { removeFilm(film) } })
    const studio = await Studio.open(film)
    open.push(studio)
    await openCheck(studio.page)
    for (;;) {
      const { attempt, target } = await start(studio.page)
      const result = await endOf('the film of it', attempt)
      if (!result.passed) {
        expect(result.reason).toMatch(/timeout|wrong-way|left-area|path-not-smooth|flat-face|too-fast/)
        return
      }
      // One target of a dozen: that is why this kind is the weak one (docs/liveness.md).
      expect(Math.abs(target.left - before.left)).toBeLessThan(target.width)
      await studio.page.getByRole('button', { name: 'Check again' }).click()
    }
  }

  it('is not passed by a picture in place of a camera', async () => {
    const { page } = await enter(frozen(calm))
    const attempt = new Attempt(page)
    await page.getByRole('button', { name: 'Start the check' }).click()
    const result = await endOf('a picture in place of a camera', attempt)
    expect(result.passed).toBe(false)
    // The same file again is not judged: it never enters the area, until the time or the frames are over.
    expect(result.reason).toMatch(/timeout|incomplete/)
  })

  it('is not passed by a photo that is held before the camera', async () => {
    const { page } = await enter(held(calm))
    const { attempt } = await start(page)
    await shoot(page, 'film-target')
    expect(await endOf('a photo is held', attempt)).toMatchObject({ passed: false, reason: 'timeout' })
    await page.getByRole('heading', { name: 'Check not passed' }).waitFor()
    await shoot(page, 'film-timeout')
  })

  it('is not passed by a photo that is moved to the target', async () => {
    const { actor, page } = await enter(held(calm))
    const { attempt, target } = await start(page)
    actor.does(moved(calm, target, () => attempt.nFramesOnTheWay))
    const result = await endOf('a photo is moved', attempt)
    expect(result.passed).toBe(false)
    expect(result.reason).toMatch(/flat-face|left-area/)
  })

  it('is not passed when somebody else looks on', async () => {
    const { actor, page } = await enter(looking(turn))
    const { attempt, target } = await startToTheLeft(page, openCheck)
    actor.does(accompanied(turning(turn, target, () => attempt.nFramesOnTheWay), beside))
    expect(await endOf('somebody looks on', attempt)).toMatchObject({ passed: false, reason: 'multiple-faces' })
  })

  it('is not passed when somebody else does the turn', async () => {
    const { actor, page } = await enter(looking(calm))
    const { attempt, target } = await startToTheLeft(page, openCheck)
    actor.does(turning(turn, target, () => attempt.nFramesOnTheWay, inPlaceOf(calm, turn)))
    expect(await endOf('somebody else turns', attempt)).toMatchObject({ passed: false, reason: 'swapped' })
  })
})
