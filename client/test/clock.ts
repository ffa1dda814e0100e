import type { Clock } from '../src/liveness/clock.ts'

/** A clock on which waiting takes no time, and time passes by waiting only. */
export class FakeClock implements Clock {
  ms = 1_000_000
  readonly slept: number[] = []

  now = (): number => this.ms

  sleep = async (ms: number, signal: AbortSignal): Promise<void> => {
    if (signal.aborted) return
    this.slept.push(ms)
    this.ms += ms
    // Others have their turn, as with a real timer.
    await new Promise((resolve) => { setTimeout(resolve, 0) })
  }
}
