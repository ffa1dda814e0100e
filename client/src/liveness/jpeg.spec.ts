import { describe, expect, it } from 'vitest'
import { base64Of, encoderWithin } from './jpeg.ts'

const blobOf = (sizeBytes: number) => new Blob([new Uint8Array(sizeBytes)])

describe('encoderWithin', () => {
  it('takes the best quality that fits, and begins with it the next time', async () => {
    const asked: number[] = []
    const encode = encoderWithin(600)
    const picture = (quality: number) => {
      asked.push(quality)
      return Promise.resolve(blobOf(Math.round(1000 * quality)))
    }
    expect((await encode(picture))?.size).toBe(600)
    expect(asked).toEqual([0.85, 0.75, 0.6])
    await encode(picture)
    expect(asked).toEqual([0.85, 0.75, 0.6, 0.6])
  })

  it('gives nothing where nothing fits, and tries again with the next picture', async () => {
    const encode = encoderWithin(10)
    expect(await encode(() => Promise.resolve(blobOf(11)))).toBeNull()
    expect((await encode(() => Promise.resolve(blobOf(10))))?.size).toBe(10)
  })

  it('gives nothing where the browser makes no JPEG', async () => {
    expect(await encoderWithin(10)(() => Promise.resolve(null))).toBeNull()
  })
})

describe('base64Of', () => {
  it('writes every byte, with padding', async () => {
    expect(await base64Of(new Blob([new Uint8Array([0xff, 0xd8, 0xff, 0xe0])]))).toBe('/9j/4A==')
    expect(await base64Of(new Blob([]))).toBe('')
  })

  it('writes a file that is longer than a call can take', async () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251)
    expect(Buffer.from(await base64Of(new Blob([bytes])), 'base64').equals(Buffer.from(bytes))).toBe(true)
  })
})
