import { newIdempotencyKey } from './idempotency.ts'

/**
 * The idempotency key of a creation. A request that is sent again because its
 * answer was lost has the same one; another request, or one after a success, has
 * another.
 */
export function creation() {
  let last: { request: string, key: string } | null = null

  return {
    keyFor(request: object): string {
      const text = JSON.stringify(request)
      if (last?.request !== text) last = { request: text, key: newIdempotencyKey() }
      return last.key
    },
    done(): void {
      last = null
    },
  }
}
