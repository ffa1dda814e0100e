/** What somebody does who registers people. */
import type { Page } from 'playwright-core'
import { choose } from './steps.ts'

export async function register(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name: 'People' }).click()
  await page.getByRole('button', { name: /^Register (the first|a) person$/ }).click()
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByLabel('Who agrees').fill(name)
  await page.getByRole('checkbox').check()
  await page.getByRole('button', { name: 'Register', exact: true }).click()
  await page.getByRole('heading', { name, level: 1, exact: true }).waitFor()
}

export async function addFace(page: Page, file: Parameters<typeof choose>[1]): Promise<void> {
  await page.getByRole('button', { name: 'Add a face' }).click()
  await choose(page, file)
  await page.getByRole('button', { name: 'Add this face' }).click()
}

/** With whoever is before the camera. */
export async function addFaceByCamera(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Add a face' }).click()
  await page.getByRole('button', { name: 'Use the camera' }).click()
  await page.waitForFunction(() => (document.querySelector('video')?.videoWidth ?? 0) > 0)
  await page.getByRole('button', { name: 'Take picture' }).click()
  await page.getByRole('button', { name: 'Add this face' }).click()
  await page.getByText('The face is added.').waitFor()
}

export async function compare(page: Page, file: Parameters<typeof choose>[1]): Promise<void> {
  await page.getByRole('button', { name: /^Compare (with a|another) photo$/ }).click()
  await choose(page, file)
  await page.getByRole('button', { name: 'Compare', exact: true }).click()
}
