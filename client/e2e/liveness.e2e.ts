import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { components } from '../src/api/schema.ts'
import { PlayedChallenge, challengeOf } from '../test/liveness.ts'
import { problem } from '../test/server.ts'
import type { MockAnswer } from '../test/server.ts'
import { expectAccessible } from './axe.ts'
import { PHONE, Visitor, launch, shoot } from './browser.ts'
import { FILM, UPRIGHT_FILM, drawFilm, removeFilm } from './film.ts'
import { signUp } from './steps.ts'

type Schemas = components['schemas']

/**
 * The server's part, with answers that stand in the test: no film can pass the real one, and none should.
 *
 * The answer to a frame can be held back, so that the page stays as the one before has left it.
 */
class Script {
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

async function openCheck(page: Page): Promise<void> {
  await signUp(page)
  await page.getByRole('link', { name: 'Liveness' }).click()
  await page.getByRole('heading', { name: 'Liveness check', level: 1 }).waitFor()
}

async function start(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start the check' }).click()
}

async function heading(page: Page, name: string): Promise<void> {
  await page.getByRole('heading', { name, level: 1 }).waitFor({ timeout: 40_000 })
}

/** Size of a picture, and how bright it is at the left and at the right, near its top. */
function lookAt(page: Page, base64: string) {
  return page.evaluate(async (encoded) => {
    const bytes = Uint8Array.from(atob(encoded), char => char.charCodeAt(0))
    const bitmap = await createImageBitmap(new Blob([bytes]))
    const { width, height } = bitmap
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
    context?.drawImage(bitmap, 0, 0)
    const brightness = (x: number) => context?.getImageData(x, 8, 1, 1).data[0] ?? 0
    return { width, height, sizeBytes: bytes.length, left: brightness(30), right: brightness(width - 30) }
  }, base64)
}

describe('the liveness check', () => {
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

  it('is passed, and every page of it can be read by everybody', async () => {
    const { page } = visitor
    await openCheck(page)
    await expectAccessible(page)
    await shoot(page, 'liveness-welcome')

    const heldAt = script.holdAt(2)
    await start(page)
    await heldAt
    await heading(page, 'Follow the instructions')
    await page.getByText('Bring your face into the frame').first().waitFor()
    await shoot(page, 'liveness-area')

    await script.holdAt(5)
    await page.getByText('Point your nose at the circle, and stay').first().waitFor()
    await page.getByText('Good. Stay like this.', { exact: true }).waitFor()
    await expectAccessible(page)
    await shoot(page, 'liveness-nose')

    await script.holdAt(6)
    await page.getByText('Step 1 is done', { exact: true }).waitFor()
    await expectAccessible(page)
    await shoot(page, 'liveness-between')

    await script.holdAt(7)
    await page.getByText('Turn your head to your left').first().waitFor()
    await shoot(page, 'liveness-turn')
    script.release()

    await heading(page, 'Check passed')
    await expectAccessible(page)
    await shoot(page, 'liveness-passed')
    expect(await page.locator('video').count()).toBe(0)
    expect(script.nVerified).toBe(1)
    expect(script.frames.map(it => it.index)).toEqual(Array.from({ length: 12 }, (_, i) => i))
  })

  it('shows a mirror and sends what the camera sees', async () => {
    const { page } = visitor
    await openCheck(page)
    const held = script.holdAt(4)
    await start(page)
    await held

    expect(script.begun).toEqual([{ imageWidth: FILM.width, imageHeight: FILM.height, kind: 'sequence', pace: 'usual', avoid: [] }])
    // Not the first one: a camera that has just gone on may still show nothing.
    const frame = await lookAt(page, script.frames.at(-1)?.jpegBase64 ?? '')
    expect(frame).toMatchObject({ width: 640, height: 480 })
    expect(frame.sizeBytes).toBeLessThanOrEqual(200_000)
    expect(frame.left).toBeLessThan(80)
    expect(frame.right).toBeGreaterThan(170)

    const mirror = await page.locator('.mirror').boundingBox() ?? expect.unreachable('no mirror')
    expect(mirror.width / mirror.height).toBeCloseTo(640 / 480, 1)
    // The target is in the left half of the frame, so it is seen at the right.
    const target = await page.locator('svg .target').boundingBox() ?? expect.unreachable('no target')
    expect(target.x).toBeGreaterThan(mirror.x + mirror.width / 2)
    const shown = await page.screenshot({ clip: { ...mirror, height: 12 } })
    const { left, right } = await lookAt(page, shown.toString('base64'))
    expect(left).toBeGreaterThan(right + 30)
  })

  it('sends one frame at a time, not more often than is asked, and not for ever', async () => {
    const { page } = visitor
    await openCheck(page)
    await start(page)
    await heading(page, 'Check passed')
    const times = script.frames.map(it => it.takenAtMs)
    const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0))
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(250)
  })

