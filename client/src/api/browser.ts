import { putByXhr } from './put.ts'
import type { Transport } from './transport.ts'

/** The {@link Transport} of a browser. */
export function browserTransport(): Transport {
  return {
    fetch: (input, init) => fetch(input, init),
    put: putByXhr,
    exclusively: exclusivelyInBrowser,
    sha256,
  }
}

/**
 * The refresh cookie is shared by all tabs and good for one use: two tabs that
 * refresh at once would look like a thief, and both would lose their session.
 */
async function exclusivelyInBrowser<T>(work: () => Promise<T>): Promise<T> {
  const locks = (navigator as { locks?: LockManager }).locks
  return locks ? await (locks.request('visavis-refresh', work)) : await work()
}

async function sha256(body: Blob): Promise<string | undefined> {
  const subtle = (crypto as { subtle?: SubtleCrypto }).subtle
  if (!subtle) return undefined
  const digest = new Uint8Array(await subtle.digest('SHA-256', await body.arrayBuffer()))
  return Array.from(digest, byte => byte.toString(16).padStart(2, '0')).join('')
}
