/** Everything the liveness check says, in English. */
import type { ChallengeGesture, ChallengeHint, ChallengeKind, ChallengeReason, ChallengeTask } from '../api/types.ts'
import { duration } from '../ui/format.ts'
import type { Advice } from './guidance/advice.ts'
import type { CameraTrouble, Note } from './liveness.ts'

export const livenessTexts = {
  navigation: 'Liveness',
  title: 'Liveness check',
  intro: 'Shows that a living person is in front of the camera right now, and not a picture or a recording. It takes less than a minute.',

  stepsTitle: 'What happens',
  steps: {
    'sequence': [
      'Your browser asks whether this page may use your camera.',
      'You bring your face into a frame, then follow a few short instructions, such as turning your head or smiling.',
      'Meanwhile single pictures, 60 at most, are sent to Visavis and judged there. There is no video and no sound.',
    ],
    'nose': [
      'Your browser asks whether this page may use your camera.',
      'You bring your face into a frame, then turn your head until your nose points at a circle.',
      'Meanwhile single pictures, 40 at most, are sent to Visavis and judged there. There is no video and no sound.',
    ],
  },
  keptTitle: 'What is kept',
  kept: 'The pictures, for two days at most, and the result, for a few days. Then they are erased. You can stop at any time; the camera goes off at once.',
  needTitle: 'What you need',
  need: 'A camera and even light from the front. Be alone in the picture, and take off sunglasses or a mask.',

  kindTitle: 'Which check',
  sequence: 'Full check (recommended)',
  sequenceHint: 'Three to five steps, different every time. Less than a minute.',
  nose: 'Quick check',
  noseHint: 'One step, a few seconds. Easier to fool, for instance with a recording: not for anything that matters.',

  paceTitle: 'Time for each step',
  usual: 'Usual',
  usualHint: 'About 8 seconds',
  unhurried: 'Unhurried',
  unhurriedHint: 'About 20 seconds',
  avoidTitle: 'Leave out',
  avoidHint: 'Tick what you cannot or do not want to do. Other steps take its place.',

  start: 'Start the check',
  cameraTitle: 'Waiting for your camera',
  cameraHint: 'Your browser may ask for permission: choose “Allow”.',
  beginningHint: 'Getting ready…',
  noCameraTitle: 'The camera is not on',
  challengeTitle: 'Follow the instructions',
  judgingTitle: 'Checking the result',
  judgingHint: 'This takes a moment. Your camera is off.',
  passedTitle: 'Check passed',
  passed: {
    'sequence': 'The check found a living person in front of the camera.',
    'nose': 'The quick check found a living person in front of the camera. It is easier to fool than the full one.',
  },
  failedTitle: 'Check not passed',
  failedUnknown: 'It could not be told for sure that a person is in front of the camera.',
  lockedTitle: 'A pause first',
  lockedBody: 'Too many checks were not passed, or not finished. The pause protects you from others who try in your place.',
  locked: (when: string, seconds: number) => `You can try again ${when}, in ${duration(seconds)}.`,
  lockedToday: (time: string) => `at ${time}`,
  lockedLater: (day: string, time: string) => `on ${day} at ${time}`,
  unlocked: 'You can try again now.',
  brokenTitle: 'That did not work',

  video: 'What your camera sees, as in a mirror',
  /** A full check does not tell beforehand how many there are. */
  step: (kind: ChallengeKind, number: number) => kind === 'nose' ? 'The only step' : `Step ${number}`,
  stepDone: (number: number) => `Step ${number} is done`,
  prepare: 'Get ready',
  retrying: 'The connection is slow. Trying again…',
  stop: 'Stop',
  again: 'Try again',
  unhurriedAgain: 'Try again with more time',
  change: 'Back to the beginning',
  once: 'Check again',
  full: 'Do the full check',
  askAgain: 'Ask for the result again',
} as const

export function noteText(note: Note): string {
  switch (note) {
    case 'stopped': return 'You stopped the check. Your camera is off.'
    case 'hidden': return 'The check stopped because the page was not in view. Your camera is off.'
    default: return note satisfies never
  }
}

/** What to do now: one short sentence, in the words of the person, whose left is left. */
export function taskText(task: ChallengeTask): string {
  switch (task) {
    case 'enter-area': return 'Bring your face into the frame'
    case 'look-straight': return 'Look straight into the camera'
    case 'nose-to-target': return 'Point your nose at the circle, and stay'
    case 'turn-left': return 'Turn your head to your left'
    case 'turn-right': return 'Turn your head to your right'
    case 'blink': return 'Close your eyes briefly, then open them'
    case 'smile': return 'Smile'
    case 'mouth-open': return 'Open your mouth'
    case 'come-closer': return 'Come closer to the camera'
    default: return task satisfies never
  }
}

