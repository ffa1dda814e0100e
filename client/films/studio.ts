/** What the stories share: people from videos before a browser's camera, and their way to the step that is to be judged. */
import process from 'node:process'
import type { Browser, Page } from 'playwright-core'
import { afterEach, expect } from 'vitest'
import { Visitor, launch } from '../e2e/browser.ts'
import { Actor } from './actor.ts'
import type { Act } from './actor.ts'
import { Attempt } from './attempt.ts'
import type { Instruction, Result } from './attempt.ts'
import { STAGE } from './camera.ts'
import { Clip } from './clip.ts'

/** Targets of the nose challenge are drawn on either side; in the clip a woman turns her head to one. */
const MOST_STARTS = 4

export type Target = NonNullable<Instruction['target']>

export interface Started {
  attempt: Attempt
  target: Target
}

/** A woman who turns her head, a man who looks at the camera, and the same man further away. */
export function clips(): { turn: Clip, calm: Clip, beside: Clip } {
  const folder = process.env.CLIPS
  if (!folder) throw new Error('set CLIPS to the folder with the clips that tools/films/clips.py has made')
  return { turn: new Clip(folder, 'turn'), calm: new Clip(folder, 'calm'), beside: new Clip(folder, 'beside') }
}

/** A browser with a camera. */
export class Studio {
  readonly visitor: Visitor
  private readonly browser: Browser

  private constructor(browser: Browser, visitor: Visitor) {
    this.browser = browser
    this.visitor = visitor
  }

  static async open(film: string): Promise<Studio> {
    const browser = await launch({ film })
    return new Studio(browser, await Visitor.arrive(browser))
  }

  get page(): Page {
    return this.visitor.page
  }

  async close(): Promise<void> {
    await this.visitor.leave()
    await this.browser.close()
  }
}

/** Studios and actors of a story, which leave with it. `openCheck` signs somebody up and opens the page of the check. */
export function onStage(openCheck: (page: Page) => Promise<void>) {
  const open: { close: () => Promise<void> | void }[] = []
  afterEach(async () => {
    for (const it of open.splice(0).reverse()) await it.close()
  })

  const enter = async (act: Act): Promise<{ actor: Actor, page: Page }> => {
    const actor = new Actor(act)
    open.push({ close: () => { actor.leave() } })
    const studio = await Studio.open(actor.camera.film)
    open.push(studio)
    await openCheck(studio.page)
    return { actor, page: studio.page }
  }

  return { open, enter }
}

/** Starts the check and waits until the page shows where the nose is to go. */
export async function start(page: Page): Promise<Started> {
  const attempt = new Attempt(page)
  const told = attempt.step(1)
  await page.getByRole('button', { name: 'Start the check' }).click()
  const { target } = await told
  return { attempt, target: target ?? expect.unreachable('a nose challenge has a target') }
}

/** Starts until the target is on the side to which the head turns in the clip: the person's left, the picture's right. */
export async function startToTheLeft(page: Page, openCheck: (page: Page) => Promise<void>): Promise<Started> {
  for (let nStarts = 1; ; nStarts += 1) {
    const started = await start(page)
    if (STAGE.width / 2 < started.target.left + started.target.width / 2) return started
    started.attempt.stop()
    await page.getByRole('button', { name: 'Stop' }).click()
    // The fifth start that is given up locks; somebody else comes.
    if (nStarts % MOST_STARTS === 0) {
      await page.context().clearCookies()
      await openCheck(page)
    }
  }
}

/** Waits for the end of a check, and tells it to whoever runs the stories. */
export async function endOf(what: string, attempt: Attempt): Promise<Result> {
  const result = await attempt.result
  process.stdout.write(`   ${what}: ${result.passed ? 'passed' : result.reason ?? 'failed'}, ${attempt.nFramesOnTheWay} frames\n`)
  return result
}
