import { RequestFailed } from './problem.ts'

export interface PutRequest {
  url: string
  method: string
  headers: Record<string, string>
  body: Blob
  onProgress: (sentBytes: number) => void
  signal: AbortSignal
}

/** Sends a body with progress, which `fetch` cannot report. Resolves to the status of the answer. */
export type Put = (request: PutRequest) => Promise<number>

/** Set by the browser itself; a script that tries is warned about and ignored. */
const FORBIDDEN_HEADERS = new Set(['content-length', 'host'])

/** {@link Put} with an XMLHttpRequest. */
export function putByXhr(request: PutRequest): Promise<number> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest()
    const giveUp = () => { xhr.abort() }
    const settle = (finish: () => void) => () => {
      request.signal.removeEventListener('abort', giveUp)
      finish()
    }
    xhr.upload.onprogress = (event) => { request.onProgress(event.loaded) }
    xhr.onload = settle(() => { resolve(xhr.status) })
    xhr.onerror = settle(() => { reject(new RequestFailed({ kind: 'offline' })) })
    xhr.onabort = settle(() => { reject(new RequestFailed({ kind: 'cancelled' })) })

    if (request.signal.aborted) {
      reject(new RequestFailed({ kind: 'cancelled' }))
      return
    }
    request.signal.addEventListener('abort', giveUp)
    xhr.open(request.method, request.url)
    for (const [name, value] of Object.entries(request.headers)) {
      if (!FORBIDDEN_HEADERS.has(name.toLowerCase())) xhr.setRequestHeader(name, value)
    }
    xhr.send(request.body)
  })
}
