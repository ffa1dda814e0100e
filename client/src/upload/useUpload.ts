import { onScopeDispose, shallowReadonly, shallowRef } from 'vue'
import type { Api } from '../api/client.ts'
import { newIdempotencyKey } from '../api/idempotency.ts'
import { failureOf } from '../api/problem.ts'
import { checkPhoto } from './photo.ts'
import { START, next } from './upload.ts'
import type { Photo, Stored, UploadEvent, UploadState } from './upload.ts'

type UploadApi = Pick<Api, 'createUpload' | 'putPhoto'>

export type UploadControl<Result> = ReturnType<typeof useUpload<Result>>

/**
 * Takes one picture from the user's hands to what `use` makes of it.
 *
 * Only the newest choice and the newest attempt count: whatever an earlier one
 * still brings is dropped, and its requests are aborted.
 */
export function useUpload<Result>(
  api: UploadApi, use: (stored: Stored, options: { signal: AbortSignal }) => Promise<Result>,
) {
  const state = shallowRef<UploadState<Result>>(START)
  let choice = 0
  let attempt = new AbortController()
  let previewUrl: string | null = null

  function send(event: UploadEvent<Result>): void {
    state.value = next(state.value, event)
  }

  async function choose(file: Blob, name: string): Promise<void> {
    const mine = ++choice
    const verdict = await checkPhoto(file)
    if (mine !== choice) return
    releasePreview()
    if (verdict.kind !== 'fine') {
      send({ kind: 'refused', refusal: verdict })
      return
    }
    previewUrl = URL.createObjectURL(file)
    send({ kind: 'chose', photo: { file, name, type: verdict.type, previewUrl } })
  }

  function chooseAnother(): void {
    choice += 1
    releasePreview()
    send({ kind: 'chose-another' })
  }

  function openCamera(): void {
    choice += 1
    send({ kind: 'opened-camera' })
  }

  /** Starts, or continues after a failure. */
  async function scan(): Promise<void> {
    send({ kind: 'scanned' })
    attempt.abort()
    const { signal } = (attempt = new AbortController())
    try {
      if (state.value.kind === 'uploading') {
        const stored = await store(state.value.photo, signal)
        if (signal.aborted) return
        send({ kind: 'stored', stored })
      }
      if (state.value.kind === 'analysing') {
        const result = await use(state.value.stored, { signal })
        if (!signal.aborted) send({ kind: 'answered', result })
      }
    } catch (error) {
      if (!signal.aborted) send({ kind: 'failed', failure: failureOf(error) })
    }
  }

  async function store(photo: Photo, signal: AbortSignal): Promise<Stored> {
    const upload = await api.createUpload(photo.file, photo.type, { signal })
    await api.putPhoto(upload, photo.file, {
      signal,
      onProgress: (sentBytes) => {
        if (!signal.aborted) send({ kind: 'sent', sentBytes })
      },
    })
    return { uploadId: upload.uploadId, idempotencyKey: newIdempotencyKey() }
  }

  function cancel(): void {
    attempt.abort()
    send({ kind: 'cancelled' })
  }

  function releasePreview(): void {
    if (previewUrl !== null) URL.revokeObjectURL(previewUrl)
    previewUrl = null
  }

  onScopeDispose(() => {
    choice += 1
    attempt.abort()
    releasePreview()
  })

  return { state: shallowReadonly(state), choose, chooseAnother, openCamera, scan, cancel }
}
