import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { shoot } from '../e2e/browser.ts'
import { addFaceByCamera, register } from '../e2e/peopleSteps.ts'
import { signUp } from '../e2e/steps.ts'
import { looking, turning } from './actor.ts'
import { clips, endOf, onStage, startToTheLeft } from './studio.ts'

/** Whoever is before the camera is registered, and the quick check for them is opened. */
async function openCheck(page: Page): Promise<void> {
  await signUp(page)
  await register(page, 'Grace')
  await addFaceByCamera(page)
  await page.getByRole('link', { name: 'Check live' }).click()
  await page.getByRole('heading', { name: 'Is it Grace?', level: 1 }).waitFor()
  await page.getByRole('radio', { name: /Quick check/ }).check()
}

describe('the check for a registered person, with people in front of the camera', () => {
  const { turn, calm } = clips()
  const { enter } = onStage(openCheck)

  it('is passed by her', async () => {
    const { actor, page } = await enter(looking(turn))
    const { attempt, target } = await startToTheLeft(page, openCheck)
    actor.does(turning(turn, target, () => attempt.nFramesOnTheWay))
    const { passed, person } = await endOf('the registered woman', attempt)
    expect(passed).toBe(true)
    expect(person?.similarity).toBeGreaterThanOrEqual(person?.threshold ?? Infinity)
    await page.getByRole('heading', { name: 'Check passed' }).waitFor()
    await page.getByText('It is Grace.').waitFor()
    await shoot(page, 'film-person-passed')
  })

  it('is not passed by somebody else, alive as she is', async () => {
    const { actor, page } = await enter(looking(calm))
    actor.does(looking(turn))
    const { attempt, target } = await startToTheLeft(page, async () => {
      actor.does(looking(calm))
      await openCheck(page)
      actor.does(looking(turn))
    })
    actor.does(turning(turn, target, () => attempt.nFramesOnTheWay))
    expect(await endOf('a woman in place of the registered man', attempt)).toMatchObject({ passed: false, reason: 'other-person' })
    await page.getByRole('alert').filter({ hasText: 'It is not Grace' }).waitFor()
    await shoot(page, 'film-person-other')
  })
})
