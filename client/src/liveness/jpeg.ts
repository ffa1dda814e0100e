/** Makes a JPEG of one picture with a quality of 0..1, as a data URL; of another type where the browser cannot. */
export type Encode = (quality: number) => string

/** Qualities to try, best first. Chosen: 0.85 of a 640 × 480 picture of a face has 40 to 90 kB. */
const QUALITIES = [0.85, 0.75, 0.6, 0.45, 0.3, 0.15]

const PREFIX = 'data:image/jpeg;base64,'

/**
 * Returns an encoder whose files have at most `maxBytes`; it gives their base64 (RFC 4648, section 4), or `null`.
 *
 * What was too good for one picture is not tried for the next: a camera's pictures are alike.
 */
export function encoderWithin(maxBytes: number): (encode: Encode) => string | null {
  let at = 0
  return (encode) => {
    for (; at < QUALITIES.length; at += 1) {
      const url = encode(QUALITIES[at] ?? 0)
      if (!url.startsWith(PREFIX)) return null
      const base64 = url.slice(PREFIX.length)
      if (sizeOf(base64) <= maxBytes) return base64
    }
    at = QUALITIES.length - 1
    return null
  }
}

/** Bytes that a base64 text stands for. */
export function sizeOf(base64: string): number {
  const nPadding = /={0,2}$/.exec(base64)?.[0].length ?? 0
  return base64.length / 4 * 3 - nPadding
}
