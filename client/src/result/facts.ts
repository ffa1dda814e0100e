import type { EmotionScore, Face, ImageSize, Pose, Verdict } from '../api/types.ts'
import { texts } from '../texts.ts'
import { count, degrees, percent } from '../ui/format.ts'

/** One line about a face: a value in words, and how sure it is where that was measured. */
export interface Fact {
  label: string
  value: string
  /** Percent. */
  confidence: number | null
}

export interface Findings {
  facts: Fact[]
  /** Strongest first; empty where emotions were not measured. */
  emotions: EmotionScore[]
  /** Names of what is promised and was not measured, in lower case. */
  missing: string[]
}

type VerdictName = 'smile' | 'mouthOpen' | 'eyesOpen' | 'eyeglasses' | 'sunglasses' | 'beard' | 'mustache' | 'faceOccluded'

const VERDICTS: readonly VerdictName[] = [
  'smile', 'mouthOpen', 'eyesOpen', 'eyeglasses', 'sunglasses', 'beard', 'mustache', 'faceOccluded',
]

/** Turned or tilted by less than this, a face reads as facing the camera. Degrees; chosen, not measured. */
const FACING_WITHIN_DEGREES = 15

/** Says in words what was found; what was not measured is named, never invented. */
export function findingsOf(face: Face, image: ImageSize): Findings {
  const emotions = sortedEmotions(face)
  const missing: string[] = []
  const measured = (label: string, fact: Fact | null): Fact[] => {
    if (fact) return [fact]
    missing.push(label.toLowerCase())
    return []
  }
  if (emotions.length === 0) missing.push(texts.facts.emotion.toLowerCase())

  const facts = [
    { label: texts.facts.confidence, value: texts.facts.yes, confidence: face.confidence },
    { label: texts.facts.where, value: whereText(face, image), confidence: null },
    ...VERDICTS.flatMap((name) => {
      const label = texts.facts[name]
      return measured(label, verdictFact(label, face[name]))
    }),
    ...measured(texts.facts.ageRange, ageFact(face)),
    ...measured(texts.facts.gender, genderFact(face)),
    { label: texts.facts.pose, value: poseText(face.pose), confidence: null },
    { label: texts.facts.brightness, value: outOf100(face.quality.brightness), confidence: null },
    { label: texts.facts.sharpness, value: outOf100(face.quality.sharpness), confidence: null },
  ]
  return { facts, emotions, missing }
}

/** The wire promises no order that a page could rely on. */
function sortedEmotions(face: Face): EmotionScore[] {
  return [...face.emotions ?? []].sort((a, b) => b.confidence - a.confidence)
}

/** The emotion a face shows most, if emotions were measured. */
export function topEmotion(face: Face): EmotionScore | null {
  return sortedEmotions(face)[0] ?? null
}

/** The confidence as a fact says it. */
export function sureText(confidence: number): string {
  return texts.result.sure(percent(confidence))
}

function verdictFact(label: string, verdict: Verdict | null | undefined): Fact | null {
  if (!verdict) return null
  return { label, value: verdict.value ? texts.facts.yes : texts.facts.no, confidence: verdict.confidence }
}

function ageFact(face: Face): Fact | null {
  if (!face.ageRange) return null
  const { low, high } = face.ageRange
  return { label: texts.facts.ageRange, value: texts.facts.age(low, high), confidence: null }
}

function genderFact(face: Face): Fact | null {
  if (!face.gender) return null
  const { value, confidence } = face.gender
  return { label: texts.facts.gender, value: value === 'male' ? texts.facts.male : texts.facts.female, confidence }
}

function poseText(pose: Pose): string {
  const angles = texts.facts.angles(degrees(pose.yaw), degrees(pose.pitch), degrees(pose.roll))
  return `${directionText(pose)} (${angles})`
}

/** Which way it turns is left to the signed angles: left and right depend on who looks. */
function directionText(pose: Pose): string {
  const isTurned = Math.max(Math.abs(pose.yaw), Math.abs(pose.pitch)) > FACING_WITHIN_DEGREES
  const isTilted = Math.abs(pose.roll) > FACING_WITHIN_DEGREES
  if (isTurned) return isTilted ? texts.facts.turnedAndTilted : texts.facts.turned
  return isTilted ? texts.facts.tilted : texts.facts.facing
}

function outOf100(value: number): string {
  return texts.facts.outOf100(Math.round(value).toString())
}

/** The box in pixels of the picture, as far as it lies inside. */
function whereText(face: Face, image: ImageSize): string {
  const left = Math.max(0, face.box.left)
  const top = Math.max(0, face.box.top)
  const right = Math.min(1, face.box.left + face.box.width)
  const bottom = Math.min(1, face.box.top + face.box.height)
  const pixels = (ratio: number, total: number) => Math.round(ratio * total).toString()
  return texts.facts.pixels(
    pixels(right - left, image.width), pixels(bottom - top, image.height),
    pixels(left, image.width), pixels(top, image.height),
  )
}

/** What a list of analyses says about one, as in "3 faces". */
export function facesText(n: number): string {
  return n === 0 ? texts.history.noFace : count(n, 'face', 'faces')
}
