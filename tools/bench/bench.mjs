// The reference library on its WebAssembly backend, one thread: a contender of bench.py.
//
// node bench.mjs <pixels.rgb> <width> <height> [face score 0..1]
//
// Says "ready" once the nets are loaded and warm; then answers every line on standard input with one line of JSON:
// {"detect_ms", "landmarks_ms", "expression_ms", "age_gender_ms", "embed_ms", "faces"}.

import { createRequire } from 'node:module'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'

const require = createRequire(import.meta.url)
const [file, width, height, score = '0.5'] = process.argv.slice(2)

const tf = require('@tensorflow/tfjs')
const wasm = require('@tensorflow/tfjs-backend-wasm')
const wasmFolder = path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))
wasm.setWasmPaths(wasmFolder + path.sep)
wasm.setThreadsCount(1)
await tf.setBackend('wasm')
await tf.ready()

const faceapi = require('@vladmandic/face-api/dist/face-api.node-wasm.js')
const models = path.join(path.dirname(require.resolve('@vladmandic/face-api/package.json')), 'model')
const { ssdMobilenetv1, faceLandmark68Net, faceExpressionNet, ageGenderNet, faceRecognitionNet } = faceapi.nets
for (const net of [ssdMobilenetv1, faceLandmark68Net, faceExpressionNet, ageGenderNet, faceRecognitionNet]) await net.loadFromDisk(models)

const pixels = await readFile(file)
const photo = tf.tensor3d(new Uint8Array(pixels), [Number(height), Number(width), 3], 'int32')
const options = new faceapi.SsdMobilenetv1Options({ minConfidence: Number(score), maxResults: 100 })

async function withCrops(rects, work) {
  const crops = await faceapi.extractFaceTensors(photo, rects)
  try {
    for (const crop of crops) await work(crop)
  } finally {
    for (const crop of crops) crop.dispose()
  }
}

// What detectAllFaces().withFaceLandmarks().withFaceExpressions().withAgeAndGender().withFaceDescriptors() does, stage by stage.
async function run() {
  const marks = [performance.now()]
  const faces = await faceapi.detectAllFaces(photo, options)
  marks.push(performance.now())
  const aligned = []
  const boxes = faces.map(it => it.box)
  await withCrops(boxes, async (crop) => {
    const box = boxes[aligned.length]
    const landmarks = await faceLandmark68Net.detectLandmarks(crop)
    aligned.push(landmarks.shiftBy(box.x, box.y).align())
  })
  marks.push(performance.now())
  await withCrops(aligned, crop => faceExpressionNet.predictExpressions(crop))
  marks.push(performance.now())
  await withCrops(aligned, crop => ageGenderNet.predictAgeAndGender(crop))
  marks.push(performance.now())
  await withCrops(aligned, crop => faceRecognitionNet.computeFaceDescriptor(crop))
  marks.push(performance.now())
  const [detect, landmarks, expression, ageGender, embed] = marks.slice(1).map((it, idx) => it - marks[idx])
  return {
    detect_ms: detect,
    landmarks_ms: landmarks,
    expression_ms: expression,
    age_gender_ms: ageGender,
    embed_ms: embed,
    faces: faces.length,
  }
}

await run()
process.stdout.write('ready\n')
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'run') process.stdout.write(JSON.stringify(await run()) + '\n')
}
