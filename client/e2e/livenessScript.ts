/** The stories of the liveness check: the server's part, and what people do before every one of them. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import type { components } from '../src/api/schema.ts'
import { PlayedChallenge, challengeOf } from '../test/liveness.ts'
import type { MockAnswer } from '../test/server.ts'
import { PHONE, Visitor, launch } from './browser.ts'
import { drawFilm, removeFilm } from './film.ts'
import { signUp } from './steps.ts'

type Schemas = components['schemas']

/**
 * The server's part, with answers that stand in the test: no film can pass the real one, and none should.
 *
 * The answer to a frame can be held back, so that the page stays as the one before has left it.
 */
export class Script {
  result: Schemas['ChallengeResult'] = { passed: true, assertion: 'a.b.c', assertionExpiresAt: '2026-11-21T11:03:10Z' }
  begin: ((request: Schemas['CreateChallengeRequest']) => MockAnswer) | null = null
  verify: (() => MockAnswer) | null = null
  readonly begun: Schemas['CreateChallengeRequest'][] = []
  /** Idempotency keys of these. */
  readonly keys: (string | undefined)[] = []
  readonly frames: Schemas['PutFrameRequest'][] = []
  nVerified = 0
  /** Nothing gets through: what is answered here, the browser's own switch does not reach. */
  isCut = false
  private played: PlayedChallenge | null = null
  private heldIndex = Infinity
  private go: () => void = () => undefined
  private held = Promise.resolve()

  async playTo(page: Page): Promise<void> {
    await page.route('**/api/liveness/**', async (route, request) => {
      if (this.isCut) return route.abort('internetdisconnected')
      if (request.url().endsWith('/challenges')) this.keys.push(request.headers()['idempotency-key'])
      const answer = await this.answer(new URL(request.url()).pathname, request.postDataJSON())
      await route.fulfill({ status: answer.status, headers: answer.headers, body: answer.body as string })
        .catch(() => { /* the page has left */ })
    })
  }

  /** Lets every frame before this one through, and waits until it has come. */
  async holdAt(index: number): Promise<void> {
    this.release()
    this.heldIndex = index
    this.held = new Promise((resolve) => { this.go = resolve })
    await expect.poll(() => this.frames.at(-1)?.index, { timeout: 20_000 }).toBe(index)
  }

  release(): void {
    this.heldIndex = Infinity
    this.go()
  }

  private async answer(path: string, body: unknown): Promise<MockAnswer> {
    if (path.endsWith('/verify')) {
      this.nVerified += 1
      if (this.verify) return this.verify()
      return json(200, this.result)
    }
    if (!path.endsWith('/frames')) {
      const request = body as Schemas['CreateChallengeRequest']
      this.begun.push(request)
      if (this.begin) return this.begin(request)
      this.played = new PlayedChallenge(challengeOf(request))
      return json(201, this.played.challenge)
    }
    const frame = body as Schemas['PutFrameRequest']
    this.frames.push(frame)
    if (frame.index >= this.heldIndex) await this.held
    return json(200, this.played?.answer(frame))
  }
}

function json(status: number, body: unknown): MockAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

export async function openCheck(page: Page): Promise<void> {
  await signUp(page)
  await page.getByRole('link', { name: 'Liveness' }).click()
  await page.getByRole('heading', { name: 'Liveness check', level: 1 }).waitFor()
}

export async function start(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start the check' }).click()
}

export async function heading(page: Page, name: string): Promise<void> {
  await page.getByRole('heading', { name, level: 1 }).waitFor({ timeout: 40_000 })
}

/** For each story somebody with a phone and a camera that shows a film, and a server that plays its part. */
export function onFilm() {
  let film: string
  let browser: Browser
  let visitor: Visitor
  let script: Script

  beforeAll(async () => {
    film = drawFilm()
    browser = await launch({ film })
  })
  afterAll(async () => {
    await browser.close()
    removeFilm(film)
  })
  beforeEach(async () => {
    visitor = await Visitor.arrive(browser, { viewport: PHONE })
    script = new Script()
    await script.playTo(visitor.page)
  })
  afterEach(async () => {
    script.release()
    await visitor.leave()
  })

  return () => ({ visitor, script, page: visitor.page })
}