  it('says why it was not passed, and offers more time', async () => {
    const { page } = visitor
    script.result = { passed: false, reason: 'timeout', hint: 'hold-still' }
    await openCheck(page)
    await start(page)
    await heading(page, 'Check not passed')
    await page.getByRole('alert').filter({ hasText: 'A step took too long.' }).waitFor()
    await expectAccessible(page)
    await shoot(page, 'liveness-failed')

    script.result = { passed: true }
    await page.getByRole('button', { name: 'Try again with more time' }).click()
    await heading(page, 'Check passed')
    expect(script.begun.map(it => it.pace)).toEqual(['usual', 'unhurried'])
  })

  it('leaves out what somebody cannot do', async () => {
    const { page } = visitor
    await openCheck(page)
    await page.getByRole('checkbox', { name: 'Smiling' }).check()
    await page.getByRole('checkbox', { name: 'Closing my eyes' }).check()
    await page.getByRole('radio', { name: /Unhurried/ }).check()
    await start(page)
    await expect.poll(() => script.begun.length).toBe(1)
    expect(script.begun[0]).toMatchObject({ pace: 'unhurried', avoid: ['smile', 'blink'] })
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText('You stopped the check. Your camera is off.').waitFor()
    expect(await page.locator('video').count()).toBe(0)
    await shoot(page, 'liveness-stopped')
  })

  it('has a quick check of one step, and says that it is the weaker one', async () => {
    const { page } = visitor
    await signUp(page)
    await page.goto('/liveness?kind=nose')
    await page.getByRole('heading', { name: 'Liveness check', level: 1 }).waitFor()
    expect(await page.getByRole('radio', { name: /Quick check/ }).isChecked()).toBe(true)
    expect(await page.getByRole('checkbox').count()).toBe(0)
    await expectAccessible(page)
    await shoot(page, 'liveness-welcome-quick')

    const held = script.holdAt(3)
    await start(page)
    await held
    await page.getByText('The only step', { exact: true }).waitFor()
    await page.getByText('Point your nose at the circle, and stay').first().waitFor()
    await shoot(page, 'liveness-quick')
    script.release()
    await heading(page, 'Check passed')
    await page.getByText(/It is easier to fool than the full one/).waitFor()
    await expectAccessible(page)
    await shoot(page, 'liveness-passed-quick')
    expect(script.frames.map(it => it.index)).toEqual([0, 1, 2, 3, 4])

    await page.getByRole('button', { name: 'Do the full check' }).click()
    await heading(page, 'Check passed')
    expect(script.begun).toEqual([
      { imageWidth: FILM.width, imageHeight: FILM.height, kind: 'nose' },
      { imageWidth: FILM.width, imageHeight: FILM.height, kind: 'sequence', pace: 'usual', avoid: [] },
    ])
  })

  it('says of a quick check that took too long what would give more time', async () => {
    const { page } = visitor
    script.result = { passed: false, reason: 'timeout' }
    await openCheck(page)
    await page.getByRole('radio', { name: /Quick check/ }).check()
    await start(page)
    await page.getByRole('alert').filter({ hasText: 'the full check can give you more time' }).waitFor()
    expect(await page.getByRole('button', { name: 'Try again with more time' }).count()).toBe(0)
    await shoot(page, 'liveness-failed-quick')
  })

  it('tells when a pause is over', async () => {
    const { page } = visitor
    visitor.expects(429, /^\/api\/liveness\/challenges$/)
    script.begin = () => problem(429, 'rate-limited', 'Too many checks', { retryAfterSeconds: 1740 })
    await openCheck(page)
    await start(page)
    await heading(page, 'A pause first')
    await page.getByText(/^You can try again (at|on \w+ at) \d\d:\d\d, in 29 minutes\.$/).waitFor()
    await expectAccessible(page)
    await shoot(page, 'liveness-locked')
  })

  it('asks again for a beginning that got lost, as the same one', async () => {
    const { page } = visitor
    visitor.expects(503, /^\/api\/liveness\/challenges$/)
    script.begin = () => {
      script.begin = null
      return { status: 503, headers: {}, body: '' }
    }
    await openCheck(page)
    await start(page)
    await heading(page, 'Check passed')
    expect(script.keys).toHaveLength(2)
    expect(script.keys[0]).toMatch(/^[0-9a-f]{32}$/)
    expect(script.keys[1]).toBe(script.keys[0])
  })

  it('asks for the result again where it got lost', async () => {
    const { page } = visitor
    visitor.expects(503, /^\/api\/liveness\/challenges\/[^/]+\/verify$/)
    script.verify = () => {
      script.verify = null
      return { status: 503, headers: {}, body: '' }
    }
    await openCheck(page)
    await start(page)
    await heading(page, 'That did not work')
    expect(await page.locator('video').count()).toBe(0)
    await expectAccessible(page)
    await shoot(page, 'liveness-broken')
    await page.getByRole('button', { name: 'Ask for the result again' }).click()
    await heading(page, 'Check passed')
    expect(script.begun).toHaveLength(1)
  })

