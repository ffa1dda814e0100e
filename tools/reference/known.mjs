// Prints the known answers of models/manifest.toml: what each network of the reference library computes
// for the known input, at the positions that the manifest lists.

import { faceapi, start, tf } from './reference.mjs'

await start()
const { nets, NetInput } = faceapi

/** The byte at column x, row y, channel c is (x * (2 + c) + y * (3 - c)) mod 256. */
function knownInput(side) {
  const bytes = new Int32Array(side * side * 3)
  let at = 0
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      for (let c = 0; c < 3; c++) bytes[at++] = (x * (2 + c) + y * (3 - c)) % 256
    }
  }
  return new NetInput([tf.tensor3d(bytes, [side, side, 3], 'int32')])
}

function print(name, positions, values) {
  const answer = positions.map((at) => Number(values[at].toPrecision(7)))
  console.log(`${name}: at = [${positions.join(', ')}], answer = [${answer.join(', ')}]`)
}

const logit = (p) => Math.log(p / (1 - p))

// The engine's network gives five numbers for each anchor, of which the last is the logit of the score.
const ssd = nets.ssdMobilenetv1.forwardInput(knownInput(512))
const logits = ssd.scores[0].dataSync()
const anchors = [40, 1700, 3500, 4700, 5117]
console.log(`ssd_mobilenetv1: at = [${anchors.map((it) => it * 5 + 4).join(', ')}], answer = [${anchors.map((it) => Number(logit(logits[it]).toPrecision(5))).join(', ')}]`)

print('tiny_face_detector', [4, 100, 777, 1000, 1599], nets.tinyFaceDetector.forwardInput(knownInput(256), 256).dataSync())
print('face_landmark_68', [0, 33, 60, 97, 135], nets.faceLandmark68Net.forwardInput(knownInput(112)).dataSync())
print('face_expression', [0, 1, 3, 6], nets.faceExpressionNet.runNet(knownInput(112)).dataSync())
const { age, gender } = nets.ageGenderNet.runNet(knownInput(112))
print('age_gender', [0, 1, 2], [...age.dataSync(), ...gender.dataSync()])
print('face_recognition', [0, 17, 64, 127], nets.faceRecognitionNet.forwardInput(knownInput(150)).dataSync())
