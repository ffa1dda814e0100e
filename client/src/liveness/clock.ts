/** Time, as far as this feature needs it; tests bring their own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now: () => number
  /** Resolves after so many milliseconds, or at once when aborted. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>
}

/** As a function, because the compiler takes a property for one that stays the same while we wait. */
export function isAborted(signal: AbortSignal): boolean {
  return signal.aborted
}

export const browserClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => new Promise((resolve) => {
    if (signal.aborted) {
      resolve()
      return
    }
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  }),
}
