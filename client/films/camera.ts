import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { emptyPlanes, lay } from './clip.ts'
import type { Clip, Point } from './clip.ts'

/** Size of the camera's picture in pixels. */
export const STAGE = { width: 640, height: 480 }

/** What the camera sees at a moment: frames of clips, behind each other, each moved so that its left top corner is at `at`. */
export interface Layer {
  clip: Clip
  frame: number
  at: Point
}

/** Pictures a second: what webcams give in a room that is not bright. */
export const FRAMES_PER_SECOND = 15

const FRAME = Buffer.from('FRAME\n')

export function render(layers: Layer[]): Buffer {
  const planes = emptyPlanes(STAGE.width, STAGE.height)
  for (const { clip, frame, at } of layers) lay(clip.planes(frame), planes, { x: even(at.x), y: even(at.y) })
  return Buffer.concat(planes.map(it => it.pixels))
}

/** Chroma has half the size: what is moved moves by two pixels. */
function even(length: number): number {
  return 2 * Math.round(length / 2)
}

const HEADER = Buffer.from(`YUV4MPEG2 W${STAGE.width} H${STAGE.height} F${FRAMES_PER_SECOND}:1 Ip A1:1 C420mpeg2\n`)

function newFilm(): string {
  return path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'visavis-camera-')), 'camera.y4m')
}

/**
 * A camera whose picture can be changed while it runs: a film of two frames that Chromium plays over and over, read anew
 * from the file each time.
 */
export class LiveCamera {
  readonly film = newFilm()
  private readonly file = fs.openSync(this.film, 'w')

  constructor(first: Layer[]) {
    this.show(first)
  }

  show(layers: Layer[]): void {
    const picture = render(layers)
    const film = Buffer.concat([HEADER, FRAME, picture, FRAME, picture])
    fs.writeSync(this.file, film, 0, film.length, 0)
  }

  close(): void {
    fs.closeSync(this.file)
    fs.rmSync(path.dirname(this.film), { recursive: true })
  }
}

/** Writes a film of pictures as they were shown, for a camera that only plays. Returns its file, in a folder of its own. */
export function filmOf(pictures: Layer[][]): string {
  const film = newFilm()
  const file = fs.openSync(film, 'w')
  fs.writeSync(file, HEADER)
  for (const layers of pictures) fs.writeSync(file, Buffer.concat([FRAME, render(layers)]))
  fs.closeSync(file)
  return film
}
