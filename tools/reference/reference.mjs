// The reference library, set up once: Node, TensorFlow.js on its WebAssembly backend, all weights from
// the installed package. Pictures are decoded by libjpeg (mozjpeg, compiled to WebAssembly).

import { createRequire } from 'node:module'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import decodeJpeg, { init as initJpeg } from '@jsquash/jpeg/decode.js'

const require = createRequire(import.meta.url)
const wasm = require('@tensorflow/tfjs-backend-wasm')
export const tf = require('@tensorflow/tfjs')
export const faceapi = require('@vladmandic/face-api/dist/face-api.node-wasm.js')

/** Folder of the installed package. */
export const packageDir = path.dirname(require.resolve('@vladmandic/face-api/package.json'))

/** Names of everything that a golden depends on, for its header. */
export const madeWith = {
  'face-api': require('@vladmandic/face-api/package.json').version,
  tfjs: require('@tensorflow/tfjs/package.json').version,
  backend: 'wasm',
}

/** Starts TensorFlow.js and loads every network. */
export async function start() {
  wasm.setWasmPaths(path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm')) + '/')
  await tf.setBackend('wasm')
  await tf.ready()
  const weights = path.join(packageDir, 'model')
  const { nets } = faceapi
  for (const net of [
    nets.ssdMobilenetv1, nets.tinyFaceDetector, nets.faceLandmark68Net,
    nets.faceExpressionNet, nets.ageGenderNet, nets.faceRecognitionNet,
  ]) await net.loadFromDisk(weights)
  const jpeg = require.resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm')
  await initJpeg(await WebAssembly.compile(await readFile(jpeg)))
}

/** Decodes a JPEG to { width, height, rgb }. */
export async function readPhoto(file) {
  const bytes = await readFile(file)
  const { width, height, data } = await decodeJpeg(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
  const rgb = new Uint8Array(width * height * 3)
  for (let from = 0, to = 0; from < data.length; from += 4) {
    rgb[to++] = data[from]
    rgb[to++] = data[from + 1]
    rgb[to++] = data[from + 2]
  }
  return { width, height, rgb }
}

/** The [height, width, 3] tensor of a photo. */
export function toTensor({ width, height, rgb }) {
  return tf.tensor3d(Int32Array.from(rgb), [height, width, 3], 'int32')
}
