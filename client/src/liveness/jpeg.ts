/** Makes a JPEG of one picture with a quality of 0..1; `null` where the browser cannot. */
export type Encode = (quality: number) => Promise<Blob | null>

/** Qualities to try, best first. Chosen: 0.85 of a 640 × 480 picture of a face has 40 to 90 kB. */
const QUALITIES = [0.85, 0.75, 0.6, 0.45, 0.3, 0.15]

/**
 * Returns an encoder whose files have at most `maxBytes`.
 *
 * What was too good for one picture is not tried for the next: a camera's pictures are alike.
 */
export function encoderWithin(maxBytes: number): (encode: Encode) => Promise<Blob | null> {
  let at = 0
  return async (encode) => {
    for (; at < QUALITIES.length; at += 1) {
      const blob = await encode(QUALITIES[at] ?? 0)
      if (!blob || blob.size <= maxBytes) return blob
    }
    at = QUALITIES.length - 1
    return null
  }
}

/** Bytes that `String.fromCharCode` takes at a time in every browser. */
const CHUNK_BYTES = 0x8000

/** Base64 with padding (RFC 4648, section 4). */
export async function base64Of(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer())
  let text = ''
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
    text += String.fromCharCode(...bytes.subarray(start, start + CHUNK_BYTES))
  }
  return btoa(text)
}
