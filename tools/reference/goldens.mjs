// Writes what the reference library finds in the package's sample photos, one JSON file each, for
// crates/face-engine/tests/goldens.rs: sampled pixels, SSD boxes, and for each box landmarks, expression,
// age and gender. Run it again only with another version of the library: `npm run goldens`.

import { writeFile, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { faceapi, madeWith, packageDir, readPhoto, start, toTensor } from './reference.mjs'

const out = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../crates/face-engine/tests/goldens')
const round = (value, digits) => Number(value.toFixed(digits))

await start()
await mkdir(out, { recursive: true })
for (let sample = 1; sample <= 6; sample++) {
  const photo = await readPhoto(path.join(packageDir, 'demo', `sample${sample}.jpg`))
  const tensor = toTensor(photo)
  const options = new faceapi.SsdMobilenetv1Options({ minConfidence: 0.5, maxResults: 100 })
  const faces = await faceapi.detectAllFaces(tensor, options).withFaceLandmarks().withFaceExpressions().withAgeAndGender()
  tensor.dispose()
  const golden = {
    madeBy: 'tools/reference/goldens.mjs',
    madeWith,
    photo: `sample${sample}.jpg`,
    width: photo.width,
    height: photo.height,
    pixels: pixels(photo),
    faces: faces.map((face) => ({
      score: round(face.detection.score, 5),
      box: ['x', 'y', 'width', 'height'].map((it) => round(face.detection.box[it], 2)),
      landmarks: face.landmarks.positions.map((it) => [round(it.x, 2), round(it.y, 2)]),
      expressions: Object.fromEntries(faceapi.FACE_EXPRESSION_LABELS
        ? faceapi.FACE_EXPRESSION_LABELS.map((it) => [it, round(face.expressions[it], 5)])
        : Object.entries(face.expressions).map(([it, value]) => [it, round(value, 5)])),
      age: round(face.age, 3),
      gender: face.gender,
      genderProbability: round(face.genderProbability, 5),
    })),
  }
  await writeFile(path.join(out, `sample${sample}.json`), JSON.stringify(golden) + '\n')
  console.log(`sample${sample}.jpg: ${faces.length} faces`)
}

/** Colours on a grid of 8 by 8, as [x, y, r, g, b]. */
function pixels({ width, height, rgb }) {
  const found = []
  for (let row = 0; row < 8; row++) {
    for (let column = 0; column < 8; column++) {
      const x = Math.floor(((column + 0.5) * width) / 8)
      const y = Math.floor(((row + 0.5) * height) / 8)
      const at = (y * width + x) * 3
      found.push([x, y, rgb[at], rgb[at + 1], rgb[at + 2]])
    }
  }
  return found
}
