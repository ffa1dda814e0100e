import { FRAMES_PER_SECOND, LiveCamera, STAGE } from './camera.ts'
import type { Layer } from './camera.ts'
import type { Clip, Point } from './clip.ts'
import type { PixelBox } from '../src/api/types.ts'

/** What is to be seen so many milliseconds after it began. */
export type Act = (elapsedMs: number) => Layer[]

const FRAME_MS = 1000 / FRAMES_PER_SECOND

/** How long a head takes to its target at least: 22 degrees in 1.1 s in the video, played more slowly, as the page asks for. */
const LEAST_TURN_MS = 3_000

/** Frames that the server has to see on the way at least: it asks for six different points, and a machine may be slow. */
const LEAST_FRAMES = 8

/** Where a clip is laid so that its middle, where the face is, is the camera's. */
export function centred(clip: Clip): Point {
  return { x: (STAGE.width - clip.width) / 2, y: (STAGE.height - clip.height) / 2 }
}

/** Somebody in front of the camera, who can be told what to do next. */
export class Actor {
  readonly camera: LiveCamera
  /** All that was seen, picture by picture. */
  readonly seen: Layer[][] = []
  private act: Act
  private begunAt = performance.now()
  private readonly timer: NodeJS.Timeout

  constructor(act: Act) {
    this.act = act
    this.camera = new LiveCamera(act(0))
    this.timer = setInterval(() => {
      const layers = this.act(performance.now() - this.begunAt)
      this.seen.push(layers)
      this.camera.show(layers)
    }, FRAME_MS)
  }

  does(act: Act): void {
    this.act = act
    this.begunAt = performance.now()
  }

  leave(): void {
    clearInterval(this.timer)
    this.camera.close()
  }
}

/** Looks at the camera: the first frames of a clip, forward and back. */
export function looking(clip: Clip, at = centred(clip)): Act {
  const there = [0, 1, 2, 3, 2, 1]
  return elapsedMs => [{ clip, frame: there[Math.floor(elapsedMs / (2 * FRAME_MS)) % there.length] ?? 0, at }]
}

/** A picture that does not move at all: a photo in place of a camera. */
export function frozen(clip: Clip): Act {
  return () => [{ clip, frame: 0, at: centred(clip) }]
}

/** A photo that a hand holds, which is never quite still. */
export function held(clip: Clip): Act {
  const from = centred(clip)
  return elapsedMs => [{ clip, frame: 0, at: { x: from.x + 3 * Math.sin(elapsedMs / 400), y: from.y + 3 * Math.cos(elapsedMs / 300) } }]
}

/** The same photo, moved until the nose is in a target, and held there. */
export function moved(clip: Clip, target: PixelBox, nFrames: () => number): Act {
  return onTheWay({ clip, last: 0, from: centred(clip) }, target, nFrames)
}

/**
 * Turns the head as in the clip until the nose is as far to the side as the target is, and stays. The rest of the way, mostly
 * up or down, the whole picture moves, as somebody moves who also bends.
 */
export function turning(clip: Clip, target: PixelBox, nFrames: () => number, from = centred(clip)): Act {
  const wanted = middle(target).x - from.x
  const distance = (frame: number) => Math.abs(clip.at(frame).nose.x - wanted)
  const last = Array.from({ length: clip.nFrames }, (_, frame) => frame)
    .reduce((best, frame) => distance(frame) < distance(best) ? frame : best, 0)
  return onTheWay({ clip, last, from }, target, nFrames)
}

interface Way {
  clip: Clip
  /** Frame that is reached at the end. */
  last: number
  /** Where the clip lies at the beginning. */
  from: Point
}

function onTheWay({ clip, last, from }: Way, target: PixelBox, nFrames: () => number): Act {
  const { x, y } = clip.at(last).nose
  const rest = { x: middle(target).x - from.x - x, y: middle(target).y - from.y - y }
  let part = 0
  let before = 0
  return (elapsedMs) => {
    const allowed = (nFrames() + 1) / LEAST_FRAMES
    part = Math.min(1, allowed, part + (elapsedMs - before) / LEAST_TURN_MS)
    before = elapsedMs
    const way = part ** 2 * (3 - 2 * part)
    return [{ clip, frame: Math.round(last * way), at: { x: from.x + rest.x * way, y: from.y + rest.y * way } }]
  }
}

/** Somebody else takes the place: their nose is where the other's was. */
export function inPlaceOf(before: Clip, after: Clip): Point {
  const at = centred(before)
  return { x: at.x + before.at(0).nose.x - after.at(0).nose.x, y: at.y + before.at(0).nose.y - after.at(0).nose.y }
}

/** Somebody looks over the shoulder of whoever acts. */
export function accompanied(act: Act, other: Clip): Act {
  return elapsedMs => [...act(elapsedMs), { clip: other, frame: 0, at: { x: 0, y: 120 } }]
}

function middle(box: PixelBox): Point {
  return { x: box.left + box.width / 2, y: box.top + box.height / 2 }
}
