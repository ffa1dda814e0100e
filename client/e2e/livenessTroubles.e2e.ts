import { describe, expect, it } from 'vitest'
import { problem } from '../test/server.ts'
import { expectAccessible } from './axe.ts'
import { PHONE, Visitor, launch, shoot } from './browser.ts'
import { Script, heading, onFilm, openCheck, start } from './livenessScript.ts'

describe('a liveness check that meets trouble', () => {
  const arrive = onFilm()

  it('says why it was not passed, and offers more time', async () => {
    const { page, script } = arrive()
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

  it('tells when a pause is over', async () => {
    const { page, script, visitor } = arrive()
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
    const { page, script, visitor } = arrive()
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
    const { page, script, visitor } = arrive()
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
    const { page, script, visitor } = arrive()
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
    const { page, script } = arrive()
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
    const { page, script } = arrive()
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
