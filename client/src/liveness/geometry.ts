/**
 * Three spaces: the video in the camera's pixels, the frame that is sent in the pixels that were announced, and the
 * view in CSS pixels, which is mirrored. Frames and what the server says of them are never mirrored.
 *
 * CSS pixels are what an SVG is drawn in: the ratio of the device's pixels to them is the browser's business.
 */
import type { PixelBox } from '../api/types.ts'

export interface Size {
  width: number
  height: number
}

/** How a view shows a video of another shape, as in CSS `object-fit`. */
export type Fit = 'cover' | 'contain'

export interface View {
  video: Size
  frame: Size
  view: Size
  fit: Fit
  isMirrored: boolean
}

/** Longest side of a frame, in pixels: what detectors need of a single face, and 30 to 100 kB. Chosen. */
const LONG_SIDE_PX = 640

/** Shortest side the API takes, in pixels. */
const LEAST_SIDE_PX = 80

/** Gives the size of the frames for a camera: its shape, not enlarged. */
export function frameSize(video: Size, longSide = LONG_SIDE_PX): Size {
  const scale = Math.min(1, longSide / Math.max(video.width, video.height))
  const side = (length: number) => Math.max(LEAST_SIDE_PX, Math.round(length * scale))
  return { width: side(video.width), height: side(video.height) }
}

/** Gives the part of the video that a frame shows: its middle, in the frame's shape. */
export function cropOf(video: Size, frame: Size): PixelBox {
  const scale = Math.min(video.width / frame.width, video.height / frame.height)
  return centred({ width: frame.width * scale, height: frame.height * scale }, video)
}

/** Gives where the whole video lies in a view, in CSS pixels; with `cover` it may reach outside. */
export function placed(video: Size, view: Size, fit: Fit): PixelBox {
  const ratios = [view.width / video.width, view.height / video.height]
  const scale = fit === 'cover' ? Math.max(...ratios) : Math.min(...ratios)
  return centred({ width: video.width * scale, height: video.height * scale }, view)
}

/** Gives where a box of the frame is seen. */
export function toView(box: PixelBox, { video, frame, view, fit, isMirrored }: View): PixelBox {
  const crop = cropOf(video, frame)
  const place = placed(video, view, fit)
  const toVideo = crop.width / frame.width
  const toCss = place.width / video.width
  const width = box.width * toVideo * toCss
  const left = place.left + (crop.left + box.left * toVideo) * toCss
  return {
    left: isMirrored ? view.width - left - width : left,
    top: place.top + (crop.top + box.top * toVideo) * toCss,
    width,
    height: box.height * toVideo * toCss,
  }
}

function centred(size: Size, within: Size): PixelBox {
  return { left: (within.width - size.width) / 2, top: (within.height - size.height) / 2, ...size }
}
