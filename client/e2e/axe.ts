import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { expectNoSidewaysScroll } from './steps.ts'

/** WCAG 2.2 A and AA as far as a machine can tell, in both themes, and nothing wider than a small phone. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axe.source)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const violations = await page.evaluate(async () => {
      const { axe: inPage } = globalThis as unknown as { axe: typeof axe }
      const found = await inPage.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
      return found.violations.map(it => `${it.id}: ${it.nodes.map(node => `${node.target.join(' ')} (${node.failureSummary ?? ''})`).join(', ')}`)
    })
    expect(violations, colorScheme).toEqual([])
  }
  await expectNoSidewaysScroll(page)
}
