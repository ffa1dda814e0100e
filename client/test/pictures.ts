/** Pictures for the mock server: what they show is written behind their first bytes, or known by their size. */
import type { components } from '../src/api/schema.ts'

type Face = components['schemas']['Face']
type ImageSize = components['schemas']['ImageSize']
type FaceFault = components['schemas']['FaceFault']

const JPEG = [0xff, 0xd8, 0xff, 0xe0]

/** A file that begins like a JPEG and, for the mock server, shows so many faces. */
export function pictureOf(nFaces: number): File {
  return new File([new Uint8Array(JPEG), `faces=${nFaces};`], 'picture.jpg', { type: 'image/jpeg' })
}

/** A file that begins like a JPEG and, for the mock server, shows this person alone, with these faults. */
export function portraitOf(who: string, faults: FaceFault[] = []): File {
  const wrong = faults.length === 0 ? '' : `faults=${faults.join(',')};`
  return new File([new Uint8Array(JPEG), `faces=1;who=${who};${wrong}`], 'portrait.jpg', { type: 'image/jpeg' })
}

/** Bytes of the beginning in which it may be written whom a picture shows. */
const HEAD_BYTES = 200

/** Whom the one face of a picture shows, and what is wrong with it. */
export function portraitIn(bytes: Uint8Array): { who: string, faults: FaceFault[] } {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, HEAD_BYTES))
  const written = /faults=([\w,-]+);/.exec(head)?.[1]?.split(',') as FaceFault[] | undefined
  const nFaces = facesIn(bytes).faces.length
  const counted: FaceFault[] = nFaces === 1 ? [] : [nFaces === 0 ? 'no-face' : 'several-faces']
  return { who: /who=([\w-]+);/.exec(head)?.[1] ?? 'somebody', faults: written ?? counted }
}

/** Begins like a JPEG and goes on like nothing. */
export function damagedPicture(): File {
  return new File([new Uint8Array(JPEG), 'damaged'], 'damaged.jpg', { type: 'image/jpeg' })
}

export function isPicture(bytes: Uint8Array): boolean {
  return JPEG.every((byte, i) => bytes[i] === byte) && !tail(bytes).startsWith('damaged')
}

export function facesIn(bytes: Uint8Array): { image: ImageSize, faces: Face[] } {
  const known = SAMPLES[bytes.length]
  if (known) return { image: known.image, faces: known.boxes.map((box, i) => face(i, box, known.image)) }
  const nFaces = Number(/^faces=(\d+);/.exec(tail(bytes))?.[1] ?? 1)
  const image = { width: 800, height: 600 }
  const boxes = Array.from({ length: nFaces }, (_, i): Box => [40 + 750 / Math.max(4, nFaces) * i, 120, 120, 160])
  return { image, faces: boxes.map((box, i) => face(i, box, image)) }
}

function tail(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(JPEG.length, JPEG.length + 40))
}

/** Left, top, width and height in pixels. */
type Box = [number, number, number, number]

/** The sample photos of the face-api package by their size in bytes, with boxes drawn by eye. */
const SAMPLES: Record<number, { image: ImageSize, boxes: Box[] }> = {
  144516: {
    image: { width: 1920, height: 1280 },
    boxes: [[828, 422, 213, 239], [1472, 209, 213, 239], [414, 352, 203, 267]],
  },
  166400: {
    image: { width: 1920, height: 1398 },
    boxes: [[1408, 405, 181, 288], [388, 885, 181, 277], [608, 427, 166, 267], [772, 128, 181, 213], [1114, 203, 171, 224]],
  },
}

function face(index: number, [left, top, width, height]: Box, image: ImageSize): Face {
  const emotions = [
    { type: 'calm', confidence: 3.1 }, { type: 'happy', confidence: 94.2 - index }, { type: 'surprised', confidence: 1.4 },
    { type: 'sad', confidence: 0.7 }, { type: 'fear', confidence: 0.3 }, { type: 'angry', confidence: 0.2 },
    { type: 'disgusted', confidence: 0.1 },
  ] as const
  return {
    index,
    box: { left: left / image.width, top: top / image.height, width: width / image.width, height: height / image.height },
    confidence: 99.97 - index,
    landmarks: [{ type: 'eyeLeft', x: 0.3, y: 0.3 }],
    pose: { roll: -3.2, yaw: 8.4 * index, pitch: 2.1 },
    quality: { brightness: 71.3, sharpness: 64.9 },
    ageRange: { low: 24 + index, high: 32 + index },
    gender: { value: index % 2 === 0 ? 'female' : 'male', confidence: 98.3 },
    smile: { value: index % 3 !== 2, confidence: 91.5 },
    eyesOpen: { value: true, confidence: 97.1 },
    mouthOpen: { value: false, confidence: 88.8 },
    emotions: [...emotions],
  }
}
