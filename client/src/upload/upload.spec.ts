import { describe, expect, it } from 'vitest'
import type { Failure, Problem, ProblemSlug } from '../api/problem.ts'
import { START, isWorthRepeating, next } from './upload.ts'
import type { Photo, UploadEvent, UploadState } from './upload.ts'

const photo: Photo = { file: new Blob(['12345']), name: 'a.jpg', type: 'image/jpeg', previewUrl: 'blob:1' }
const other: Photo = { ...photo, name: 'b.jpg', previewUrl: 'blob:2' }
const stored = { uploadId: 'u', idempotencyKey: 'k' }
const offline: Failure = { kind: 'offline' }

function problem(status: number, slug: ProblemSlug): Failure {
  return { kind: 'problem', problem: { type: `/problems/${slug}`, slug, status, title: slug, instance: 'r' } satisfies Problem }
}

function after(...events: UploadEvent<string>[]): UploadState<string> {
  return events.reduce<UploadState<string>>(next, START)
}

const CHOSE: UploadEvent<string> = { kind: 'chose', photo }
const SCANNED: UploadEvent<string> = { kind: 'scanned' }
const STORED: UploadEvent<string> = { kind: 'stored', stored }

describe('an upload', () => {
  it('goes from choice to result', () => {
    expect(after(CHOSE)).toEqual({ kind: 'preview', photo })
    expect(after(CHOSE, SCANNED)).toEqual({ kind: 'uploading', photo, sentBytes: 0 })
    expect(after(CHOSE, SCANNED, { kind: 'sent', sentBytes: 3 })).toEqual({ kind: 'uploading', photo, sentBytes: 3 })
    expect(after(CHOSE, SCANNED, STORED)).toEqual({ kind: 'analysing', photo, stored })
    expect(after(CHOSE, SCANNED, STORED, { kind: 'answered', result: 'a' })).toEqual({ kind: 'done', result: 'a' })
  })

  it('replaces a choice while nothing is under way, and not afterwards', () => {
    expect(after(CHOSE, { kind: 'chose', photo: other })).toEqual({ kind: 'preview', photo: other })
    expect(after(CHOSE, SCANNED, { kind: 'chose', photo: other })).toMatchObject({ kind: 'uploading', photo })
    expect(after(CHOSE, SCANNED, { kind: 'chose-another' })).toMatchObject({ kind: 'uploading' })
  })

  it('returns to the preview when it is cancelled', () => {
    expect(after(CHOSE, SCANNED, { kind: 'cancelled' })).toEqual({ kind: 'preview', photo })
    expect(after(CHOSE, SCANNED, STORED, { kind: 'cancelled' })).toEqual({ kind: 'preview', photo })
  })

  it('goes on where it stopped when only the answer got lost', () => {
    expect(after(CHOSE, SCANNED, STORED, { kind: 'failed', failure: offline }, SCANNED)).toEqual({ kind: 'analysing', photo, stored })
    for (const failure of [problem(503, 'busy'), problem(429, 'too-many-uploads'), problem(409, 'analysis-in-progress')]) {
      expect(after(CHOSE, SCANNED, STORED, { kind: 'failed', failure }, SCANNED).kind).toBe('analysing')
    }
  })

  it('uploads again when the upload is of no use any more', () => {
    const failure = problem(410, 'upload-expired')
    expect(after(CHOSE, SCANNED, STORED, { kind: 'failed', failure }, SCANNED)).toEqual({ kind: 'uploading', photo, sentBytes: 0 })
    expect(after(CHOSE, SCANNED, { kind: 'failed', failure: offline }, SCANNED).kind).toBe('uploading')
  })

  it('ignores what comes too late', () => {
    const cancelled = after(CHOSE, SCANNED, { kind: 'cancelled' })
    for (const late of [STORED, { kind: 'sent', sentBytes: 5 }, { kind: 'answered', result: 'a' }, { kind: 'failed', failure: offline }] as const) {
      expect(next(cancelled, late)).toBe(cancelled)
    }
  })

  it('opens the camera only from the start', () => {
    expect(after({ kind: 'opened-camera' })).toEqual({ kind: 'camera' })
    expect(after({ kind: 'opened-camera' }, CHOSE)).toEqual({ kind: 'preview', photo })
    expect(after({ kind: 'opened-camera' }, { kind: 'chose-another' })).toEqual(START)
    expect(after(CHOSE, { kind: 'opened-camera' })).toEqual({ kind: 'preview', photo })
  })

  it('offers another attempt only where it may help', () => {
    expect(isWorthRepeating(offline)).toBe(true)
    expect(isWorthRepeating(problem(503, 'busy'))).toBe(true)
    expect(isWorthRepeating(problem(422, 'image-corrupt'))).toBe(false)
  })
})
