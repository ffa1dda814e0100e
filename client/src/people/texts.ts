import type { FaceFault } from '../api/types.ts'
import { count } from '../ui/format.ts'

export const peopleTexts = {
  people: {
    title: 'People',
    intro: 'Register people who agree to it, and let Visavis tell whether somebody is one of them.',
    loading: 'Looking for your people…',
    list: 'Your people',
    emptyTitle: 'Nobody is registered yet',
    emptyBody: 'Register somebody with a photo, and Visavis can tell from another photo, or from a liveness check, whether it is them. Only your account sees the people you register.',
    emptyAction: 'Register the first person',
    register: 'Register a person',
    faces: (n: number) => count(n, 'face', 'faces'),
    noFace: 'No face yet',
    registered: 'Registered',
    externalId: 'Identifier',
    name: 'Name',
    nameHint: 'How the person is called here.',
    nameMissing: 'Enter a name.',
    externalIdLabel: 'Identifier elsewhere (optional)',
    externalIdHint: 'What another system calls the person, such as a staff number.',
    tooLong: 'Use at most 100 characters.',
    consent: 'Consent',
    noticeTitle: 'What to tell the person',
    noticeVersion: (version: string) => `Version ${version} of this notice.`,
    givenBy: 'Who agrees',
    givenByHint: 'The person, or whoever may decide for them.',
    givenByMissing: 'Enter who agrees.',
    agreed: 'The person has read this, or it was read to them, and agrees.',
    agreedMissing: 'Without consent nobody can be registered. Tick this when the person agrees.',
    submit: 'Register',
    registering: 'Registering…',
  },

  person: {
    title: 'Person',
    loading: 'Opening the person…',
    back: 'All people',
    details: 'Details',
    name: 'Name',
    change: 'Change',
    changeTitle: 'Change name or identifier',
    save: 'Save',
    saving: 'Saving…',
    saved: 'The change is saved.',
    externalIdKept: 'An identifier can be changed, but not removed.',
    consentBy: 'Consent given by',
    consentAt: 'on',
    consentVersion: 'Version of the notice',
    registered: 'Registered',
    faces: 'Faces',
    facesIntro: 'Others are compared with these. Two or three good photos from different days are better than one.',
    facesNone: 'There is no face of this person yet. Add one, so that the person can be recognised.',
    facesFull: 'There are ten faces, which is the most there can be. Erase one to add another.',
    facePicture: (number: number) => `Face ${number}`,
    added: 'Added',
    addFace: 'Add a face',
    addTitle: 'Add a face',
    addIntro: 'One face that looks straight into the camera, in good light, with nothing in front of it.',
    addCheck: 'Is this the right photo?',
    addSubmit: 'Add this face',
    adding: 'Looking at the face',
    addFailed: 'The face was not added',
    addedNote: 'The face is added.',
    eraseFace: 'Erase',
    eraseFaceOf: (number: number) => `Erase face ${number}`,
    eraseFaceTitle: 'Erase this face?',
    eraseFaceBody: 'Its picture and its description are erased at once and cannot be brought back.',
    eraseLastFace: 'It is the only one: without a face the person cannot be recognised.',
    eraseFaceConfirm: 'Erase the face',
    faceErased: 'The face is erased.',
    erasing: 'Erasing…',
    keep: 'Keep it',
    verify: (name: string) => `Is it ${name}?`,
    verifyIntro: 'Check live with the camera to know who is there now. A photo says only whom it shows.',
    verifyNeedsFace: 'Add a face first: there is nothing to compare with.',
    verifyPhoto: 'Compare with a photo',
    verifyLive: 'Check live',
    verifyTitle: 'Compare with a photo',
    verifyPhotoIntro: 'A photo with one face. It is compared and not kept with the person.',
    verifyCheck: 'Is this the right photo?',
    verifySubmit: 'Compare',
    verifying: 'Comparing the faces',
    verifyFailed: 'The photo was not compared',
    verifyDone: 'What the comparison says',
    verified: (name: string) => `The photo shows ${name}.`,
    notVerified: (name: string) => `The photo does not show ${name}, as far as a comparison can tell.`,
    similarity: (found: string, wanted: string) => `${found} similar; at least ${wanted} is asked for.`,
    photoOnly: 'Whoever holds a picture of the person can show it. To let somebody in, check live.',
    verifyAnother: 'Compare another photo',
    close: 'Close',
    erase: 'Erase this person',
    eraseSection: 'Erase',
    eraseIntro: 'When the person withdraws the consent, or you do not need them any more.',
    eraseTitle: (name: string) => `Erase ${name}?`,
    eraseBody: 'From this moment on the person is not recognised any more. This is erased, and cannot be undone; backups may hold the name and the consent for up to 35 days:',
    eraseWhat: (nFaces: number) => [
      ...nFaces === 0 ? [] : [`${count(nFaces, 'picture', 'pictures')} and ${count(nFaces, 'face description', 'face descriptions')}`],
      'the name and the identifier',
      'the record of the consent',
    ],
    eraseConfirm: 'Erase for good',
    keepPerson: 'Keep the person',
    erasedTitle: 'The person is erased',
    erasedBody: 'Keep this receipt as your record of the erasure. It has no name on purpose, and is shown this once.',
    receiptAt: 'Erased',
    receiptFaces: 'Face descriptions',
    receiptImages: 'Pictures',
    receiptId: 'Number of the person',
    receiptSave: 'Save the receipt',
  },
} as const

/** What to do better; null for what only a newer server finds. */
export function faceFaultText(fault: FaceFault): string | null {
  switch (fault) {
    case 'no-face': return 'No face was found. Take a photo that shows the whole face, from the front.'
    case 'several-faces': return 'There is more than one face. Take a photo that shows nobody else, also in the background.'
    case 'too-small': return 'The face is too small. Come closer, or use a larger photo.'
    case 'turned-away': return 'The face is turned away. Look straight into the camera, and hold the head upright.'
    case 'too-dark': return 'It is too dark. Get more light onto the face, from the front.'
    case 'too-bright': return 'It is too bright. Go out of the sun, or switch the flash off.'
    case 'blurred': return 'The face is not sharp. Hold the camera still, and wipe its lens.'
    case 'covered': return 'Something covers the face. Take off sunglasses or a mask, and keep hands and hair away from it.'
    case 'enrolled-as-another': return 'It is the face of another person whom you registered. Add it there, or erase it there first.'
    case 'not-this-person': return 'It is not like the faces that this person has. Check whose photo it is, and which person you chose.'
    default:
      fault satisfies never
      return null
  }
}
