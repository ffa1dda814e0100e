import type { Browser, Locator } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { expectAccessible } from './axe.ts'
import { PHONE, Visitor, launch } from './browser.ts'
import { analyse, choose, sample, signInAsAdministrator, signUp } from './steps.ts'

describe('on a phone', () => {
  let browser: Browser
  let visitor: Visitor

  beforeAll(async () => { browser = await launch() })
  afterAll(() => browser.close())
  beforeEach(async () => { visitor = await Visitor.arrive(browser, { viewport: PHONE }) })
  afterEach(() => visitor.leave())

  it('every page can be read by everybody', async () => {
    const { page } = visitor
    await page.goto('/')
    await page.getByRole('tab', { name: 'Create account' }).waitFor()
    await expectAccessible(page)
    await page.getByRole('tab', { name: 'Create account' }).click()
    await page.getByRole('button', { name: 'Create account' }).click()
    await expectAccessible(page)

    await page.goto('/forgot-password')
    await page.getByLabel('E-mail address').waitFor()
    await expectAccessible(page)
    await page.goto('/reset-password#token=not-a-token-that-anybody-has')
    await page.getByLabel('New password').waitFor()
    await expectAccessible(page)

    const username = await signUp(page)
    await expectAccessible(page)
    await choose(page, { name: 'a.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('text') })
    await page.getByRole('alert').waitFor()
    await expectAccessible(page)
    await choose(page, sample('sample5.jpg'))
    await page.getByRole('button', { name: 'Scan' }).waitFor()
    await expectAccessible(page)

    await page.getByRole('button', { name: 'Choose another' }).click()
    await analyse(page, sample('sample5.jpg'))
    await page.getByRole('radio', { name: /^Face 1 of 5/ }).waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Keep it' }).click()

    await page.getByRole('link', { name: 'History' }).click()
    await page.getByRole('main').getByRole('link', { name: /faces/ }).waitFor()
    await expectAccessible(page)
    await page.getByRole('link', { name: `Account of ${username}` }).click()
    await page.getByRole('link', { name: 'Change your password' }).click()
    await page.getByLabel('New password').waitFor()
    await expectAccessible(page)
    await page.goto('/no/such/page')
    await page.getByRole('heading', { name: 'Page not found' }).waitFor()
    await expectAccessible(page)
  })

  it('every page of an account can be read by everybody', async () => {
    const { page } = visitor
    const username = await signUp(page)
    await page.getByRole('link', { name: `Account of ${username}` }).click()
    await page.getByRole('heading', { name: 'Your account' }).waitFor()
    await expectAccessible(page)

    await page.getByRole('link', { name: /^Sessions/ }).click()
    await page.getByText('This one').waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Sign out everywhere' }).click()
    await page.getByRole('dialog').waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Cancel' }).click()

    await page.getByRole('link', { name: 'Your account' }).click()
    await page.getByRole('link', { name: /^API keys/ }).click()
    await page.getByRole('heading', { name: 'No API keys yet' }).waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Create an API key' }).click()
    await page.getByRole('button', { name: 'Create key' }).click()
    await page.getByText('Give the key a name.').waitFor()
    await expectAccessible(page)
    await page.getByLabel('Name').fill('W'.repeat(60))
    await page.getByRole('button', { name: 'Create key' }).click()
    await page.getByRole('textbox', { name: 'API key' }).waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByRole('dialog', { name: 'Leave without copying?' }).waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Leave without it' }).click()
    await page.getByRole('button', { name: /^Revoke: W+$/ }).click()
    await page.getByRole('dialog').waitFor()
    await expectAccessible(page)
  })

  it('every page of the administration can be read by everybody', async () => {
    const { page } = visitor
    await signInAsAdministrator(visitor)
    await expectAccessible(page)
    await page.getByRole('link', { name: 'Users' }).click()
    const own = page.getByRole('listitem').filter({ hasText: 'You' })
    await own.locator('summary').click()
    await expectAccessible(page)
    await own.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Create an account' }).click()
    await page.getByRole('button', { name: 'Create account' }).click()
    await expectAccessible(page)

    await page.getByRole('link', { name: 'Audit' }).click()
    await page.getByText('Signed in', { exact: true }).first().waitFor()
    await expectAccessible(page)
  })

  it('the pages of an administrator and the account are beside each other at every width', async () => {
    const { page } = visitor
    const username = await signInAsAdministrator(visitor)
    const boxOf = async (at: Locator) => await at.boundingBox() ?? expect.unreachable('it is not shown')
    for (const width of [360, 640, 768, 960, 1280]) {
      await page.setViewportSize({ width, height: 800 })
      const account = await boxOf(page.getByRole('link', { name: `Account of ${username}` }))
      expect(account.width, `${width} px`).toBeGreaterThan(24)
      for (const link of await page.getByRole('navigation').getByRole('link').all()) {
        const box = await boxOf(link)
        const isBeside = box.x + box.width <= account.x || account.y + account.height <= box.y + 1
        expect(isBeside, `${width} px: ${await link.textContent() ?? ''}`).toBe(true)
      }
    }
  })
})