export function hintText(hint: ChallengeHint): string {
  switch (hint) {
    case 'no-face': return 'Your face is not in the picture.'
    case 'only-one-face': return 'Only one person at a time.'
    case 'center-face': return 'Move into the middle of the frame.'
    case 'come-closer': return 'Come a little closer.'
    case 'move-back': return 'Move back a little.'
    case 'look-straight': return 'Look straight ahead, with a relaxed face.'
    case 'hold-still': return 'Good. Stay like this.'
    case 'other-way': return 'The other way.'
    case 'only-what-is-asked': return 'Only what is asked, nothing else.'
    case 'relax-first': return 'Relax your face first, then do it again.'
    case 'picture-stands-still': return 'Your camera shows the same picture again and again. Is it paused?'
    case 'back-to-middle': return 'Back to the middle first, then slowly and straight to the circle.'
    default:
      hint satisfies never
      // Only a server that is newer than this page gets here. The task is said all the same.
      return ''
  }
}

/** What the browser itself sees, before the server has. */
export function adviceText(advice: Advice): string {
  return advice === 'slower' ? 'A little slower.' : hintText(advice)
}

export function gestureText(gesture: ChallengeGesture): string {
  switch (gesture) {
    case 'turn': return 'Turning my head to the side'
    case 'blink': return 'Closing my eyes'
    case 'smile': return 'Smiling'
    case 'mouth-open': return 'Opening my mouth'
    case 'come-closer': return 'Coming closer'
    default: return gesture satisfies never
  }
}

/** Why it was not passed, and what to do about it. */
export function reasonText(reason: ChallengeReason, kind: ChallengeKind): string {
  switch (reason) {
    case 'expired': return 'The check took longer than three minutes. Begin another one when you are ready.'
    case 'timeout':
      return kind === 'nose'
        ? 'It took too long. Begin again when you are ready; the full check can give you more time.'
        : 'A step took too long. You can have more time for each step.'
    case 'too-many-frames':
      return kind === 'nose'
        ? 'The check needed more pictures than it may take. Turn your head as soon as you see the circle.'
        : 'The check needed more pictures than it may take. Go on to the next step as soon as you see it.'
    case 'multiple-faces': return 'There was more than one face in the picture. Be alone in it, also in the background.'
    case 'face-lost': return 'Your face was out of sight for too long. Keep it in the frame, in even light.'
    case 'left-area': return 'Your face left the frame. Turn your head, but stay where you are.'
    case 'too-fast': return 'That was too fast to follow. Move more slowly.'
    case 'path-not-smooth': return 'Your movement could not be followed. Move your head slowly and evenly.'
    case 'flat-face': return 'The turn of your head could not be seen. Turn it clearly, instead of moving it sideways, and see to even light.'
    case 'wrong-way': return 'You turned the other way. The picture is a mirror: your left is at its left.'
    case 'wrong-gesture': return 'Something was done that was not asked for. Do only what is asked, and look straight ahead in between.'
    case 'swapped': return 'The face was not the same from beginning to end. Let one person do the whole check, with nothing before the face.'
    case 'other-person':
      return 'The face is not that of the registered person. If it should be, add a newer photo of them, and check in even light.'
    case 'incomplete': return 'The check ended before everything was done.'
    default:
      reason satisfies never
      return livenessTexts.failedUnknown
  }
}

export function cameraTroubleText(trouble: CameraTrouble): string {
  switch (trouble) {
    case 'denied':
      return 'The camera is not allowed for this page. Allow it in your browser: look for a camera sign in or beside the address bar, or in the settings for this page. Then try again.'
    case 'missing':
      return 'No camera was found. Connect or switch one on and try again, or open this page on a phone.'
    case 'busy':
      return 'The camera is in use by another program. Close that program, such as a video call, and try again.'
    case 'insecure':
      return 'Browsers give cameras to secure pages only. Open this page with an address that begins with https, and try again.'
    case 'unsupported':
      return 'This browser offers no camera. Open this page in a current version of Chrome, Edge, Firefox or Safari.'
    case 'other':
      return 'The camera did not start. Unplug and reconnect it, or restart your browser, and try again.'
    default:
      return trouble satisfies never
  }
}
