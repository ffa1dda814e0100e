import type { Put } from './put.ts'

/** What the API client needs of its surroundings. */
export interface Transport {
  fetch: typeof globalThis.fetch
  put: Put
  /** Runs one of these at a time across all tabs of the browser. */
  exclusively: <T>(work: () => Promise<T>) => Promise<T>
  /** Lower-case hexadecimal; `undefined` where the browser offers none, as in insecure contexts. */
  sha256: (body: Blob) => Promise<string | undefined>
}