  it('goes on after the connection was lost', async () => {
    const { page } = visitor
    await openCheck(page)
    const held = script.holdAt(3)
    await start(page)
    await held
    script.isCut = true
    await visitor.cutNetwork(true)
    script.release()
    await page.getByText('The connection is slow. Trying again…').locator('visible=true').last().waitFor()
    script.isCut = false
    await visitor.cutNetwork(false)
    await heading(page, 'Check passed')
  })

  it('is helped by the browser’s own look, in a worker that ends with the page', async () => {
    const { page } = visitor
    await openCheck(page)
    expect(page.workers()).toHaveLength(0)
    const held = script.holdAt(0)
    await start(page)
    await held
    // The server has said nothing yet, and the film shows nobody.
    await page.getByText('Your face is not in the picture.', { exact: true }).waitFor()
    expect(page.workers()).toHaveLength(1)
    await page.getByRole('link', { name: 'History' }).click()
    await page.getByRole('heading', { name: 'Nothing here yet' }).waitFor()
    await expect.poll(() => page.workers().length).toBe(0)
  })

  it('turns the camera off when somebody goes elsewhere', async () => {
    const { page } = visitor
    await openCheck(page)
    const held = script.holdAt(2)
    await start(page)
    await held
    const track = await page.evaluateHandle(() => (document.querySelector('video')?.srcObject as MediaStream).getVideoTracks()[0])
    expect(await track.evaluate(it => it?.readyState)).toBe('live')
    await page.getByRole('link', { name: 'History' }).click()
    await page.getByRole('heading', { name: 'Nothing here yet' }).waitFor()
    expect(await track.evaluate(it => it?.readyState)).toBe('ended')
    script.release()
    const nFrames = script.frames.length
    await page.waitForTimeout(700)
    expect(script.frames).toHaveLength(nFrames)
    expect(script.nVerified).toBe(0)
  })

  it('works with the keyboard, and the focus follows', async () => {
    const { page } = visitor
    await openCheck(page)
    await page.getByRole('radio', { name: /Usual/ }).focus()
    await page.keyboard.press('ArrowDown')
    expect(await page.getByRole('radio', { name: /Unhurried/ }).isChecked()).toBe(true)
    const held = script.holdAt(2)
    await page.getByRole('button', { name: 'Start the check' }).press('Enter')
    await held
    const focused = () => page.evaluate(() => document.activeElement?.textContent)
    await expect.poll(focused).toBe('Follow the instructions')
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('Stop')
    await page.keyboard.press('Enter')
    await expect.poll(focused).toBe('Liveness check')
  })
})

describe('the liveness check on a phone held upright', () => {
  it('has a mirror of the phone’s shape, all of it in sight', async () => {
    const film = drawFilm(UPRIGHT_FILM)
    const browser = await launch({ film })
    const visitor = await Visitor.arrive(browser, { viewport: PHONE })
    try {
      const { page } = visitor
      const script = new Script()
      await script.playTo(page)
      await openCheck(page)
      const held = script.holdAt(4)
      await start(page)
      await held
      expect(script.begun[0]).toMatchObject({ imageWidth: 480, imageHeight: 640 })
      expect(await lookAt(page, script.frames[0]?.jpegBase64 ?? '')).toMatchObject({ width: 480, height: 640 })

      const mirror = await page.locator('.mirror').boundingBox() ?? expect.unreachable('no mirror')
      expect(mirror.width / mirror.height).toBeCloseTo(480 / 640, 1)
      const stop = await page.getByRole('button', { name: 'Stop' }).boundingBox() ?? expect.unreachable('no button')
      expect(mirror.y).toBeGreaterThan(0)
      expect(stop.y + stop.height).toBeLessThanOrEqual(PHONE.height)
      await expectAccessible(page)
      await shoot(page, 'liveness-upright')
      script.release()
    } finally {
      await visitor.leave()
      await browser.close()
      removeFilm(film)
    }
  })
})

describe('the liveness check without a camera', () => {
  it.each([
    ['refused', /The camera is not allowed for this page/],
    ['none', /No camera was found/],
  ] as const)('explains a camera that is %s', async (camera, sentence) => {
    const browser = await launch(camera)
    const visitor = await Visitor.arrive(browser, { viewport: PHONE })
    try {
      const { page } = visitor
      const script = new Script()
      await script.playTo(page)
      await openCheck(page)
      await start(page)
      await heading(page, 'The camera is not on')
      await page.getByRole('alert').filter({ hasText: sentence }).waitFor()
      await expectAccessible(page)
      await shoot(page, `liveness-camera-${camera}`)
      await page.getByRole('button', { name: 'Try again' }).click()
      await page.getByRole('alert').filter({ hasText: sentence }).waitFor()
      expect(script.begun).toEqual([])
    } finally {
      await visitor.leave()
      await browser.close()
    }
  })
})
