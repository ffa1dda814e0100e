import type { Clock } from './clock.ts'
import { cropOf } from './geometry.ts'
import type { Size } from './geometry.ts'
import { encoderWithin } from './jpeg.ts'

/** Where pictures come from. They are as the camera takes them: not mirrored. */
export interface FrameSource {
  /** Size of the camera's pictures as soon as there is one; `null` where none comes. */
  ready: (signal: AbortSignal) => Promise<Size | null>
  /** Returns what takes pictures of this size, as JPEG in base64 of files of at most `maxBytes`; `null` for want of a picture. */
  taker: (frame: Size, maxBytes: number) => () => string | null
  /** The pixels of the picture now, scaled to this size; `null` for want of a picture. */
  pixels: (frame: Size, scaledTo: Size) => ImageData | null
  /** Forgets the last picture. */
  clear: () => void
}

/** Longest time for a camera that is on to show something, and how often to look, in milliseconds. Chosen. */
const LONGEST_WARM_UP_MS = 10_000
const LOOK_EVERY_MS = 50

/** {@link FrameSource} of a video that shows a camera. */
export function videoSource(video: () => HTMLVideoElement | null, clock: Clock): FrameSource {
  const forFrames = document.createElement('canvas')
  const forPixels = document.createElement('canvas')

  function sizeNow(): Size | null {
    const element = video()
    const hasPicture = element !== null && element.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA
    return hasPicture && element.videoWidth > 0 && element.videoHeight > 0
      ? { width: element.videoWidth, height: element.videoHeight }
      : null
  }

  /** Draws the part of the video that a frame shows. */
  function draw(canvas: HTMLCanvasElement, frame: Size, scaledTo: Size): CanvasRenderingContext2D | null {
    const element = video()
    const size = sizeNow()
    const context = canvas.getContext('2d', { willReadFrequently: canvas === forPixels })
    if (!element || !size || !context) return null
    if (canvas.width !== scaledTo.width) canvas.width = scaledTo.width
    if (canvas.height !== scaledTo.height) canvas.height = scaledTo.height
    const crop = cropOf(size, frame)
    context.drawImage(element, crop.left, crop.top, crop.width, crop.height, 0, 0, scaledTo.width, scaledTo.height)
    return context
  }

  return {
    async ready(signal) {
      const end = clock.now() + LONGEST_WARM_UP_MS
      while (!signal.aborted && clock.now() < end) {
        const size = sizeNow()
        if (size) return size
        await clock.sleep(LOOK_EVERY_MS, signal)
      }
      return null
    },

    taker(frame, maxBytes) {
      const encodeWithin = encoderWithin(maxBytes)
      return () => {
        if (!draw(forFrames, frame, frame)) return null
        // Not `toBlob`: Chromium waits for an idle moment with it, up to a second while a page draws a video.
        return encodeWithin(quality => forFrames.toDataURL('image/jpeg', quality))
      }
    },

    pixels(frame, scaledTo) {
      return draw(forPixels, frame, scaledTo)?.getImageData(0, 0, scaledTo.width, scaledTo.height) ?? null
    },

    clear() {
      for (const canvas of [forFrames, forPixels]) canvas.width = canvas.height = 0
    },
  }
}
