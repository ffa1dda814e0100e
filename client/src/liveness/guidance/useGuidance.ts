import { onScopeDispose, shallowReadonly, shallowRef } from 'vue'
import type { ShallowRef } from 'vue'
import type { PixelBox } from '../../api/types.ts'
import { isAborted } from '../clock.ts'
import type { Clock } from '../clock.ts'
import type { FrameSource } from '../frameSource.ts'
import type { Size } from '../geometry.ts'
import { adviceFor } from './advice.ts'
import type { Advice, Look } from './advice.ts'
import type { Detector } from './detector.ts'

export interface Guidance {
  /** What to do better; `null` where nothing is, or where the browser cannot tell. */
  advice: Readonly<ShallowRef<Advice | null>>
  start: (area: PixelBox, frame: Size) => void
  stop: () => void
}

/** Least time between two looks, in milliseconds. Chosen: more often than frames are sent, and no warm phone. */
const INTERVAL_MS = 150

/** Longest side of the picture that is looked at, in pixels: twice what the detector scales it to. */
const LONG_SIDE_PX = 320

/**
 * Looks at the camera's picture in the browser, while the server does the same with frames.
 *
 * A detector that does not load or fails is no failure of the check: then there is no advice.
 */
export function useGuidance(
  source: Pick<FrameSource, 'pixels'>, startDetector: () => Promise<Detector>, clock: Clock,
): Guidance {
  const advice = shallowRef<Advice | null>(null)
  let detector: Promise<Detector | null> | null = null
  let run = new AbortController()

  function start(area: PixelBox, frame: Size): void {
    stop()
    const { signal } = (run = new AbortController())
    void keepLooking(area, frame, signal)
  }

  function stop(): void {
    run.abort()
    advice.value = null
  }

  async function keepLooking(area: PixelBox, frame: Size, signal: AbortSignal): Promise<void> {
    detector ??= startDetector().catch(() => null)
    const loaded = await detector
    const scale = LONG_SIDE_PX / Math.max(frame.width, frame.height)
    const small = { width: Math.round(frame.width * scale), height: Math.round(frame.height * scale) }
    let before: Look | null = null
    while (loaded && !isAborted(signal)) {
      const atMs = clock.now()
      const picture = source.pixels(frame, small)
      if (picture) {
        const faces = await loaded.detect(picture).catch(() => null)
        if (faces === null || isAborted(signal)) break
        const now: Look = { faces: faces.map(face => scaled(face, 1 / scale)), atMs }
        advice.value = adviceFor(area, now, before)
        before = now
      }
      // Where a look takes long, it takes time from the frames: it rests for twice as long as it worked.
      const tookMs = clock.now() - atMs
      await clock.sleep(Math.max(INTERVAL_MS - tookMs, 2 * tookMs), signal)
    }
    if (!isAborted(signal)) advice.value = null
  }

  onScopeDispose(() => {
    stop()
    void detector?.then((it) => { it?.close() })
  })

  return { advice: shallowReadonly(advice), start, stop }
}

function scaled({ left, top, width, height }: PixelBox, factor: number): PixelBox {
  return { left: left * factor, top: top * factor, width: width * factor, height: height * factor }
}
