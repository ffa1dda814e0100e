import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { failureOf } from './problem.ts'
import { putByXhr } from './put.ts'

class FakeXhr {
  static last: FakeXhr
  upload: { onprogress?: (event: { loaded: number }) => void } = {}
  onload?: () => void
  onerror?: () => void
  onabort?: () => void
  status = 0
  opened: string[] = []
  headers: Record<string, string> = {}
  sent: Blob | null = null
  constructor() { FakeXhr.last = this }
  open(...opened: string[]) { this.opened = opened }
  setRequestHeader(name: string, value: string) { this.headers[name] = value }
  send(body: Blob) { this.sent = body }
  abort() { this.onabort?.() }
}

describe('putByXhr', () => {
  const body = new Blob(['1234567890'])
  let given: AbortController
  let progress: number[]

  beforeEach(() => {
    vi.stubGlobal('XMLHttpRequest', FakeXhr)
    given = new AbortController()
    progress = []
  })
  afterEach(() => { vi.unstubAllGlobals() })

  const put = () => putByXhr({
    url: 'https://storage.test/uploads/1',
    method: 'PUT',
    headers: { 'Content-Type': 'image/jpeg', 'Content-Length': '10', 'host': 'storage.test', 'x-amz-checksum-sha256': 'abc' },
    body,
    onProgress: sentBytes => progress.push(sentBytes),
    signal: given.signal,
  })

  it('sends exactly the headers it is told, without those that are the browser’s', async () => {
    const done = put()
    expect(FakeXhr.last.opened).toEqual(['PUT', 'https://storage.test/uploads/1'])
    expect(FakeXhr.last.headers).toEqual({ 'Content-Type': 'image/jpeg', 'x-amz-checksum-sha256': 'abc' })
    expect(FakeXhr.last.sent).toBe(body)
    FakeXhr.last.upload.onprogress?.({ loaded: 4 })
    FakeXhr.last.upload.onprogress?.({ loaded: 10 })
    FakeXhr.last.status = 403
    FakeXhr.last.onload?.()
    await expect(done).resolves.toBe(403)
    expect(progress).toEqual([4, 10])
  })

  it('says that there is no connection', async () => {
    const done = put().catch(failureOf)
    FakeXhr.last.onerror?.()
    await expect(done).resolves.toEqual({ kind: 'offline' })
  })

  it('can be given up before and while it sends', async () => {
    const done = put().catch(failureOf)
    given.abort()
    await expect(done).resolves.toEqual({ kind: 'cancelled' })
    await expect(put().catch(failureOf)).resolves.toEqual({ kind: 'cancelled' })
  })
})
