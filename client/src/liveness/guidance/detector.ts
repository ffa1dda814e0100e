import type { PixelBox } from '../../api/types.ts'

/** Finds faces in pixels; boxes are in those. */
export interface Detector {
  detect: (picture: ImageData) => Promise<PixelBox[]>
  close: () => void
}

export type ToWorker =
  | { kind: 'load', weights: ArrayBuffer }
  | { kind: 'look', picture: ImageData }

export type FromWorker =
  | { kind: 'ready' }
  | { kind: 'seen', faces: PixelBox[] }
  | { kind: 'failed' }

/**
 * Starts the detector in a worker of its own, so that it takes no time from the camera.
 *
 * @param fetchWeights fetches a file of our own origin
 */
export async function startDetector(fetchWeights: (url: string) => Promise<Blob>): Promise<Detector> {
  const { default: url } = await import('@vladmandic/face-api/model/tiny_face_detector_model.bin?url')
  const weights = await (await fetchWeights(url)).arrayBuffer()
  const worker = new Worker(new URL('./guide.worker.ts', import.meta.url), { type: 'module' })
  try {
    await ask(worker, { kind: 'load', weights })
  } catch (error) {
    worker.terminate()
    throw error
  }
  // The worker answers one question at a time, and does not say which.
  let turn: Promise<unknown> = Promise.resolve()
  return {
    async detect(picture) {
      const mine = turn.then(() => ask(worker, { kind: 'look', picture }))
      turn = mine.catch(() => undefined)
      const answer = await mine
      return answer.kind === 'seen' ? answer.faces : []
    },
    close() { worker.terminate() },
  }
}

function ask(worker: Worker, question: ToWorker): Promise<FromWorker> {
  return new Promise((resolve, reject) => {
    const fail = () => { reject(new Error('the detector failed')) }
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.kind === 'failed') fail()
      else resolve(data)
    }
    worker.onerror = (event) => {
      event.preventDefault()
      fail()
    }
    worker.postMessage(question)
  })
}
