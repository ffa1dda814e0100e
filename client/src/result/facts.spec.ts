import { describe, expect, it } from 'vitest'
import type { Face } from '../api/types.ts'
import { facesIn, pictureOf } from '../../test/pictures.ts'
import { facesText, findingsOf } from './facts.ts'

const image = { width: 1000, height: 500 }

async function someFace(changes: Partial<Face> = {}): Promise<Face> {
  const [face] = facesIn(new Uint8Array(await pictureOf(1).arrayBuffer())).faces
  return { ...(face ?? expect.unreachable()), ...changes }
}

function bare(face: Face): Face {
  const { index, box, confidence, landmarks, pose, quality } = face
  return { index, box, confidence, landmarks, pose, quality }
}

describe('findings', () => {
  it('pair every emotion with its own confidence, strongest first, whatever order they come in', async () => {
    const face = await someFace({
      emotions: [{ type: 'sad', confidence: 2 }, { type: 'angry', confidence: 90 }, { type: 'happy', confidence: 8 }],
    })
    expect(findingsOf(face, image).emotions).toEqual([
      { type: 'angry', confidence: 90 }, { type: 'happy', confidence: 8 }, { type: 'sad', confidence: 2 },
    ])
  })

  it('give each verdict its own confidence', async () => {
    const face = await someFace({ smile: { value: false, confidence: 61 }, eyesOpen: { value: true, confidence: 99 } })
    const { facts } = findingsOf(face, image)
    expect(facts).toContainEqual({ label: 'Smiling', value: 'No', confidence: 61 })
    expect(facts).toContainEqual({ label: 'Eyes open', value: 'Yes', confidence: 99 })
  })

  it('invent nothing: what was not measured is named as such', async () => {
    const { facts, emotions, missing } = findingsOf(bare(await someFace()), image)
    expect(facts.map(it => it.label)).toEqual(['A face', 'Where', 'Pose', 'Brightness', 'Sharpness'])
    expect(emotions).toEqual([])
    expect(missing).toEqual([
      'emotion', 'smiling', 'mouth open', 'eyes open', 'glasses', 'sunglasses', 'beard', 'mustache', 'partly covered', 'age', 'gender',
    ])
  })

  it('say where a face is in pixels, and only the part inside', async () => {
    const inside = await someFace({ box: { left: 0.1, top: 0.2, width: 0.3, height: 0.4 } })
    expect(findingsOf(inside, image).facts[1]?.value).toBe('300 × 200 pixels, 100 from the left, 100 from the top')
    const beyond = await someFace({ box: { left: -0.1, top: 0.9, width: 0.3, height: 0.4 } })
    expect(findingsOf(beyond, image).facts[1]?.value).toBe('200 × 50 pixels, 0 from the left, 450 from the top')
  })

  it.each([
    [{ yaw: 3, pitch: -4, roll: 2 }, 'Facing the camera (yaw +3°, pitch −4°, roll +2°)'],
    [{ yaw: -40, pitch: 0, roll: 0 }, 'Turned away (yaw −40°, pitch 0°, roll 0°)'],
    [{ yaw: 0, pitch: 0, roll: 30 }, 'Tilted (yaw 0°, pitch 0°, roll +30°)'],
    [{ yaw: 0, pitch: 20, roll: 30 }, 'Turned and tilted (yaw 0°, pitch +20°, roll +30°)'],
  ])('put the pose %j into words', async (pose, words) => {
    const { facts } = findingsOf(await someFace({ pose }), image)
    expect(facts.find(it => it.label === 'Pose')?.value).toBe(words)
  })

  it('count faces', () => {
    expect([0, 1, 2].map(facesText)).toEqual(['No face', '1 face', '2 faces'])
  })
})
