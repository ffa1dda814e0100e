import fs from 'node:fs'
import path from 'node:path'
import type { PixelBox } from '../src/api/types.ts'

export interface Point {
  x: number
  y: number
}

interface Seen {
  nose: Point
  face: PixelBox
  yawDegrees: number
}

/** Part of a video, as `tools/films/clips.py` cuts it: frames of planar YUV 4:2:0, and what is seen in them. */
export class Clip {
  readonly width: number
  readonly height: number
  readonly seen: readonly Seen[]
  private readonly data: Buffer

  constructor(folder: string, name: string) {
    const about = JSON.parse(fs.readFileSync(path.join(folder, `${name}.json`), 'utf8')) as { width: number, height: number, frames: Seen[] }
    this.width = about.width
    this.height = about.height
    this.seen = about.frames
    this.data = fs.readFileSync(path.join(folder, `${name}.i420`))
  }

  get nFrames(): number {
    return this.seen.length
  }

  at(frame: number): Seen {
    return this.seen[frame] ?? expectFrame(frame)
  }

  /** Planes of a frame: luma, and two chromas of half its size. */
  planes(frame: number): Plane[] {
    const { width, height } = this
    const lumaBytes = width * height
    const chromaBytes = lumaBytes / 4
    const start = frame * 1.5 * lumaBytes
    const plane = (offset: number, bytes: number, scale: number): Plane =>
      ({ pixels: this.data.subarray(start + offset, start + offset + bytes), width: width / scale, height: height / scale })
    return [
      plane(0, lumaBytes, 1),
      plane(lumaBytes, chromaBytes, 2),
      plane(lumaBytes + chromaBytes, chromaBytes, 2),
    ]
  }
}

function expectFrame(frame: number): never {
  throw new RangeError(`the clip has no frame ${frame}`)
}

export interface Plane {
  pixels: Buffer
  width: number
  height: number
}

export function emptyPlanes(width: number, height: number): Plane[] {
  return [1, 2, 2].map(scale => ({
    pixels: Buffer.alloc(width * height / scale ** 2, 128), width: width / scale, height: height / scale,
  }))
}

/** Lays pictures onto each other, the left top corner of `from` at `at` (even numbers); what is outside is cut off. */
export function lay(from: Plane[], onto: Plane[], at: Point): void {
  onto.forEach((target, i) => {
    const source = from[i] ?? expectFrame(i)
    const scale = i === 0 ? 1 : 2
    const [left, top] = [at.x / scale, at.y / scale]
    const [begin, end] = [Math.max(0, left), Math.min(target.width, left + source.width)]
    for (let y = Math.max(0, top); y < Math.min(target.height, top + source.height); y += 1) {
      const row = (y - top) * source.width
      source.pixels.copy(target.pixels, y * target.width + begin, row + begin - left, row + end - left)
    }
  })
}
