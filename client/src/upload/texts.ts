import { fileSize } from '../ui/format.ts'
import type { Refusal } from './photo.ts'

export const uploadTexts = {
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
} as const

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
