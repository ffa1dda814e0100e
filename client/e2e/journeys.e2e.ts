import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { Visitor, launch, shoot } from './browser.ts'
import { PASSWORD, analyse, choose, expectBoxes, resultOf, sample, scan, signIn, signUp } from './steps.ts'

describe('a visitor', () => {
  let browser: Browser
  let visitor: Visitor

  beforeAll(async () => { browser = await launch() })
  afterAll(() => browser.close())
  beforeEach(async () => { visitor = await Visitor.arrive(browser) })
  afterEach(() => visitor.leave())

  it('signs up, uploads a photo and sees every face with what it shows', async () => {
    const { page } = visitor
    await page.goto('/')
    await page.getByRole('tab', { name: 'Create account' }).waitFor()
    await shoot(page, 'sign-in')
    await page.getByRole('tab', { name: 'Create account' }).click()
    await shoot(page, 'sign-up')

    await signUp(page)
    await shoot(page, 'upload')
    await choose(page, sample('sample1.jpg'))
    await page.getByRole('button', { name: 'Choose another' }).waitFor()
    await shoot(page, 'preview')
    await scan(page)
    await page.getByRole('heading', { name: /^(Uploading your picture|Looking for faces)$/ }).waitFor()
    await resultOf(page)

    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('3 faces')
    await expectBoxes(page, 3)
    const facts = page.getByRole('list', { name: 'Faces in the picture' }).getByRole('listitem').first()
    for (const fact of ['Smiling', 'Mouth open', 'Eyes open', 'Age', 'Gender', 'Pose', 'Brightness', 'Sharpness', 'Where']) {
      expect(await facts.getByRole('term').filter({ hasText: new RegExp(`^${fact}$`) }).count(), fact).toBe(1)
    }
    expect(await facts.getByRole('heading', { name: 'Emotion' }).count()).toBe(1)
    await shoot(page, 'result')

    await page.getByRole('radio', { name: /^Face 2 of 3/ }).click({ position: { x: 30, y: 30 } })
    const second = page.getByRole('button', { name: /^Face 2/ })
    expect(await second.getAttribute('aria-expanded')).toBe('true')
    await page.getByRole('button', { name: /^Face 3/ }).click()
    expect(await page.getByRole('radio', { name: /^Face 3 of 3/ }).getAttribute('aria-checked')).toBe('true')
  })

  it('drops a group photo and takes the result home', async () => {
    const { page } = visitor
    await signUp(page)
    const bytes = await import('node:fs').then(fs => fs.readFileSync(sample('sample5.jpg')).toString('base64'))
    const transfer = await page.evaluateHandle((base64) => {
      const content = Uint8Array.from(atob(base64), char => char.charCodeAt(0))
      const dropped = new DataTransfer()
      dropped.items.add(new File([content], 'group.jpg', { type: 'image/jpeg' }))
      return dropped
    }, bytes)
    await page.dispatchEvent('main', 'dragenter', { dataTransfer: transfer })
    await page.getByText('Let go to use this picture').waitFor()
    await page.dispatchEvent('main', 'drop', { dataTransfer: transfer })
    await scan(page)
    await resultOf(page)
    await expectBoxes(page, 5)
    await shoot(page, 'result-group')

    const picture = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save marked picture' }).click()
    expect((await picture).suggestedFilename()).toMatch(/-faces\.jpg$/)
    const document = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save JSON' }).click()
    expect((await document).suggestedFilename()).toMatch(/\.json$/)
  })

  it('does all of it with the keyboard', async () => {
    const { page } = visitor
    const username = await signUp(page)
    await page.getByRole('button', { name: 'Sign out' }).press('Enter')
    await page.getByText('You are signed out.').waitFor()

    await page.getByLabel('Username').focus()
    await page.keyboard.type(username)
    await page.keyboard.press('Tab')
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'New picture' }).waitFor()

    const chooser = page.waitForEvent('filechooser')
    await page.getByLabel('Choose a file').press('Space')
    await (await chooser).setFiles(sample('sample1.jpg'))
    await page.getByRole('heading', { name: 'Is this the right picture?' }).waitFor()
    // The heading has the focus; the next stop is what one most likely wants.
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await resultOf(page)

    await page.getByRole('radio', { name: /^Face 1 of 3/ }).focus()
    await page.keyboard.press('ArrowRight')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toMatch(/^Face 2 of 3/)
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowLeft')
    expect(await page.getByRole('button', { name: /^Face 3/ }).getAttribute('aria-expanded')).toBe('true')
  })

  it('finds an analysis again in the history, and deletes it', async () => {
    const { page } = visitor
    await signUp(page)
    await page.getByRole('link', { name: 'History' }).click()
    await page.getByRole('heading', { name: 'Nothing here yet' }).waitFor()
    await shoot(page, 'history-empty')
    await analyse(page, sample('sample1.jpg'))
    await analyse(page, sample('sample5.jpg'))

    await page.getByRole('link', { name: 'History' }).click()
    const cards = page.getByRole('main').getByRole('link', { name: /faces/ })
    await expect.poll(() => cards.count()).toBe(2)
    expect(await cards.first().textContent()).toContain('5 faces')
    await expect.poll(() => page.locator('main img').evaluateAll(all =>
      all.length === 2 && all.every(it => (it as HTMLImageElement).naturalWidth > 0))).toBe(true)
    await shoot(page, 'history')

    await page.getByLabel('Faces').selectOption('No face found')
    await page.getByRole('heading', { name: 'Nothing matches this filter' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Nothing matches this filter' }).waitFor()
    await page.getByRole('button', { name: 'Clear filter' }).click()
    await page.getByLabel('Smiling').selectOption('Somebody smiles')
    await expect.poll(() => cards.count()).toBeGreaterThan(0)
    await page.getByRole('button', { name: 'Clear filter' }).click()

    await cards.first().click()
    await resultOf(page)
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog', { name: 'Delete this analysis?' }).waitFor()
    await shoot(page, 'delete')
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('button', { name: 'Delete for good' }).click()
    await page.waitForURL(/\/analyses$/)
    await expect.poll(() => cards.count()).toBe(1)
  })

  it('takes a picture with the camera and is told kindly that it shows nobody', async () => {
    const { page } = visitor
    await signUp(page)
    await page.getByRole('button', { name: 'Use the camera' }).click()
    await page.getByRole('button', { name: 'Take picture' }).waitFor()
    await expect.poll(() => page.locator('video').evaluate((it: HTMLVideoElement) => it.videoWidth)).toBeGreaterThan(0)
    await shoot(page, 'camera')
    await page.getByRole('button', { name: 'Take picture' }).click()
    await page.getByRole('heading', { name: 'Is this the right picture?' }).waitFor()
    expect(await page.locator('video').count()).toBe(0)
    if (inject('isMock')) return // The mock sees a face in whatever it does not know.
    await scan(page)
    await resultOf(page)
    await page.getByRole('heading', { name: 'No face was found' }).waitFor()
    await shoot(page, 'no-face')
  })

  it('keeps the session over a reload and in several tabs, and ends it in all', async () => {
    const { page } = visitor
    const username = await signUp(page)
    await analyse(page, sample('sample1.jpg'))
    const address = page.url()
    await page.reload()
    await resultOf(page)

    const others = await Promise.all([visitor.openTab(), visitor.openTab()])
    await Promise.all([page.reload(), ...others.map(it => it.goto(address))])
    for (const tab of [page, ...others]) await resultOf(tab)

    visitor.expects(401, /^\/api\//)
    await page.getByRole('button', { name: 'Sign out' }).click()
    for (const tab of [page, ...others]) await tab.getByRole('tab', { name: 'Sign in' }).waitFor()
    await page.goBack()
    await page.getByRole('tab', { name: 'Sign in' }).waitFor()

    await page.goto(address)
    await page.getByRole('tab', { name: 'Sign in' }).waitFor()
    await signIn(page, username)
    await resultOf(page)
    expect(page.url()).toBe(address)
  })

  it('does not see what belongs to somebody else', async () => {
    await signUp(visitor.page)
    await analyse(visitor.page, sample('sample1.jpg'))
    const stranger = await Visitor.arrive(browser)
    stranger.expects(404, /^\/api\/analyses\//)
    await signUp(stranger.page)
    await stranger.page.goto(visitor.page.url())
    await stranger.page.getByRole('heading', { name: 'Page not found' }).waitFor()
    await shoot(stranger.page, 'not-found')
    await stranger.leave()
  })
})
