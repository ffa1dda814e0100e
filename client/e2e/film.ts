import { Buffer } from 'node:buffer'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

interface FilmSize {
  width: number
  height: number
}

/** Sizes of films, in pixels: a webcam, and a phone held upright. */
export const FILM: FilmSize = { width: 640, height: 480 }
export const UPRIGHT_FILM: FilmSize = { width: 480, height: 640 }

const N_FRAMES = 10

/**
 * Draws a film that Chromium's camera plays over and over: grey, at the left darker than at the right, with an oval that
 * sways. It shows nobody. Returns the file, in a folder of its own.
 */
export function drawFilm({ width, height }: FilmSize = FILM): string {
  const film: Buffer[] = [Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420mpeg2\n`)]
  for (let frame = 0; frame < N_FRAMES; frame += 1) {
    const middle = width / 2 + 40 * Math.sin(2 * Math.PI * frame / N_FRAMES)
    const luma = Buffer.alloc(width * height)
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const isOval = ((x - middle) / (0.2 * height)) ** 2 + ((y - height / 2) / (0.27 * height)) ** 2 < 1
        luma[y * width + x] = isOval ? 150 : x < width / 2 ? 40 : 215
      }
    }
    film.push(Buffer.from('FRAME\n'), luma, Buffer.alloc(width * height / 2, 128))
  }
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'visavis-film-')), 'camera.y4m')
  fs.writeFileSync(file, Buffer.concat(film))
  return file
}

export function removeFilm(file: string): void {
  fs.rmSync(path.dirname(file), { recursive: true })
}
