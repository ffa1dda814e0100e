/** What the client can tell about a chosen file before anything is sent. The server looks again. */

export type PhotoType = 'image/jpeg' | 'image/png'

/** Largest upload, in bytes: the limit of `POST /uploads`, which is Rekognition's for images in S3. */
export const MAX_PHOTO_BYTES = 15 * 1024 * 1024

export type Refusal =
  | { kind: 'empty' }
  | { kind: 'too-large', sizeBytes: number, limitBytes: number }
  | { kind: 'other-format', format: OtherFormat }
  | { kind: 'not-a-picture' }
  | { kind: 'unreadable' }

/** Formats people have and we do not read, told apart so that the sentence can name them. */
export type OtherFormat = 'GIF' | 'WebP' | 'HEIC' | 'AVIF' | 'BMP' | 'TIFF' | 'PDF' | 'SVG'

export type Verdict = { kind: 'fine', type: PhotoType } | Refusal

/** Bytes of the beginning that are enough to tell every format below. */
const HEAD_BYTES = 32

/** Looks at size and first bytes; the name and the type a browser derives from it count for nothing. */
export async function checkPhoto(file: Blob, maxBytes = MAX_PHOTO_BYTES): Promise<Verdict> {
  if (file.size === 0) return { kind: 'empty' }
  let head: Uint8Array
  try {
    head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer())
  } catch {
    // A file that was moved, or a folder that was dropped.
    return { kind: 'unreadable' }
  }
  const type = photoTypeOf(head)
  if (!type) {
    const format = otherFormatOf(head)
    return format ? { kind: 'other-format', format } : { kind: 'not-a-picture' }
  }
  if (file.size > maxBytes) {
    return { kind: 'too-large', sizeBytes: file.size, limitBytes: maxBytes }
  }
  return { kind: 'fine', type }
}

function photoTypeOf(head: Uint8Array): PhotoType | undefined {
  if (startsWith(head, [0xff, 0xd8, 0xff])) return 'image/jpeg'
  if (startsWith(head, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'image/png'
  return undefined
}

function otherFormatOf(head: Uint8Array): OtherFormat | undefined {
  const text = String.fromCharCode(...head)
  if (text.startsWith('GIF8')) return 'GIF'
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'WebP'
  // ISO base media files name their brand after "ftyp".
  if (text.slice(4, 8) === 'ftyp') {
    const brand = text.slice(8, 12)
    if (/^(hei|hev|mif1|msf1)/.test(brand)) return 'HEIC'
    if (/^avi[fs]/.test(brand)) return 'AVIF'
    return undefined
  }
  if (text.startsWith('BM')) return 'BMP'
  if (text.startsWith('II*\0') || text.startsWith('MM\0*')) return 'TIFF'
  if (text.startsWith('%PDF')) return 'PDF'
  if (/^\s*<(svg|\?xml)/.test(text)) return 'SVG'
  return undefined
}

function startsWith(bytes: Uint8Array, prefix: readonly number[]): boolean {
  return prefix.every((byte, i) => bytes[i] === byte)
}
