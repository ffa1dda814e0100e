import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { Visitor, launch, shoot } from './browser.ts'
import { PASSWORD, newName, signIn, signInAsAdministrator, signUp } from './steps.ts'

describe('the owner of an account', () => {
  let browser: Browser
  let visitor: Visitor

  beforeAll(async () => { browser = await launch() })
  afterAll(() => browser.close())
  beforeEach(async () => { visitor = await Visitor.arrive(browser) })
  afterEach(() => visitor.leave())

  it('sees where he is signed in, and ends it elsewhere', async () => {
    const { page } = visitor
    const username = await signUp(page)
    const elsewhere = await Visitor.arrive(browser)
    await elsewhere.page.goto('/')
    await signIn(elsewhere.page, username)
    await elsewhere.page.getByRole('heading', { name: 'New picture' }).waitFor()

    await page.getByRole('link', { name: `Account of ${username}` }).click()
    await page.getByRole('link', { name: /^Sessions/ }).click()
    const rows = page.getByRole('list', { name: 'Your sessions' }).getByRole('listitem')
    await expect.poll(() => rows.count()).toBe(2)
    expect(await rows.first().textContent()).toContain('This one')
    await shoot(page, 'sessions')
    await rows.nth(1).getByRole('button', { name: /^End/ }).click()
    await page.getByRole('button', { name: 'End it' }).click()
    await page.getByText('The session is ended.').waitFor()
    await expect.poll(() => rows.count()).toBe(1)

    elsewhere.expects(401, /^\/api\//)
    await elsewhere.page.reload()
    await elsewhere.page.getByRole('tab', { name: 'Sign in' }).waitFor()
    await elsewhere.leave()
  })

  it('signs out everywhere', async () => {
    const { page } = visitor
    const username = await signUp(page)
    const elsewhere = await Visitor.arrive(browser)
    await elsewhere.page.goto('/')
    await signIn(elsewhere.page, username)
    await elsewhere.page.getByRole('heading', { name: 'New picture' }).waitFor()
    await page.goto('/account/sessions')
    await page.getByRole('button', { name: 'Sign out everywhere' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out everywhere' }).click()
    await page.getByText('You are signed out.').waitFor()
    elsewhere.expects(401, /^\/api\//)
    await elsewhere.page.reload()
    await elsewhere.page.getByRole('tab', { name: 'Sign in' }).waitFor()
    await elsewhere.leave()
  })

  it('keeps the session over a reload, and no secret of it where a script could find it', async () => {
    const { page } = visitor
    await signUp(page)
    await page.reload()
    await page.getByRole('heading', { name: 'New picture' }).waitFor()
    const found = await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie])
    expect(found).toEqual([0, 0, ''])
  })

  it('creates an API key, which is shown once, and revokes it', async () => {
    const { page } = visitor
    const username = await signUp(page)
    await page.getByRole('link', { name: `Account of ${username}` }).click()
    await page.getByRole('link', { name: /^API keys/ }).click()
    await page.getByRole('button', { name: 'Create an API key' }).click()
    await page.getByLabel('Name').fill('Camera at the gate')
    await shoot(page, 'api-key-form')
    await page.getByRole('button', { name: 'Create key' }).click()
    const shown = page.getByRole('textbox', { name: 'API key' })
    const key = await shown.textContent() ?? ''
    expect(key).toMatch(/^visavis_[\w-]{50,}$/)
    await shoot(page, 'api-key')

    const list = (withKey: string) => page.evaluate(async (header) => {
      const answer = await fetch('/api/analyses', { headers: { 'x-api-key': header }, credentials: 'omit' })
      return answer.status
    }, withKey)
    // The mock knows no keys.
    if (!inject('isMock')) expect(await list(key)).toBe(200)

    await page.goBack()
    await page.getByRole('dialog', { name: 'Leave without copying?' }).waitFor()
    await page.getByRole('button', { name: 'Back to it' }).click()
    for (let i = 0; i < 3; i++) await page.keyboard.press('Escape')
    await page.getByRole('dialog', { name: 'Leave without copying?' }).waitFor()
    await page.getByRole('button', { name: 'Back to it' }).click()
    await shown.click()
    await page.keyboard.press('Control+c')
    await page.getByText('It is in your clipboard.').waitFor()
    await page.getByRole('button', { name: 'Done' }).click()
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
    expect(await page.content()).not.toContain(key)
    expect(page.url() + await page.title()).not.toContain(key)
    expect(await page.evaluate(() => [localStorage.length, sessionStorage.length])).toEqual([0, 0])
    await shoot(page, 'api-keys')

    await page.getByRole('button', { name: 'Revoke: Camera at the gate' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
    await page.getByRole('heading', { name: 'No API keys yet' }).waitFor()
    visitor.expects(401, /^\/api\/analyses$/)
    if (!inject('isMock')) expect(await list(key)).toBe(401)
  })

  it('who is no administrator finds no administration', async () => {
    const { page } = visitor
    await signUp(page)
    expect(await page.getByRole('link', { name: 'Users' }).count()).toBe(0)
    await page.goto('/admin/users')
    await page.getByRole('heading', { name: 'Page not found' }).waitFor()
  })
})

describe('an administrator', () => {
  let browser: Browser
  let visitor: Visitor

  beforeAll(async () => { browser = await launch() })
  afterAll(() => browser.close())
  beforeEach(async () => { visitor = await Visitor.arrive(browser) })
  afterEach(() => visitor.leave())

  it('creates an account, disables and enables it, and deletes it', async () => {
    const { page } = visitor
    await signInAsAdministrator(visitor)
    await page.getByRole('link', { name: 'Users' }).click()
    await page.getByRole('button', { name: 'Create an account' }).click()
    const username = newName()
    await page.getByLabel('Username', { exact: true }).fill(username)
    await page.getByLabel('E-mail address').fill(`${username}@example.org`)
    await page.getByRole('button', { name: 'Create account' }).click()
    const oneTime = await page.getByRole('textbox', { name: 'One-time password' }).textContent() ?? ''
    await shoot(page, 'one-time-password')
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByRole('button', { name: 'Leave without it' }).click()

    const newcomer = await Visitor.arrive(browser)
    newcomer.expects(403, /^\/api\/auth\//)
    newcomer.expects(401, /^\/api\//)
    await newcomer.page.goto('/')
    await signIn(newcomer.page, username, oneTime)
    await newcomer.page.getByLabel('One-time password').fill(oneTime)
    await newcomer.page.getByLabel('New password').fill(PASSWORD)
    await newcomer.page.getByRole('button', { name: 'Change password' }).click()
    await newcomer.page.getByRole('heading', { name: 'New picture' }).waitFor()

    await page.getByLabel('Search by username').fill(username)
    const rows = page.getByRole('list', { name: 'Accounts' }).getByRole('listitem')
    await expect.poll(() => rows.count()).toBe(1)
    const row = rows.filter({ hasText: username })
    await row.locator('summary').click()
    await shoot(page, 'users')
    await row.getByRole('button', { name: 'Disable' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click()
    await page.getByText(`${username} is disabled.`).waitFor()

    await newcomer.page.reload()
    await newcomer.page.getByRole('tab', { name: 'Sign in' }).waitFor()
    await signIn(newcomer.page, username)
    await newcomer.page.getByRole('alert').filter({ hasText: 'This account is disabled.' }).waitFor()
    await shoot(newcomer.page, 'account-disabled')

    await row.getByRole('button', { name: 'Enable' }).click()
    await page.getByText(`${username} is enabled.`).waitFor()
    await signIn(newcomer.page, username)
    await newcomer.page.getByRole('heading', { name: 'New picture' }).waitFor()

    await row.getByRole('button', { name: 'Delete' }).click()
    await page.getByLabel(`Type ${username} to confirm`).fill(username)
    await shoot(page, 'delete-user')
    await page.getByRole('button', { name: 'Delete for good' }).click()
    await page.getByText(`${username} is deleted.`).waitFor()
    await newcomer.page.reload()
    await newcomer.page.getByRole('tab', { name: 'Sign in' }).waitFor()
    await newcomer.leave()
  })

  it('stays one while there is no other', async () => {
    const { page } = visitor
    visitor.expects(409, /^\/api\/users\//)
    await signInAsAdministrator(visitor)
    await page.getByRole('link', { name: 'Users' }).click()
    const own = page.getByRole('listitem').filter({ hasText: 'You' })
    await own.locator('summary').click()
    await own.getByRole('button', { name: 'Make ordinary user' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Make ordinary user' }).click()
    await page.getByRole('alert').filter({ hasText: 'There must be an administrator' }).waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
  })

  it('reads what happened', async () => {
    const { page } = visitor
    const username = await signInAsAdministrator(visitor)
    await page.getByRole('link', { name: 'Audit' }).click()
    const rows = page.getByRole('list', { name: 'What happened' }).getByRole('listitem')
    await rows.filter({ hasText: 'Signed in' }).filter({ hasText: username }).first().waitFor()
    await shoot(page, 'audit')
    await page.getByRole('link', { name: `Show what concerns ${username}` }).first().click()
    await page.getByText(`Only what concerns ${username}.`).waitFor()
    await page.reload()
    await page.getByText(`Only what concerns ${username}.`).waitFor()
  })
})
