import fs from 'node:fs'
import process from 'node:process'
import { chromium } from 'playwright-core'
import type { Browser, BrowserContext, ConsoleMessage, Page } from 'playwright-core'
import { expect, inject } from 'vitest'

/** Never downloaded: the one that is installed, or the one that is named. */
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'

export const PHONE = { width: 360, height: 780 }
export const DESKTOP = { width: 1280, height: 800 }

/** What camera a browser has: Chromium's own test picture, a film in a file (y4m), none, or one it does not give. */
export type Camera = 'test-picture' | 'none' | 'refused' | { film: string }

function cameraArgs(camera: Camera): string[] {
  if (camera === 'none') return ['--use-fake-device-for-media-stream=device-count=0', '--use-fake-ui-for-media-stream']
  if (camera === 'refused') return ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream=deny']
  const film = typeof camera === 'string' ? [] : [`--use-file-for-fake-video-capture=${camera.film}`]
  return ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', ...film]
}

export function launch(camera: Camera = 'test-picture'): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      // Chromium's sandbox does not start for root, as in containers.
      ...process.getuid?.() === 0 ? ['--no-sandbox'] : [],
      '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run',
      ...cameraArgs(camera),
    ],
  })
}

interface Expected {
  status: number
  path: RegExp
}

/** One person's browser: a context, a page, and everything it complained about. */
export class Visitor {
  readonly page: Page
  private readonly context: BrowserContext
  private readonly expected: Expected[] = [
    // Whoever comes for the first time has no session to continue.
    { status: 401, path: /^\/api\/auth\/refresh$/ },
  ]
  private readonly complaints: string[] = []
  private isNetworkCut = false

  private constructor(context: BrowserContext, page: Page) {
    this.context = context
    this.page = page
  }

  static async arrive(browser: Browser, options: { viewport?: typeof PHONE } = {}): Promise<Visitor> {
    const context = await browser.newContext({ baseURL: inject('baseUrl'), viewport: options.viewport ?? DESKTOP })
    context.setDefaultTimeout(20_000)
    const visitor = new Visitor(context, await context.newPage())
    visitor.watch(visitor.page)
    return visitor
  }

  /** Another tab of the same browser. */
  async openTab(): Promise<Page> {
    const page = await this.context.newPage()
    this.watch(page)
    return page
  }

  /** Answers like this are part of the story and no defect. */
  expects(status: number, path: RegExp): void {
    this.expected.push({ status, path })
  }

  async cutNetwork(isCut: boolean): Promise<void> {
    this.isNetworkCut ||= isCut
    await this.context.setOffline(isCut)
  }

  /** Leaves, and fails if the browser complained about anything. */
  async leave(): Promise<void> {
    await this.context.close()
    expect(this.complaints).toEqual([])
  }

  private watch(page: Page): void {
    page.on('console', (message) => { this.hear(message) })
    page.on('pageerror', (error) => { this.complaints.push(`uncaught: ${error.message}`) })
    page.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url())
      const isOurs = protocol === 'blob:' || protocol === 'data:' || hostname === '127.0.0.1' || hostname === 'localhost'
      if (!isOurs) this.complaints.push(`foreign request: ${request.url()}`)
    })
  }

  private hear(message: ConsoleMessage): void {
    if (message.type() !== 'error' && message.type() !== 'warning') return
    const text = message.text()
    const status = Number(/status of (\d{3})/.exec(text)?.[1])
    const path = URL.canParse(message.location().url) ? new URL(message.location().url).pathname : ''
    if (this.expected.some(it => it.status === status && it.path.test(path))) return
    if (this.isNetworkCut && text.includes('ERR_INTERNET_DISCONNECTED')) return
    this.complaints.push(`console ${message.type()}: ${text} (${path})`)
  }
}

/** Pictures of a page at both widths and in both themes, where SCREENSHOTS names a folder. */
export async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS
  if (!folder) return
  fs.mkdirSync(folder, { recursive: true })
  const before = page.viewportSize() ?? DESKTOP
  for (const [device, viewport] of Object.entries({ phone: PHONE, desktop: DESKTOP })) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize(viewport)
      await page.emulateMedia({ colorScheme })
      await page.screenshot({ path: `${folder}/${name}-${device}-${colorScheme}.png`, fullPage: true, animations: 'disabled' })
    }
  }
  await page.setViewportSize(before)
  await page.emulateMedia({ colorScheme: null })
}
