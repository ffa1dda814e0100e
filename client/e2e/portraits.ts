/** Photos of one person each, cut out of the sample photos. */
import { Buffer } from 'node:buffer'
import fs from 'node:fs'
import type { Page } from 'playwright-core'
import { sample } from './steps.ts'

/** Width and height of what is cut out, in pixels: all of a face, nothing of another. */
const SIZE = { width: 320, height: 380 }

/** The middles of two people, in pixels of the photos, found by eye. As the journeys have them. */
const PEOPLE = {
  peach: { photo: 'sample3.jpg', x: 679, y: 523 },
  green: { photo: 'sample6.jpg', x: 1578, y: 409 },
} as const

export type Somebody = keyof typeof PEOPLE

export interface PhotoFile {
  name: string
  mimeType: string
  buffer: Buffer
}

/** A photo of somebody; with `another`, as another day would show them: from the other side, a little less of it, in more light. */
export async function portrait(page: Page, who: Somebody, { another = false } = {}): Promise<PhotoFile> {
  const { photo, x, y } = PEOPLE[who]
  const margin = another ? 6 : 0
  const cut = {
    left: x - SIZE.width / 2 + margin, top: y - SIZE.height / 2 + margin,
    width: SIZE.width - 2 * margin, height: SIZE.height - 2 * margin, isOther: another,
  }
  const base64 = await page.evaluate(async ({ encoded, left, top, width, height, isOther }) => {
    const bytes = Uint8Array.from(atob(encoded), char => char.charCodeAt(0))
    const bitmap = await createImageBitmap(new Blob([bytes]), left, top, width, height)
    const canvas = new OffscreenCanvas(width, height)
    const context = canvas.getContext('2d')
    if (isOther && context) {
      context.filter = 'brightness(1.1)'
      context.translate(width, 0)
      context.scale(-1, 1)
    }
    context?.drawImage(bitmap, 0, 0)
    const jpeg = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.92 })).arrayBuffer())
    return btoa(Array.from(jpeg, byte => String.fromCharCode(byte)).join(''))
  }, { encoded: fs.readFileSync(sample(photo)).toString('base64'), ...cut })
  return { name: `${who}.jpg`, mimeType: 'image/jpeg', buffer: withComment(Buffer.from(base64, 'base64'), `who=${who};`) }
}

/** With a JPEG comment behind the first segment: what the mock looks at, and the server throws away. */
function withComment(jpeg: Buffer, text: string): Buffer {
  const end = 4 + jpeg.readUInt16BE(4)
  const head = Buffer.from([0xff, 0xfe, 0, text.length + 2])
  return Buffer.concat([jpeg.subarray(0, end), head, Buffer.from(text), jpeg.subarray(end)])
}
