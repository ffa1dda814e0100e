import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { expectAccessible } from './axe.ts'
import { PHONE, Visitor, launch, shoot } from './browser.ts'
import { FILM, UPRIGHT_FILM, drawFilm, removeFilm } from './film.ts'
import { Script, heading, onFilm, openCheck, start } from './livenessScript.ts'
import { signUp } from './steps.ts'

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
  const arrive = onFilm()

  it('is passed, and every page of it can be read by everybody', async () => {
    const { page, script } = arrive()
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
    const { page, script } = arrive()
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
    const { page, script } = arrive()
    await openCheck(page)
    await start(page)
    await heading(page, 'Check passed')
    const times = script.frames.map(it => it.takenAtMs)
    const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0))
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(250)
  })

  it('leaves out what somebody cannot do', async () => {
    const { page, script } = arrive()
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
    const { page, script } = arrive()
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
    const { page, script } = arrive()
    script.result = { passed: false, reason: 'timeout' }
    await openCheck(page)
    await page.getByRole('radio', { name: /Quick check/ }).check()
    await start(page)
    await page.getByRole('alert').filter({ hasText: 'the full check can give you more time' }).waitFor()
    expect(await page.getByRole('button', { name: 'Try again with more time' }).count()).toBe(0)
    await shoot(page, 'liveness-failed-quick')
  })

  it('works with the keyboard, and the focus follows', async () => {
    const { page, script } = arrive()
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
