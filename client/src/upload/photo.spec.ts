import { describe, expect, it } from 'vitest'
import { checkPhoto } from './photo.ts'

const JPEG = [0xff, 0xd8, 0xff, 0xe0, 0, 16]
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

function file(content: number[] | string, name = 'holiday.jpg', type = 'image/jpeg'): File {
  const bytes = typeof content === 'string' ? content : new Uint8Array(content)
  return new File([bytes], name, { type })
}

describe('checkPhoto', () => {
  it('goes by the content, not by the name or type', async () => {
    expect(await checkPhoto(file(PNG, 'holiday.jpg', 'image/jpeg'))).toEqual({ kind: 'fine', type: 'image/png' })
    expect(await checkPhoto(file(JPEG, 'holiday', ''))).toEqual({ kind: 'fine', type: 'image/jpeg' })
    expect(await checkPhoto(file('Dear diary, ', 'diary.jpg'))).toEqual({ kind: 'not-a-picture' })
  })

  it.each([
    ['GIF89a..', 'GIF'],
    ['RIFF....WEBPVP8 ', 'WebP'],
    ['\0\0\0\x18ftypheic', 'HEIC'],
    ['\0\0\0\x18ftypmif1', 'HEIC'],
    ['\0\0\0\x1cftypavif', 'AVIF'],
    ['BM......', 'BMP'],
    ['II*\0....', 'TIFF'],
    ['%PDF-1.7', 'PDF'],
    ['<svg viewBox="0 0 1 1">', 'SVG'],
  ])('names the format of %j', async (content, format) => {
    expect(await checkPhoto(file(content))).toEqual({ kind: 'other-format', format })
  })

  it('does not call a film a picture', async () => {
    expect(await checkPhoto(file('\0\0\0\x18ftypmp42'))).toEqual({ kind: 'not-a-picture' })
  })

  it('refuses an empty file', async () => {
    expect(await checkPhoto(file(''))).toEqual({ kind: 'empty' })
  })

  it('takes exactly the limit and not a byte more', async () => {
    const limitBytes = JPEG.length
    expect(await checkPhoto(file(JPEG), limitBytes)).toEqual({ kind: 'fine', type: 'image/jpeg' })
    expect(await checkPhoto(file([...JPEG, 0]), limitBytes))
      .toEqual({ kind: 'too-large', sizeBytes: limitBytes + 1, limitBytes })
  })

  it('says that a file cannot be read', async () => {
    const gone = {
      size: 10,
      slice: () => ({ arrayBuffer: () => Promise.reject(new Error('NotFoundError')) }),
    } as unknown as Blob
    expect(await checkPhoto(gone)).toEqual({ kind: 'unreadable' })
  })
})
