import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { Visitor, launch, shoot } from './browser.ts'
import { PASSWORD, signIn, signUp } from './steps.ts'

const NEW_PASSWORD = 'four other unrelated words'

interface Mail {
  body: string
  recipients: string[]
}

/** The link in the newest mail to an address; the stack keeps mails where a developer can see them. */
async function mailedLink(address: string): Promise<string> {
  const answer = await fetch(new URL('/_stack/outbox.json', inject('baseUrl')))
  const { messages } = await answer.json() as { messages: Mail[] }
  const mail = messages.find(it => it.recipients.includes(`email:${address}`))
  return /https?:\/\/\S+\/reset-password#token=[\w-]+/.exec(mail?.body ?? '')?.[0] ?? expect.unreachable(`no link for ${address}`)
}

async function askForLink(page: Page, address: string): Promise<void> {
  await page.getByRole('link', { name: 'Forgot your password?' }).click()
  await page.getByLabel('E-mail address').fill(address)
  await page.getByRole('button', { name: 'Send the link' }).click()
  await page.getByText('If an account has this address, a link is on its way.').waitFor()
}

describe('who has forgotten the password', () => {
  let browser: Browser
  let visitor: Visitor

  beforeAll(async () => { browser = await launch() })
  afterAll(() => browser.close())
  beforeEach(async () => { visitor = await Visitor.arrive(browser) })
  afterEach(() => visitor.leave())

  it('gets a link by mail, chooses a new one, and is signed out where the old one was used', async () => {
    const { page } = visitor
    const elsewhere = await Visitor.arrive(browser)
    const username = await signUp(elsewhere.page)

    await page.goto('/')
    await askForLink(page, `${username}@example.org`)
    await shoot(page, 'forgot-sent')
    if (inject('isMock')) return elsewhere.leave() // The mock mails nothing.

    const link = await mailedLink(`${username}@example.org`)
    expect(new URL(link).origin).toBe(new URL(page.url()).origin)
    await page.goto(link)
    await page.getByLabel('New password').waitFor()
    expect(page.url(), 'the secret stays out of the address bar').not.toContain('token')
    await page.getByLabel('New password').fill(NEW_PASSWORD)
    await page.getByRole('button', { name: 'Set the password' }).click()
    await page.getByText('Your password is changed.').waitFor()
    await shoot(page, 'reset-done')

    visitor.expects(401, /^\/api\/auth\/sign-in$/)
    await page.getByRole('link', { name: 'Sign in' }).click()
    await signIn(page, username, PASSWORD)
    await page.getByRole('alert').waitFor()
    await signIn(page, username, NEW_PASSWORD)
    await page.getByRole('heading', { name: 'New picture' }).waitFor()

    elsewhere.expects(401, /^\/api\//)
    await elsewhere.page.reload()
    await elsewhere.page.getByRole('tab', { name: 'Sign in' }).waitFor()
    await elsewhere.leave()

    // The link works once.
    visitor.expects(410, /^\/api\/auth\/password\/reset$/)
    await page.goto(link)
    await page.getByLabel('New password').fill('five more unrelated words here')
    await page.getByRole('button', { name: 'Set the password' }).click()
    await page.getByRole('alert').waitFor()
    await page.getByRole('link', { name: 'Ask for a new link' }).waitFor()
  })

  it('is told the same where nobody has the address', async () => {
    const { page } = visitor
    await page.goto('/')
    await askForLink(page, 'nobody-has-this@example.org')
  })
})
