/**
 * What somebody agrees to who is registered. The version goes with each consent, so that it can be told later what was read:
 * whoever changes a word gives the notice a new one. A test holds the two together. It is where an operator puts his own notice,
 * under a version of his own, before building the client: see docs/privacy.md.
 */
export const NOTICE_VERSION = '2026-11'

export const NOTICE: readonly { about: string, text: string }[] = [
  {
    about: 'What is stored',
    text: 'The name, the identifier if there is one, this consent, the photos that are added, and a description of the face in each: a row of numbers that is made from the photo.',
  },
  {
    about: 'What for',
    text: 'To tell whether somebody in a photo or before a camera is this person. Only the account that registers the person can ask that, and programs to which it gave a key.',
  },
  {
    about: 'Who sees it',
    text: 'Photos are compared by Amazon Rekognition, or by an engine of its own where the operator of this site has chosen that. Whoever runs the site’s servers can reach what is stored.',
  },
  {
    about: 'Until when',
    text: 'Until it is erased: a single face or everything, at any time. Backups may hold the name and this consent, but no picture, for up to 35 days more. Pictures of a liveness check go after two days.',
  },
  {
    about: 'Changing one’s mind',
    text: 'The consent can be withdrawn at any time, without giving a reason: whoever registered the person then erases them. Nobody has to agree.',
  },
]
