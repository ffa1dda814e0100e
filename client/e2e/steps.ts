/** What people do, in their words. Everything is found by role and label. */
import fs from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import type { Page } from 'playwright-core'
import { expect, inject } from 'vitest'
import type { Visitor } from './browser.ts'

export const PASSWORD = 'three plain unrelated words'

/** A folder with `sample1.jpg` and its siblings; the face-api package brings them. */
const SAMPLES = process.env.SAMPLES ?? path.resolve(import.meta.dirname, '../node_modules/@vladmandic/face-api/demo')

export function sample(name: string): string {
  const file = path.join(SAMPLES, name)
  if (!fs.existsSync(file)) throw new Error(`there is no ${file}: set SAMPLES to the folder of the sample photos`)
  return file
}

export function newName(): string {
  return `e2e-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`
}

export async function signUp(page: Page, username = newName()): Promise<string> {
  await page.goto('/')
  await page.getByRole('tab', { name: 'Create account' }).click()
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('E-mail address').fill(`${username}@example.org`)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.getByRole('heading', { name: 'New picture' }).waitFor()
  return username
}

export async function signIn(page: Page, username: string, password = PASSWORD): Promise<void> {
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** What the first administrator's one-time password is changed to. */
const ADMIN_PASSWORD = 'entirely other plain words'

/** Signs in the stack's first administrator, and gives him a password of his own if he has none yet. */
export async function signInAsAdministrator(visitor: Visitor): Promise<string> {
  const { page } = visitor
  const { username, oneTimePassword } = inject('firstAdmin')
  visitor.expects(401, /^\/api\/auth\/sign-in$/)
  await page.goto('/')
  await signIn(page, username, ADMIN_PASSWORD)
  const isIn = page.getByRole('heading', { name: 'New picture' })
  await isIn.or(page.getByRole('alert')).waitFor()
  if (await isIn.count() === 0) {
    await signIn(page, username, oneTimePassword)
    await page.getByLabel('One-time password').fill(oneTimePassword)
    await page.getByLabel('New password').fill(ADMIN_PASSWORD)
    await page.getByRole('button', { name: 'Change password' }).click()
    await isIn.waitFor()
  }
  return username
}

export async function choose(page: Page, file: string | { name: string, mimeType: string, buffer: Buffer }): Promise<void> {
  await page.getByLabel('Choose a file').setInputFiles(file)
}

export async function scan(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'Is this the right picture?' }).waitFor()
  await page.getByRole('button', { name: 'Scan' }).click()
}

/** Uploads a picture and waits for its result. */
export async function analyse(page: Page, file: string): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name: 'New picture' }).click()
  await choose(page, file)
  await scan(page)
  await resultOf(page)
}

export async function resultOf(page: Page): Promise<void> {
  await page.waitForURL(/\/analyses\/[0-9a-f-]{36}$/, { timeout: 60_000 })
  await page.getByRole('heading', { name: /faces?$|No face was found/, level: 1 }).waitFor()
}

/** The picture has loaded, and the boxes lie on it. */
export async function expectBoxes(page: Page, n: number): Promise<void> {
  const boxes = page.getByRole('radiogroup', { name: 'Faces in the picture' }).getByRole('radio')
  await expect.poll(() => boxes.count()).toBe(n)
  const picture = page.getByRole('img', { name: /^The picture/ })
  await expect.poll(() => picture.evaluate((it: HTMLImageElement) => it.complete && it.naturalWidth > 0)).toBe(true)

  const frame = await picture.boundingBox() ?? expect.unreachable('the picture is not shown')
  for (const box of await boxes.all()) {
    const at = await box.locator('rect').first().boundingBox() ?? expect.unreachable('a box is not shown')
    const centre = { x: at.x + at.width / 2, y: at.y + at.height / 2 }
    expect(centre.x).toBeGreaterThan(frame.x)
    expect(centre.x).toBeLessThan(frame.x + frame.width)
    expect(centre.y).toBeGreaterThan(frame.y)
    expect(centre.y).toBeLessThan(frame.y + frame.height)
    expect(at.width).toBeLessThan(frame.width / 2)
  }
}

/** No page is wider than the window. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const { scrollWidth, clientWidth } = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    return { scrollWidth, clientWidth }
  })
  expect(scrollWidth).toBeLessThanOrEqual(clientWidth)
}
