/**
 * Passes texts on, not faster than somebody can take them in: a text that comes too early waits, and only the latest
 * one waits.
 */
export interface Announcer {
  say: (text: string) => void
  /** Passes the text on without waiting, because it replaces what came before. */
  sayNow: (text: string) => void
  stop: () => void
}

/** Least time that a text stays, in milliseconds. Chosen: a short sentence is heard or read in it. */
export const LEAST_STAY_MS = 1_500

export function createAnnouncer(emit: (text: string) => void, now: () => number = Date.now): Announcer {
  let said = ''
  let saidAt = -Infinity
  let timer: ReturnType<typeof setTimeout> | null = null

  function pass(text: string): void {
    if (timer !== null) clearTimeout(timer)
    timer = null
    if (text === said) return
    said = text
    saidAt = now()
    emit(text)
  }

  return {
    say(text) {
      const waitMs = saidAt + LEAST_STAY_MS - now()
      if (waitMs <= 0 || text === said) {
        pass(text)
        return
      }
      if (timer !== null) clearTimeout(timer)
      timer = setTimeout(() => { pass(text) }, waitMs)
    },
    sayNow: pass,
    stop() {
      if (timer !== null) clearTimeout(timer)
      timer = null
    },
  }
}
