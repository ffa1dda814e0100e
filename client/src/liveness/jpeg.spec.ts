import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import { encoderWithin, sizeOf } from './jpeg.ts'

const urlOf = (sizeBytes: number) => `data:image/jpeg;base64,${Buffer.alloc(sizeBytes).toString('base64')}`

describe('encoderWithin', () => {
  it('takes the best quality that fits, and begins with it the next time', () => {
    const asked: number[] = []
    const encode = encoderWithin(600)
    const picture = (quality: number) => {
      asked.push(quality)
      return urlOf(Math.round(1000 * quality))
    }
    expect(encode(picture)).toBe(Buffer.alloc(600).toString('base64'))
    expect(asked).toEqual([0.85, 0.75, 0.6])
    encode(picture)
    expect(asked).toEqual([0.85, 0.75, 0.6, 0.6])
  })

  it('gives nothing where nothing fits, and tries again with the next picture', () => {
    const encode = encoderWithin(10)
    expect(encode(() => urlOf(11))).toBeNull()
    expect(sizeOf(encode(() => urlOf(10)) ?? '')).toBe(10)
  })

  it.each(['data:,', 'data:image/png;base64,iVBORw0KGgo='])('gives nothing where the browser makes no JPEG but %s', (url) => {
    expect(encoderWithin(1000)(() => url)).toBeNull()
  })
})

describe('sizeOf', () => {
  it.each([0, 1, 2, 3, 4, 100_000])('knows %d bytes', (sizeBytes) => {
    expect(sizeOf(Buffer.alloc(sizeBytes).toString('base64'))).toBe(sizeBytes)
  })
})
