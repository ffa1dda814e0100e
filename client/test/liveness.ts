/** A liveness challenge that is passed by sending frames, whatever they show: the answers of the API in the right order. */
import type { components } from '../src/api/schema.ts'

type Schemas = components['schemas']
type FrameAnswer = Schemas['FrameAnswer']
type Instruction = Schemas['ChallengeInstruction']

/** Most frames and the time between them, in milliseconds. */
const FRAMES = { sequence: { most: 60, intervalMs: 250 }, nose: { most: 40, intervalMs: 200 } }

/** The box of the reference challenge: three quarters of the height, and centred. */
function areaOf(width: number, height: number): Schemas['PixelBox'] {
  const tall = Math.trunc(0.75 * height)
  const wide = Math.trunc(Math.min(0.75 * width, 0.75 * tall))
  return { left: Math.trunc((width - wide) / 2), top: Math.trunc((height - tall) / 2), width: wide, height: tall }
}

export function challengeOf(
  { imageWidth: width, imageHeight: height, kind = 'sequence' }: Schemas['CreateChallengeRequest'],
  expiresAt = '2026-11-21T11:03:00Z',
): Schemas['StartedChallenge'] {
  const area = areaOf(width, height)
  return {
    challengeId: '01890a5d-ac96-774b-bcce-b302099a8057',
    token: 'token.of.challenge',
    expiresAt,
    kind,
    area,
    maxFrames: FRAMES[kind].most,
    maxFrameBytes: 200_000,
    frameIntervalMs: FRAMES[kind].intervalMs,
    instruction: { task: 'enter-area', step: 0, target: area, limitMs: 180_000 },
  }
}

export const CHALLENGE = challengeOf({ imageWidth: 640, imageHeight: 480 })

/** The answer to a frame that was taken. */
export function answerOf(index: number, members: Partial<FrameAnswer>): FrameAnswer {
  return {
    accepted: true, phase: 'face', instruction: CHALLENGE.instruction, nextIndex: index + 1, framesLeft: CHALLENGE.maxFrames - 1 - index,
    ...members,
  }
}

const STRAIGHT = (step: number): Instruction => ({ task: 'look-straight', step, limitMs: 8000 })

/** Answers to frame 0, 1, 2 and so on: every kind of step, or the only one, with hints on the way. */
export function storyOf(challenge: Schemas['StartedChallenge'] = CHALLENGE): Partial<FrameAnswer>[] {
  const { area } = challenge
  const side = 0.12 * area.width
  const target = { left: area.left + 0.25 * area.width - side / 2, top: area.top + 0.5 * area.height - side / 2, width: side, height: side }
  const step = (task: Instruction['task'], number: number, limitMs = 8000): Partial<FrameAnswer> =>
    ({ phase: 'step', instruction: { task, step: number, limitMs, ...task === 'nose-to-target' ? { target } : {} } })
  if (challenge.kind === 'nose') {
    return [
      { phase: 'face', hint: 'no-face' },
      { phase: 'area', hint: 'come-closer' },
      step('nose-to-target', 1, 10_000), { ...step('nose-to-target', 1, 6000), hint: 'hold-still' },
      { phase: 'over' },
    ]
  }
  return [
    { phase: 'face', hint: 'no-face' },
    { phase: 'area', hint: 'come-closer' },
    { phase: 'ready', instruction: STRAIGHT(1), hint: 'look-straight' },
    step('nose-to-target', 1), { ...step('nose-to-target', 1, 6000), hint: 'hold-still' },
    { phase: 'ready', instruction: STRAIGHT(2), hint: 'look-straight' },
    step('turn-left', 2), step('turn-left', 2, 5000),
    { phase: 'ready', instruction: STRAIGHT(3), hint: 'look-straight' },
    step('smile', 3), { ...step('smile', 3, 5000), hint: 'relax-first' },
    { phase: 'over' },
  ]
}

/** Plays a story: what the server of a test answers to frames. */
export class PlayedChallenge {
  readonly challenge: Schemas['StartedChallenge']
  readonly nSent = new Map<number, number>()
  private readonly story: Partial<FrameAnswer>[]

  constructor(challenge = CHALLENGE, story = storyOf(challenge)) {
    this.challenge = challenge
    this.story = story
  }

  answer({ index }: Pick<Schemas['PutFrameRequest'], 'index'>): FrameAnswer {
    this.nSent.set(index, (this.nSent.get(index) ?? 0) + 1)
    const answer = answerOf(index, this.story[Math.min(index, this.story.length - 1)] ?? {})
    if (answer.phase === 'over') delete answer.instruction
    return answer
  }
}
