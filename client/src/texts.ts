/** Everything the client says, in English. Another language is another file of this shape. */
import { accountTexts } from './accountTexts.ts'
import type { Failure, Problem } from './api/problem.ts'
import type { EmotionName } from './api/types.ts'
import type { CameraFailure } from './camera/useCamera.ts'
import type { Refusal } from './upload/photo.ts'
import { duration, fileSize } from './ui/format.ts'

export { auditText, roleText, scopeText } from './accountTexts.ts'

const SIGN_UP_CLOSED = 'New accounts are created by an administrator here. Ask yours for one.'

export const texts = {
  product: 'Visavis',
  tagline: 'See what a face shows.',
  skipToContent: 'Skip to the content',
  loading: 'One moment…',
  tryAgain: 'Try again',
  cancel: 'Cancel',
  requestId: 'Reference for the operator:',

  navigation: {
    label: 'Pages',
    upload: 'New picture',
    history: 'History',
    audit: 'Audit',
    account: (username: string) => `Account of ${username}`,
    signOut: 'Sign out',
    signingOut: 'Signing out…',
  },

  signIn: {
    title: 'Sign in',
    tabs: 'Sign in or create an account',
    intro: 'Upload a picture and see every face in it: how sure we are, where it is, and what it shows.',
    signInTab: 'Sign in',
    signUpTab: 'Create account',
    username: 'Username',
    usernameRule: '3 to 32 letters, digits, dots, hyphens or underscores.',
    email: 'E-mail address',
    password: 'Password',
    passwordRule: '10 characters or more. A few unrelated words make a good one.',
    show: 'Show password',
    hide: 'Hide password',
    signIn: 'Sign in',
    signingIn: 'Signing in…',
    signUp: 'Create account',
    signingUp: 'Creating your account…',
    usernameMissing: 'Enter your username.',
    usernameWrong: 'Use 3 to 32 letters, digits, dots, hyphens or underscores, beginning with a letter or digit.',
    emailWrong: 'Enter an e-mail address such as name@example.org.',
    passwordMissing: 'Enter your password.',
    passwordTooShort: 'Use at least 10 characters.',
    passwordTooLong: 'Use at most 128 characters.',
    created: 'Your account is there. Sign in with it.',
    left: 'You are signed out.',
    lost: 'Your session has ended. Sign in again to go on.',
    forgot: 'Forgot your password?',
    closed: SIGN_UP_CLOSED,
  },

  forgot: {
    title: 'Forgot your password?',
    intro: 'Enter the e-mail address of your account, and a link to choose a new password is mailed to it.',
    send: 'Send the link',
    sending: 'Sending…',
    sent: 'If an account has this address, a link is on its way. It works once, for 15 minutes.',
    back: 'Back to signing in',
  },

  reset: {
    title: 'Choose a new password',
    set: 'Set the password',
    done: 'Your password is changed. Sign in with it.',
    noToken: 'This link is not complete. Open the one in your mail again, or ask for a new one.',
    again: 'Ask for a new link',
  },

  password: {
    title: 'Change your password',
    required: 'You signed in with a one-time password. Choose your own to go on.',
    othersEnd: 'Other devices on which you are signed in will have to sign in again.',
    current: 'Current password',
    currentOneTime: 'One-time password',
    new: 'New password',
    wrong: 'This is not your current password.',
    same: 'Choose a password that is not the current one.',
    change: 'Change password',
    changing: 'Changing…',
    changed: 'Your password is changed.',
  },

  upload: {
    title: 'New picture',
    intro: 'Choose a picture with people in it. JPEG or PNG, up to 15 MB.',
    drop: 'Drop a picture here',
    dropNow: 'Let go to use this picture',
    or: 'or',
    choose: 'Choose a file',
    camera: 'Use the camera',
    pasteHint: 'You can also paste a picture.',
    privacy: 'Your pictures are private to your account. Location and other details hidden in the file are removed.',
    severalFiles: 'One picture at a time: this is the first one.',
    previewTitle: 'Is this the right picture?',
    previewAlt: 'The picture you chose',
    notShown: 'Your browser cannot show this picture. It may be damaged.',
    scan: 'Scan',
    chooseAnother: 'Choose another',
    uploading: 'Uploading your picture',
    uploaded: (percentText: string) => `${percentText} uploaded`,
    analysing: 'Looking for faces',
    analysingHint: 'This takes a few seconds.',
    failedTitle: 'That did not work',
    done: 'Done. Opening the result.',
  },

  camera: {
    title: 'Camera',
    starting: 'Waiting for your camera. Your browser may ask for permission.',
    video: 'What your camera sees',
    capture: 'Take picture',
    turn: 'Other camera',
    close: 'Close camera',
    notReady: 'The camera has no picture yet. Try again in a moment.',
  },

  result: {
    title: 'Result',
    loading: 'Opening the result…',
    picture: (faces: string) => `The picture, with ${faces} marked`,
    pictureWithoutFaces: 'The picture',
    facesGroup: 'Faces in the picture',
    facesHint: 'Select a face in the picture or in the list.',
    face: (number: number) => `Face ${number}`,
    faceOf: (number: number, total: number) => `Face ${number} of ${total}`,
    sure: (percentText: string) => `${percentText} sure`,
    summary: (faceText: string, emotion: string | null) => emotion === null ? `Face ${faceText}` : `${emotion} · face ${faceText}`,
    made: (when: string) => `Analysed on ${when}`,
    noFaceTitle: 'No face was found',
    noFaceIntro: 'That happens. Another picture may work better:',
    noFaceTips: [
      'Try one where the faces are larger or nearer.',
      'Look for even light: not against a window or lamp.',
      'Faces should look more or less towards the camera.',
    ],
    another: 'Upload another',
    downloadPicture: 'Save marked picture',
    downloadJson: 'Save JSON',
    preparing: 'Saving…',
    delete: 'Delete',
    deleteTitle: 'Delete this analysis?',
    deleteBody: 'The picture, the marked copy and everything found in it are erased for good.',
    deleteConfirm: 'Delete for good',
    deleting: 'Deleting…',
    keep: 'Keep it',
    emotions: 'Emotion',
    emotionsNote: 'How the face looks, not what the person feels.',
    notMeasured: (what: string) => `Not measured: ${what}.`,
    pictureFailed: 'The picture could not be loaded. Try again.',
  },

  facts: {
    confidence: 'A face',
    where: 'Where',
    emotion: 'Emotion',
    smile: 'Smiling',
    mouthOpen: 'Mouth open',
    eyesOpen: 'Eyes open',
    eyeglasses: 'Glasses',
    sunglasses: 'Sunglasses',
    beard: 'Beard',
    mustache: 'Mustache',
    faceOccluded: 'Partly covered',
    ageRange: 'Age',
    gender: 'Gender',
    pose: 'Pose',
    quality: 'Picture quality',
    yes: 'Yes',
    no: 'No',
    male: 'Looks male',
    female: 'Looks female',
    age: (low: number, high: number) => low === high ? `Looks ${low}` : `Looks ${low} to ${high}`,
    pixels: (width: string, height: string, left: string, top: string) =>
      `${width} × ${height} pixels, ${left} from the left, ${top} from the top`,
    facing: 'Facing the camera',
    turned: 'Turned away',
    turnedAndTilted: 'Turned and tilted',
    tilted: 'Tilted',
    angles: (yaw: string, pitch: string, roll: string) => `yaw ${yaw}, pitch ${pitch}, roll ${roll}`,
    brightness: 'Brightness',
    sharpness: 'Sharpness',
    outOf100: (value: string) => `${value} of 100`,
  },

  list: {
    more: 'Show more',
    loadingMore: 'Loading…',
  },

  history: {
    title: 'History',
    filters: 'Filter',
    faces: 'Faces',
    facesAny: 'Any',
    facesNone: 'No face found',
    smiling: 'Smiling',
    smilingAny: 'Any',
    smilingYes: 'Somebody smiles',
    smilingNo: 'Nobody smiles',
    from: 'From',
    to: 'Until',
    clear: 'Clear filter',
    loading: 'Opening your history…',
    shown: (items: string) => `${items} shown`,
    emptyTitle: 'Nothing here yet',
    emptyBody: 'Pictures you have analysed appear here.',
    emptyAction: 'Upload your first picture',
    noMatchTitle: 'Nothing matches this filter',
    noFace: 'No face',
    best: (percentText: string) => `best ${percentText} sure`,
    smilingCount: (smiling: number, total: number) => total === 1 ? 'smiling' : `${smiling} smiling`,
    open: (what: string, when: string) => `${what}, ${when}`,
    datesReversed: 'The first day is after the last one.',
  },

  notFound: {
    title: 'Page not found',
    body: 'There is nothing at this address. It may have been deleted.',
    home: 'Upload a picture',
  },

  unreachable: {
    title: 'Visavis cannot be reached',
  },

  ...accountTexts,
} as const

