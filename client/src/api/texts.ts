/** What is said about failures, whichever page met them. */
import { resultTexts } from '../result/texts.ts'
import { SIGN_UP_CLOSED } from '../session/texts.ts'
import { duration, fileSize } from '../ui/format.ts'
import type { Failure, Problem } from './problem.ts'

export function failureText(failure: Failure): string {
  switch (failure.kind) {
    case 'problem': return problemText(failure.problem)
    case 'undocumented': return undocumentedText(failure.status, failure.retryAfterSeconds)
    case 'storage': return failure.wanted === 'to-load' ? resultTexts.result.pictureFailed : storageText(failure.status)
    case 'offline': return 'There is no connection to Visavis. Check your network and try again.'
    case 'cancelled': return 'Cancelled.'
    case 'defect': return 'Something went wrong in this page. Reload it and try again.'
    default: return failure satisfies never
  }
}

/** One sentence or two for each problem of the registry: what happened, what to do. */
export function problemText(problem: Problem): string {
  switch (problem.slug) {
    case 'unauthenticated':
    case 'token-expired':
    case 'session-ended':
      return 'Your session has ended. Sign in again.'
    case 'invalid-credentials':
      return 'The username or the password is not right.'
    case 'account-disabled':
      return 'This account is disabled. Ask an administrator to enable it.'
    case 'forbidden':
      return 'Your account is not allowed to do this.'
    case 'sign-up-closed':
      return SIGN_UP_CLOSED
    case 'password-change-required':
      return 'Change your one-time password first.'
    case 'username-taken':
      return 'This username is taken. Choose another.'
    case 'email-taken':
      return 'There is an account with this e-mail address already. Sign in with it.'
    case 'reset-link-invalid':
      return 'This link was used before or is too old. Ask for a new one.'
    case 'password-too-weak':
      return 'This password is too easy to guess. Choose a longer or less common one.'
    case 'last-administrator':
      return 'There must be an administrator, and this is the last one. Make another account an administrator first.'
    case 'user-not-found':
      return 'This account does not exist. It may have been deleted: open the list again.'
    case 'session-not-found':
      return 'This session is over already. Open the list again.'
    case 'api-key-not-found':
      return 'This API key does not exist. It may have been revoked: open the list again.'
    case 'too-many-api-keys':
      return 'You have as many API keys as an account can have. Revoke one that you do not need first.'
    case 'invalid-api-key':
      return 'This API key is unknown, revoked or too old. Use another one.'
    case 'insufficient-scope':
      return 'This API key is not allowed to do that. Create one that is.'
    case 'upload-not-found':
    case 'upload-incomplete':
    case 'upload-expired':
      return 'The upload got lost on the way. Try it again.'
    case 'rate-limited':
      return tryLater('That was too often in a short time.', problem.retryAfterSeconds ?? null)
    case 'too-many-uploads':
      return tryLater('You have begun more uploads than are allowed at a time.', problem.retryAfterSeconds ?? null)
    case 'analysis-in-progress':
      return tryLater('This picture is being analysed already.', problem.retryAfterSeconds ?? null)
    case 'upload-mismatch':
      return 'The picture changed on the way. Choose it again.'
    case 'upload-too-large':
      return problem.limitBytes == null
        ? 'The picture is too large. Try a smaller version of it.'
        : `The picture is too large. The limit is ${fileSize(problem.limitBytes)}.`
    case 'not-an-image':
      return 'This file is not a picture we can read, whatever its name says. Choose a JPEG or PNG.'
    case 'image-corrupt':
      return 'This picture is damaged or incomplete. Choose another, or save it again in a picture program.'
    case 'image-unsupported':
      return 'This kind of picture is not supported: it is animated, in CMYK colours, or has 16 bits per colour. Save it as an ordinary JPEG or PNG.'
    case 'image-too-large':
      return 'This picture has too many pixels. Make it smaller and try again.'
    case 'image-too-small':
      return 'This picture is too small to find a face in. Choose a larger one.'
    case 'kind-not-available':
    case 'attribute-not-available':
      return 'This kind of analysis is not available.'
    case 'analysis-not-found':
      return 'This analysis does not exist. It may have been deleted.'
    case 'person-not-found':
      return 'This person is not registered. They may have been erased.'
    case 'face-not-found':
      return 'This face is not there any more. It may have been erased.'
    case 'too-many-faces':
      return 'There are ten faces of this person already, which is the most there can be. Erase one first.'
    case 'person-without-face':
      return 'There is no face of this person to compare with. Add one first.'
    case 'face-not-usable':
      // Each reason says what to do, where it is shown.
      return (problem.reasons ?? []).length > 0
        ? 'This photo cannot be used.'
        : 'This photo cannot be used. Take another one: one face, looking into the camera, in good light.'
    case 'liveness-assertion-invalid':
      return 'This liveness check cannot be used here: it was used before, is too old, or was another one. Do another check.'
    case 'challenge-token-invalid':
    case 'challenge-not-found':
    case 'challenge-over':
    case 'challenge-expired':
      return 'This check is over. Begin another one.'
    case 'frame-too-large':
    case 'frame-mismatch':
      return 'Your camera’s picture changed its size meanwhile. Hold your device as it was and begin again.'
    case 'not-found':
      return 'There is nothing at this address.'
    case 'invalid-cursor':
      return 'This list has changed. Open it again.'
    case 'invalid-request':
      return invalidRequestText(problem)
    case 'invalid-json':
    case 'method-not-allowed':
    case 'payload-too-large':
    case 'unsupported-media-type':
    case 'idempotency-key-reused':
      return 'This page and the server do not understand each other. Reload the page and try again.'
    case 'internal':
      return 'Something went wrong on our side. Try again; if it stays like this, tell the operator.'
    case 'busy':
      return tryLater('Visavis is busy.', problem.retryAfterSeconds ?? null)
    default:
      problem.slug satisfies never
      // Only a server that is newer than this page gets here.
      return `${problem.title}.`
  }
}

