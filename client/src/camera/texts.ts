import type { CameraFailure } from './useCamera.ts'

export const cameraTexts = {
  camera: {
    title: 'Camera',
    starting: 'Waiting for your camera. Your browser may ask for permission.',
    video: 'What your camera sees',
    capture: 'Take picture',
    turn: 'Other camera',
    close: 'Close camera',
    notReady: 'The camera has no picture yet. Try again in a moment.',
  },
} as const

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
