/** Runs the small detector of face-api, whose weights the server's own engine uses too. Large, and loaded for the check only. */
import { TinyFaceDetector, TinyFaceDetectorOptions, env, tf } from '@vladmandic/face-api'
import manifest from '@vladmandic/face-api/model/tiny_face_detector_model-weights_manifest.json'
import type { FromWorker, ToWorker } from './detector.ts'

/** A multiple of 32. At 160 faces of a quarter of the picture's width are missed, and somebody too far away is told to come. */
const INPUT_SIZE = 224

/** Least score of a face. The library's own choice. */
const LEAST_SCORE = 0.5

/** The library asks which of its arguments are elements of a page; in a worker none is. */
class NoElement { readonly isElement = false }
const none = () => { throw new Error('a worker has no elements') }
env.setEnv({
  Canvas: NoElement, Image: NoElement, Video: NoElement, CanvasRenderingContext2D: NoElement, ImageData,
  createCanvasElement: none, createImageElement: none, createVideoElement: none, fetch: none, readFile: none,
} as unknown as ReturnType<typeof env.getEnv>)

/** The package's types leave these out. */
const backends = tf as unknown as { setBackend: (name: string) => Promise<boolean>, ready: () => Promise<void> }

const detector = new TinyFaceDetector()
const options = new TinyFaceDetectorOptions({ inputSize: INPUT_SIZE, scoreThreshold: LEAST_SCORE })

async function load(weights: ArrayBuffer): Promise<FromWorker> {
  // Graphics first; without them plain JavaScript, which is slower and still fast enough to help.
  if (!await backends.setBackend('webgl')) await backends.setBackend('cpu')
  await backends.ready()
  const specs = manifest.flatMap(it => it.weights) as Parameters<typeof tf.io.decodeWeights>[1]
  detector.loadFromWeightMap(tf.io.decodeWeights(weights, specs))
  // The first look takes seconds, the others a quarter of one: programs for the graphics are made then.
  await look(new ImageData(INPUT_SIZE, INPUT_SIZE))
  return { kind: 'ready' }
}

async function look(picture: ImageData): Promise<FromWorker> {
  const pixels = tf.browser.fromPixels(picture)
  try {
    const found = await detector.locateFaces(pixels, options)
    return { kind: 'seen', faces: found.map(({ box: { left, top, width, height } }) => ({ left, top, width, height })) }
  } finally {
    pixels.dispose()
  }
}

globalThis.onmessage = async ({ data }: MessageEvent<ToWorker>) => {
  let answer: FromWorker
  try {
    answer = data.kind === 'load' ? await load(data.weights) : await look(data.picture)
  } catch {
    // Without guidance the check works as well: the server's hints remain.
    answer = { kind: 'failed' }
  }
  globalThis.postMessage(answer)
}
