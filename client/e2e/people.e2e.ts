import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { expectAccessible } from './axe.ts'
import { PHONE, Visitor, launch, shoot } from './browser.ts'
import { heading, onFilm, start } from './livenessScript.ts'
import { addFace, compare, register } from './peopleSteps.ts'
import { portrait } from './portraits.ts'
import { choose, sample, signUp } from './steps.ts'

const LONG_NAME = 'W'.repeat(100)

describe('somebody who registers people', () => {
  let browser: Browser
  let visitor: Visitor

  beforeAll(async () => { browser = await launch() })
  afterAll(() => browser.close())
  beforeEach(async () => { visitor = await Visitor.arrive(browser, { viewport: PHONE }) })
  afterEach(() => visitor.leave())

  it('registers, adds a face, verifies by photos, and erases; every page of it can be read by everybody', async () => {
    const { page } = visitor
    await signUp(page)
    await page.getByRole('navigation').getByRole('link', { name: 'People' }).click()
    await page.getByRole('heading', { name: 'Nobody is registered yet' }).waitFor()
    await expectAccessible(page)
    await shoot(page, 'people-empty')

    await page.getByRole('button', { name: 'Register the first person' }).click()
    await page.getByRole('button', { name: 'Register', exact: true }).click()
    await page.getByText('Without consent nobody can be registered.').waitFor()
    await expectAccessible(page)
    await shoot(page, 'people-register')
    await page.getByLabel('Name', { exact: true }).fill('Grace')
    await page.getByLabel('Identifier elsewhere (optional)').fill('4711')
    await page.getByLabel('Who agrees').fill('Grace herself')
    await page.getByRole('checkbox').check()
    await page.getByRole('button', { name: 'Register', exact: true }).click()
    await page.getByRole('heading', { name: 'Grace', level: 1 }).waitFor()
    await expectAccessible(page)
    await shoot(page, 'person-new')

    await page.getByRole('button', { name: 'Add a face' }).click()
    await choose(page, await portrait(page, 'peach'))
    await page.getByRole('heading', { name: 'Is this the right photo?' }).waitFor()
    await expectAccessible(page)
    await shoot(page, 'person-add')
    await page.getByRole('button', { name: 'Add this face' }).click()
    await page.getByText('The face is added.').waitFor()
    const picture = page.getByRole('img', { name: 'Face 1' })
    await expect.poll(() => picture.evaluate((it: HTMLImageElement) => it.complete && it.naturalWidth > 0)).toBe(true)
    await expectAccessible(page)

    await compare(page, await portrait(page, 'peach', { another: true }))
    await page.getByText('The photo shows Grace.').waitFor()
    await expectAccessible(page)
    await shoot(page, 'person-verified')
    await compare(page, await portrait(page, 'green'))
    await page.getByText('The photo does not show Grace').waitFor()
    await shoot(page, 'person-not-verified')

    await page.getByRole('link', { name: 'All people' }).click()
    const row = page.getByRole('list', { name: 'Your people' }).getByRole('listitem')
    expect(await row.textContent()).toMatch(/Grace\s*1 face/)
    await expectAccessible(page)
    await row.getByRole('link').click()

    await page.getByRole('button', { name: 'Erase this person' }).click()
    const dialog = page.getByRole('dialog', { name: 'Erase Grace?' })
    await dialog.waitFor()
    expect(await dialog.textContent()).toContain('1 picture and 1 face description')
    await expectAccessible(page)
    await shoot(page, 'person-erase')
    await dialog.getByRole('button', { name: 'Erase for good' }).click()
    await page.getByRole('heading', { name: 'The person is erased' }).waitFor()
    await expectAccessible(page)
    await shoot(page, 'person-erased')
    const saved = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save the receipt' }).click()
    expect((await saved).suggestedFilename()).toMatch(/^erased-[0-9a-f-]{36}\.json$/)

    visitor.expects(404, /^\/api\/people\//)
    await page.reload()
    await page.getByRole('heading', { name: 'Page not found' }).waitFor()
    await page.getByRole('navigation').getByRole('link', { name: 'People' }).click()
    await page.getByRole('heading', { name: 'Nobody is registered yet' }).waitFor()
  })

  it('is told what to do better where a photo cannot be used, and whose face it is', async () => {
    const { page } = visitor
    visitor.expects(422, /^\/api\/people\/[0-9a-f-]+\/faces$/)
    await signUp(page)
    await register(page, 'Grace')
    await addFace(page, sample('sample1.jpg'))
    await page.getByRole('alert').filter({ hasText: 'There is more than one face.' }).waitFor()
    await expectAccessible(page)
    await shoot(page, 'person-face-faults')
    await page.getByRole('button', { name: 'Choose another' }).click()
    await choose(page, await portrait(page, 'green'))
    await page.getByRole('button', { name: 'Add this face' }).click()
    await page.getByText('The face is added.').waitFor()

    await register(page, 'Ada')
    await addFace(page, await portrait(page, 'green', { another: true }))
    await page.getByRole('alert').filter({ hasText: 'It is the face of another person whom you registered.' }).waitFor()
    await page.getByRole('button', { name: 'Close' }).click()
    await addFace(page, await portrait(page, 'peach'))
    await page.getByText('The face is added.').waitFor()

    await page.getByRole('button', { name: 'Erase face 1' }).click()
    await page.getByRole('dialog').filter({ hasText: 'It is the only one' }).waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Erase the face' }).click()
    await page.getByText('The face is erased.').waitFor()
    await page.getByText('Add a face first: there is nothing to compare with.').waitFor()
  })

  it('registers and changes somebody with the keyboard, and the focus follows', async () => {
    const { page } = visitor
    await signUp(page)
    const focused = () => page.evaluate(() => document.activeElement?.textContent.trim())
    await page.getByRole('navigation').getByRole('link', { name: 'People' }).press('Enter')
    await page.getByRole('button', { name: 'Register the first person' }).press('Enter')
    await page.keyboard.type('Grace')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.type('Grace')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Grace', level: 1 }).waitFor()

    await page.getByRole('button', { name: 'Add a face' }).press('Enter')
    await expect.poll(focused).toBe('Add a face')
    await page.getByRole('button', { name: 'Close' }).press('Enter')
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('BUTTON')
    expect(await focused()).toBe('Add a face')

    await page.getByRole('button', { name: 'Change' }).press('Enter')
    await page.keyboard.press('Control+a')
    await page.keyboard.type('Grace Hopper')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Grace Hopper', level: 1 }).waitFor()
    await expect.poll(focused).toBe('The change is saved.')

    await page.getByRole('button', { name: 'Erase this person' }).press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(focused).toBe('Erase this person')
  })

  it('takes a photo with the camera, which goes off', async () => {
    const { page } = visitor
    await signUp(page)
    await register(page, LONG_NAME)
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Add a face' }).click()
    await page.getByRole('button', { name: 'Use the camera' }).click()
    await expect.poll(() => page.locator('video').evaluate((it: HTMLVideoElement) => it.videoWidth)).toBeGreaterThan(0)
    await shoot(page, 'person-camera')
    await page.getByRole('button', { name: 'Take picture' }).click()
    await page.getByRole('heading', { name: 'Is this the right photo?' }).waitFor()
    expect(await page.locator('video').count()).toBe(0)
    await shoot(page, 'person-long-name')
    if (inject('isMock')) return // The mock sees a face in whatever it does not know.
    visitor.expects(422, /^\/api\/people\/[0-9a-f-]+\/faces$/)
    await page.getByRole('button', { name: 'Add this face' }).click()
    await page.getByRole('alert').filter({ hasText: 'No face was found.' }).waitFor()
  })

  it('begins a check for somebody who has a face, and for nobody else', async () => {
    const { page } = visitor
    await signUp(page)
    await register(page, 'Grace')
    const address = `/liveness?person=${new URL(page.url()).pathname.split('/').at(-1) ?? ''}`
    await page.goto(address)
    await page.getByText('There is no face of Grace to compare with.').waitFor()
    expect(await page.getByRole('button', { name: 'Start the check' }).count()).toBe(0)
    await expectAccessible(page)
    await page.getByRole('link', { name: 'Add a face' }).click()
    await addFace(page, await portrait(page, 'peach'))
    await page.getByText('The face is added.').waitFor()
    await page.getByRole('link', { name: 'Check live' }).click()
    await page.getByRole('heading', { name: 'Is it Grace?', level: 1 }).waitFor()
    const begun = page.waitForResponse(it => it.url().endsWith('/liveness/challenges'))
    await start(page)
    expect((await begun).status()).toBe(201)
    expect((await begun).request().postDataJSON()).toMatchObject({ personId: address.split('=')[1] })
    await heading(page, 'Follow the instructions')
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText('You stopped the check. Your camera is off.').waitFor()
  })

  it('does not see the people of somebody else', async () => {
    await signUp(visitor.page)
    await register(visitor.page, 'Grace')
    const stranger = await Visitor.arrive(browser)
    stranger.expects(404, /^\/api\/people\//)
    await signUp(stranger.page)
    await stranger.page.goto(visitor.page.url())
    await stranger.page.getByRole('heading', { name: 'Page not found' }).waitFor()
    await stranger.page.goto('/people')
    await stranger.page.getByRole('heading', { name: 'Nobody is registered yet' }).waitFor()
    await stranger.leave()
  })
})

describe('the liveness check of a registered person', () => {
  const arrive = onFilm()

  async function openCheck(page: Page): Promise<string> {
    await signUp(page)
    await register(page, 'Grace')
    await addFace(page, await portrait(page, 'peach'))
    await page.getByText('The face is added.').waitFor()
    await page.getByRole('link', { name: 'Check live' }).click()
    await page.getByRole('heading', { name: 'Is it Grace?', level: 1 }).waitFor()
    return new URL(page.url()).searchParams.get('person') ?? ''
  }

  it('says that it is them, and how similar', async () => {
    const { page, script } = arrive()
    const personId = await openCheck(page)
    await expectAccessible(page)
    await shoot(page, 'liveness-person')
    script.result = { passed: true, assertion: 'a.b.c', person: { personId, similarity: 97.25, threshold: 90 } }
    await start(page)
    await heading(page, 'Check passed')
    await page.getByText('It is Grace.').waitFor()
    await page.getByText('97.3% similar; at least 90% is asked for.').waitFor()
    expect(script.begun).toMatchObject([{ personId }])
    await expectAccessible(page)
    await shoot(page, 'liveness-person-passed')
    await page.getByRole('link', { name: 'Back to the person' }).click()
    await page.getByRole('heading', { name: 'Grace', level: 1 }).waitFor()
  })

  it('says that it is somebody else', async () => {
    const { page, script } = arrive()
    await openCheck(page)
    script.result = { passed: false, reason: 'other-person' }
    await start(page)
    await heading(page, 'Check not passed')
    await page.getByRole('alert').filter({ hasText: 'It is not Grace, as far as a comparison can tell.' }).waitFor()
    await expectAccessible(page)
    await shoot(page, 'liveness-person-other')
  })
})