/** The server's reasons are ends of sentences that begin with the field. */
function invalidRequestText(problem: Problem): string {
  const reasons = (problem.errors ?? []).map(({ field, reason }) => `${fieldText(field)} ${reason}.`)
  return reasons.length > 0 ? reasons.join(' ') : 'Something you entered is not acceptable. Check it and try again.'
}

function fieldText(field: string): string {
  const names: Record<string, string> = {
    username: 'The username',
    email: 'The e-mail address',
    password: 'The password',
    newPassword: 'The new password',
    currentPassword: 'The current password',
    sizeBytes: 'The size of the picture',
    contentType: 'The type of the picture',
    from: 'The first day',
    to: 'The last day',
    name: 'The name',
    scopes: 'What it may do',
    prefix: 'What you search for',
    displayName: 'The name',
    externalId: 'The identifier',
    'consent.noticeVersion': 'The notice',
    'consent.givenBy': 'Who agrees',
    'consent.at': 'The time of the consent, by the clock of this device,',
  }
  return names[field] ?? 'Something in the request'
}

function undocumentedText(status: number, retryAfterSeconds: number | null): string {
  if (status === 429) return tryLater('That was a little too often.', retryAfterSeconds)
  if (status === 401) return 'Your session has ended. Sign in again.'
  if (status === 403) return 'This is not allowed.'
  if (status === 404) return 'There is nothing at this address.'
  if (status === 413) return 'This is too large. Try a smaller picture.'
  if (status >= 500) return tryLater('Visavis cannot answer right now.', retryAfterSeconds)
  return `The server gave an answer this page does not understand (${status}). Reload the page and try again.`
}

function storageText(status: number): string {
  if (status === 403) return 'The storage did not accept the picture. The permission to upload may have run out: try again.'
  if (status === 413) return 'The picture is too large for the storage.'
  return 'The picture could not be stored. Try again.'
}

function tryLater(what: string, retryAfterSeconds: number | null): string {
  return retryAfterSeconds === null
    ? `${what} Try again in a moment.`
    : `${what} Try again in ${duration(retryAfterSeconds)}.`
}
