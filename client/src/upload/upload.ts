import type { Failure } from '../api/problem.ts'
import type { PhotoType, Refusal } from './photo.ts'

/** A picture that passed the client's own checks. */
export interface Photo {
  file: Blob
  name: string
  type: PhotoType
  /** An object URL, owned by whoever made the photo. */
  previewUrl: string
}

/** A picture that has arrived; asking again with the same key gives the same result, not a second one. */
export interface Stored {
  uploadId: string
  idempotencyKey: string
}

/** `Result` is what the picture is for: an analysis, for instance. */
export type UploadState<Result> =
  | { kind: 'choosing', refusal: Refusal | null }
  | { kind: 'camera' }
  | { kind: 'preview', photo: Photo }
  | { kind: 'uploading', photo: Photo, sentBytes: number }
  | { kind: 'analysing', photo: Photo, stored: Stored }
  | { kind: 'failed', photo: Photo, stored: Stored | null, failure: Failure }
  | { kind: 'done', result: Result }

export type UploadEvent<Result> =
  | { kind: 'chose', photo: Photo }
  | { kind: 'refused', refusal: Refusal }
  | { kind: 'opened-camera' }
  | { kind: 'chose-another' }
  | { kind: 'scanned' }
  | { kind: 'sent', sentBytes: number }
  | { kind: 'stored', stored: Stored }
  | { kind: 'answered', result: Result }
  | { kind: 'failed', failure: Failure }
  | { kind: 'cancelled' }

export const START: UploadState<never> = { kind: 'choosing', refusal: null }

/** Gives the state after an event. An event that means nothing in a state leaves it as it is. */
export function next<Result>(state: UploadState<Result>, event: UploadEvent<Result>): UploadState<Result> {
  switch (event.kind) {
    case 'chose':
      return isBusy(state) ? state : { kind: 'preview', photo: event.photo }
    case 'refused':
      return isBusy(state) ? state : { kind: 'choosing', refusal: event.refusal }
    case 'opened-camera':
      return state.kind === 'choosing' ? { kind: 'camera' } : state
    case 'chose-another':
      return isBusy(state) ? state : START
    case 'scanned':
      return afterScan(state)
    case 'sent':
      return state.kind === 'uploading' ? { ...state, sentBytes: event.sentBytes } : state
    case 'stored':
      return state.kind === 'uploading'
        ? { kind: 'analysing', photo: state.photo, stored: event.stored }
        : state
    case 'answered':
      return state.kind === 'analysing' ? { kind: 'done', result: event.result } : state
    case 'failed':
      return afterFailure(state, event.failure)
    case 'cancelled':
      return state.kind === 'uploading' || state.kind === 'analysing'
        ? { kind: 'preview', photo: state.photo }
        : state
  }
}

/** While bytes or an answer are under way, another choice has to wait for a cancel. */
export function isBusy(state: UploadState<unknown>): boolean {
  return state.kind === 'uploading' || state.kind === 'analysing'
}

/** A second attempt begins where the first one stopped. */
function afterScan<Result>(state: UploadState<Result>): UploadState<Result> {
  if (state.kind === 'failed' && state.stored) {
    return { kind: 'analysing', photo: state.photo, stored: state.stored }
  }
  if (state.kind === 'failed' || state.kind === 'preview') {
    return { kind: 'uploading', photo: state.photo, sentBytes: 0 }
  }
  return state
}

function afterFailure<Result>(state: UploadState<Result>, failure: Failure): UploadState<Result> {
  if (state.kind === 'uploading') {
    return { kind: 'failed', photo: state.photo, stored: null, failure }
  }
  if (state.kind === 'analysing') {
    const stored = endsUpload(failure) ? null : state.stored
    return { kind: 'failed', photo: state.photo, stored, failure }
  }
  return state
}

/** Whether the same picture may do better a second time; what is wrong with it stays wrong. */
export function isWorthRepeating(failure: Failure): boolean {
  if (failure.kind !== 'problem') return true
  switch (failure.problem.slug) {
    case 'not-an-image':
    case 'image-corrupt':
    case 'image-unsupported':
    case 'image-too-large':
    case 'image-too-small':
    case 'face-not-usable':
    case 'upload-too-large':
      return false
    default:
      return true
  }
}

/** An answer about the picture or its upload ends that upload; anything else leaves it usable. */
function endsUpload(failure: Failure): boolean {
  if (failure.kind !== 'problem' || failure.problem.slug === 'analysis-in-progress') return false
  return failure.problem.status < 500 && failure.problem.status !== 429
}
