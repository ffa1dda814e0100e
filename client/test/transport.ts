import { RequestFailed } from '../src/api/problem.ts'
import type { Transport } from '../src/api/transport.ts'
import type { MockAnswer, MockServer } from './server.ts'

/** A browser's way to the mock server: one cookie jar, and work that other tabs cannot interleave with. */
export function transportTo(server: MockServer, jar: { cookie: string } = { cookie: '' }): Transport {
  let turn: Promise<unknown> = Promise.resolve()
  return {
    async fetch(input, init) {
      const request = new Request(new URL(input as string, 'http://client.test'), init)
      const headers = Object.fromEntries(request.headers.entries())
      const body = new Uint8Array(await request.arrayBuffer())
      await nextTask()
      init?.signal?.throwIfAborted()
      const answer = server.answer({ method: request.method, url: request.url, headers: { ...headers, cookie: jar.cookie }, body })
      const cookie = answer.headers['set-cookie']
      if (cookie !== undefined) jar.cookie = cookie.split(';')[0] ?? ''
      return responseOf(answer)
    },
    async put({ url, method, headers, body, onProgress, signal }) {
      const bytes = new Uint8Array(await body.arrayBuffer())
      for (const sentBytes of [0, Math.floor(bytes.length / 2), bytes.length]) {
        onProgress(sentBytes)
        await nextTask()
        if (signal.aborted) throw new RequestFailed({ kind: 'cancelled' })
      }
      try {
        return server.answer({ method, url, headers, body: bytes }).status
      } catch {
        throw new RequestFailed({ kind: 'offline' })
      }
    },
    exclusively(work) {
      const mine = turn.then(work)
      turn = mine.catch(() => undefined)
      return mine
    },
    sha256: () => Promise.resolve('0'.repeat(64)),
  }
}

function nextTask(): Promise<void> {
  return new Promise((resolve) => { setTimeout(resolve, 0) })
}

function responseOf(answer: MockAnswer): Response {
  const body = typeof answer.body === 'string' ? answer.body : new Uint8Array(answer.body)
  const headers = new Headers(Object.entries(answer.headers).filter(([name]) => name !== 'set-cookie'))
  return new Response(answer.status === 204 ? null : body, { status: answer.status, headers })
}