export function emotionText(emotion: EmotionName): string {
  switch (emotion) {
    case 'happy': return 'Happy'
    case 'sad': return 'Sad'
    case 'angry': return 'Angry'
    case 'confused': return 'Confused'
    case 'disgusted': return 'Disgusted'
    case 'surprised': return 'Surprised'
    case 'calm': return 'Calm'
    case 'fear': return 'Afraid'
    case 'unknown': return 'Something else'
    default: return emotion satisfies never
  }
}

export function refusalText(refusal: Refusal): string {
  switch (refusal.kind) {
    case 'empty':
      return 'This file is empty. Choose a JPEG or PNG picture.'
    case 'too-large':
      return `This picture has ${fileSize(refusal.sizeBytes)}. The limit is ${fileSize(refusal.limitBytes)}: try a smaller version of it.`
    case 'other-format':
      return `This is a ${refusal.format} file. Save it as JPEG or PNG and try again.`
    case 'not-a-picture':
      return 'This file is not a picture we can read, whatever its name says. Choose a JPEG or PNG.'
    case 'unreadable':
      return 'This file cannot be read. Is it a folder, or has it been moved?'
    default:
      return refusal satisfies never
  }
}

export function cameraText(reason: CameraFailure): string {
  switch (reason) {
    case 'denied':
      return 'The camera is not allowed. Allow it in your browser’s settings for this page, or choose a file.'
    case 'missing':
      return 'No camera was found. Connect one and try again, or choose a file.'
    case 'busy':
      return 'The camera is in use by another program. Close that program and try again, or choose a file.'
    case 'unsupported':
      return 'This browser offers no camera here. Choose a file.'
    case 'other':
      return 'The camera did not start. Try again, or choose a file.'
    default:
      return reason satisfies never
  }
}

export function failureText(failure: Failure): string {
  switch (failure.kind) {
    case 'problem': return problemText(failure.problem)
    case 'undocumented': return undocumentedText(failure.status, failure.retryAfterSeconds)
    case 'storage': return failure.wanted === 'to-load' ? texts.result.pictureFailed : storageText(failure.status)
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
      return 'The upload got lost on the way. Scan the picture again.'
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
