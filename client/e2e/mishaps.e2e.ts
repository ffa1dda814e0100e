import { Buffer } from 'node:buffer'
import fs from 'node:fs'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Visitor, launch, shoot } from './browser.ts'
import { PASSWORD, choose, newName, resultOf, sample, scan, signIn, signUp } from './steps.ts'

describe('when something goes wrong', () => {
  let browser: Browser
  let visitor: Visitor

  beforeAll(async () => { browser = await launch() })
  afterAll(() => browser.close())
  beforeEach(async () => { visitor = await Visitor.arrive(browser) })
  afterEach(() => visitor.leave())

  it.each([
    ['a text that is called a picture', 'holiday.jpg', Buffer.from('Dear diary, today I'), /not a picture we can read/],
    ['an empty file', 'empty.jpg', Buffer.alloc(0), /This file is empty/],
    ['a GIF', 'funny.jpg', Buffer.from('GIF89a\0\0\0\0'), /This is a GIF file/],
    ['a file of 16 MB', 'huge.jpg', Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(16 << 20)]), /has 16 MB. The limit is 15 MB/],
  ])('%s is refused with a clear sentence', async (_what, name, buffer, sentence) => {
    const { page } = visitor
    await signUp(page)
    await choose(page, { name, mimeType: 'image/jpeg', buffer })
    await page.getByRole('alert').filter({ hasText: sentence }).waitFor()
    await shoot(page, `refused-${name.replace('.jpg', '')}`)
    await choose(page, sample('sample1.jpg'))
    await page.getByRole('button', { name: 'Scan' }).waitFor()
  })

  it('a damaged picture is refused by the server, and another one can be chosen', async () => {
    const { page } = visitor
    visitor.expects(422, /^\/api\/analyses$/)
    await signUp(page)
    const head = Buffer.from([0xff, 0xd8, 0xff, 0xe0])
    await choose(page, { name: 'damaged.jpg', mimeType: 'image/jpeg', buffer: Buffer.concat([head, Buffer.from('damaged')]) })
    await page.getByText('Your browser cannot show this picture.').waitFor()
    await scan(page)
    await page.getByRole('alert').filter({ hasText: /damaged or incomplete|not a picture we can read/ }).waitFor()
    await shoot(page, 'damaged')
    await page.getByRole('button', { name: 'Choose another' }).click()
    await page.getByRole('heading', { name: 'New picture' }).waitFor()
  })

  it('a picture that is changed on the way is not stored, and trying again works', async () => {
    const { page } = visitor
    visitor.expects(400, /./)
    visitor.expects(403, /./)
    await signUp(page)
    await page.route(it => !it.pathname.startsWith('/api/') && it.search + it.pathname !== '', async (route, request) => {
      if (request.method() !== 'PUT') return route.continue()
      return route.continue({ postData: Buffer.concat([fs.readFileSync(sample('sample1.jpg')), Buffer.from('more')]) })
    })
    await choose(page, sample('sample1.jpg'))
    await scan(page)
    await page.getByRole('alert').filter({ hasText: /storage|stored/ }).waitFor()
    await page.unrouteAll()
    await page.getByRole('button', { name: 'Try again' }).click()
    await resultOf(page)
  })

  it('a lost connection is said, and the scan goes on where it stopped', async () => {
    const { page } = visitor
    await signUp(page)
    await choose(page, sample('sample1.jpg'))
    await visitor.cutNetwork(true)
    await scan(page)
    await page.getByRole('alert').filter({ hasText: 'There is no connection to Visavis.' }).waitFor()
    await shoot(page, 'offline')
    await visitor.cutNetwork(false)
    await page.getByRole('button', { name: 'Try again' }).click()
    await resultOf(page)
  })

  it('an upload can be given up', async () => {
    const { page } = visitor
    await signUp(page)
    await choose(page, sample('sample1.jpg'))
    let release = () => { /* set below */ }
    const held = new Promise<void>((resolve) => { release = resolve })
    await page.route('**/api/uploads', async (route) => {
      await held
      await route.abort().catch(() => { /* the page has given it up */ })
    })
    await scan(page)
    await page.getByRole('progressbar').waitFor()
    await shoot(page, 'uploading')
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('heading', { name: 'Is this the right picture?' }).waitFor()
    release()
    await page.unrouteAll()
    await scan(page)
    await resultOf(page)
  })

  it('a wrong password and a taken name are explained', async () => {
    const { page } = visitor
    visitor.expects(401, /^\/api\/auth\/sign-in$/)
    visitor.expects(409, /^\/api\/auth\/sign-up$/)
    const username = await signUp(page)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await signIn(page, username, 'not the password')
    await page.getByRole('alert').filter({ hasText: 'The username or the password is not right.' }).waitFor()
    await shoot(page, 'wrong-password')
    await signIn(page, newName(), PASSWORD)
    await page.getByRole('alert').filter({ hasText: 'The username or the password is not right.' }).waitFor()

    await page.getByRole('tab', { name: 'Create account' }).click()
    await page.getByRole('button', { name: 'Create account' }).click()
    expect(await page.getByText(/^Use 3 to 32 letters/).count()).toBe(1)
    await shoot(page, 'sign-up-faults')
    await page.getByLabel('Username').fill(username)
    await page.getByLabel('E-mail address').fill(`${newName()}@example.org`)
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.getByRole('alert').filter({ hasText: 'This username is taken. Choose another.' }).waitFor()
  })

  it('a password is changed after the current one was mistyped', async () => {
    const { page } = visitor
    visitor.expects(401, /^\/api\/auth\/password$/)
    const username = await signUp(page)
    await page.getByRole('link', { name: `Account of ${username}` }).click()
    await page.getByRole('link', { name: 'Change your password' }).click()
    await page.getByLabel('Current password').fill('not the password')
    await page.getByLabel('New password').fill('entirely different words')
    await page.getByRole('button', { name: 'Change password' }).click()
    await page.getByText('This is not your current password.').waitFor()
    await shoot(page, 'password')
    await page.getByLabel('Current password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Change password' }).click()
    await page.getByText('Your password is changed.').waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await signIn(page, username, 'entirely different words')
    await page.getByRole('heading', { name: 'New picture' }).waitFor()
  })

  it('an address that leads nowhere says so', async () => {
    const { page } = visitor
    await page.goto('/no/such/page')
    await page.getByRole('heading', { name: 'Page not found' }).waitFor()
    await page.goto('/analyses/not-an-id')
    await page.getByRole('heading', { name: 'Page not found' }).waitFor()
  })
})
