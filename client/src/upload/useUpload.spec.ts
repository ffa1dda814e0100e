import { effectScope } from 'vue'
import type { EffectScope } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { pictureOf } from '../../test/pictures.ts'
import { MockServer, problem } from '../../test/server.ts'
import { transportTo } from '../../test/transport.ts'
import { createApi } from '../api/client.ts'
import type { Analysis } from '../api/types.ts'
import { useUpload } from './useUpload.ts'
import type { UploadControl } from './useUpload.ts'

const PASSWORD = 'three plain unrelated words'

describe('useUpload', () => {
  let server: MockServer
  let scope: EffectScope
  let upload: UploadControl<Analysis>

  beforeEach(async () => {
    server = new MockServer()
    server.addAccount('ada', PASSWORD)
    const api = createApi(transportTo(server))
    await api.signIn('ada', PASSWORD)
    server.requests.length = 0
    scope = effectScope()
    upload = scope.run(() => useUpload(api, ({ uploadId, ...key }, options) => api.createAnalysis(uploadId, { ...key, ...options }))) ?? expect.unreachable()
  })
  afterEach(() => { scope.stop() })

  const nextTask = () => new Promise((resolve) => { setTimeout(resolve, 0) })

  it('takes a picture to its analysis', async () => {
    await upload.choose(pictureOf(2), 'a.jpg')
    await upload.scan()
    const [id] = server.analyses.keys()
    expect(upload.state.value).toMatchObject({ kind: 'done', result: { analysisId: id } })
  })

  it('shows the last of two quick choices', async () => {
    await Promise.all([upload.choose(pictureOf(1), 'first.jpg'), upload.choose(pictureOf(2), 'second.jpg')])
    expect(upload.state.value).toMatchObject({ kind: 'preview', photo: { name: 'second.jpg' } })
  })

  it('forgets a choice that is given up while it is looked at', async () => {
    const chosen = upload.choose(pictureOf(1), 'a.jpg')
    upload.chooseAnother()
    await chosen
    expect(upload.state.value.kind).toBe('choosing')
  })

  it('cancels without a word, and can start again', async () => {
    await upload.choose(pictureOf(1), 'a.jpg')
    const first = upload.scan()
    await nextTask()
    upload.cancel()
    const second = upload.scan()
    await Promise.all([first, second])
    expect(upload.state.value.kind).toBe('done')
    expect(server.analyses.size).toBe(1)
  })

  it('asks for the same analysis again after a failure, not for a second upload', async () => {
    await upload.choose(pictureOf(1), 'a.jpg')
    server.answersNext.set('/api/analyses', problem(503, 'busy', 'Busy'))
    await upload.scan()
    expect(upload.state.value).toMatchObject({ kind: 'failed', failure: { problem: { slug: 'busy' } } })
    await upload.scan()
    expect(upload.state.value.kind).toBe('done')
    expect(server.requests.filter(it => it === 'POST /api/uploads')).toHaveLength(1)
  })

  it('lets go of previews it no longer shows', async () => {
    const revoked = vi.spyOn(URL, 'revokeObjectURL')
    await upload.choose(pictureOf(1), 'a.jpg')
    await upload.choose(pictureOf(2), 'b.jpg')
    expect(revoked.mock.calls).toEqual([['blob:1']])
    scope.stop()
    expect(revoked.mock.calls).toEqual([['blob:1'], ['blob:2']])
  })

  it('stops with its page', async () => {
    await upload.choose(pictureOf(1), 'a.jpg')
    const scanned = upload.scan()
    scope.stop()
    await scanned
    expect(server.analyses.size).toBe(0)
  })
})
