import type { Page, Response } from 'playwright-core'
import type { components } from '../src/api/schema.ts'

type Schemas = components['schemas']
export type Instruction = Schemas['ChallengeInstruction']
export type Result = Schemas['ChallengeResult']

/** What the server tells the page during one check, overheard. */
export class Attempt {
  /** Frames that were answered since the page knew where the nose is to go. */
  nFramesOnTheWay = 0
  readonly result: Promise<Result>
  private readonly page: Page
  private readonly told = new Map<number, (instruction: Instruction) => void>()
  private end: (result: Result) => void = () => undefined

  constructor(page: Page) {
    this.page = page
    this.result = new Promise((resolve) => { this.end = resolve })
    page.on('response', this.onResponse)
  }

  /** Waits until the page says what is to be done in this step, counted from 1. */
  step(number: number): Promise<Instruction> {
    return new Promise((resolve) => { this.told.set(number, resolve) })
  }

  /** Listens no longer. */
  stop(): void {
    this.page.off('response', this.onResponse)
  }

  private readonly onResponse = async (response: Response): Promise<void> => {
    if (response.status() !== 200) return
    if (response.url().endsWith('/verify')) {
      this.stop()
      this.end(await response.json() as Result)
    }
    if (!response.url().endsWith('/frames')) return
    const { instruction } = await response.json() as Schemas['FrameAnswer']
    if (!instruction) return
    if (instruction.task === 'nose-to-target' && !this.told.has(instruction.step)) this.nFramesOnTheWay += 1
    this.told.get(instruction.step)?.(instruction)
    this.told.delete(instruction.step)
  }
}
