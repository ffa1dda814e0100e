/**
 * What somebody agrees to who is registered. The version goes with each consent, so that it can be told later what was read:
 * whoever changes a word gives the notice a new one. A test holds the two together.
 */
export const NOTICE_VERSION = '2026-11'

export const NOTICE: readonly { about: string, text: string }[] = [
  {
    about: 'What is stored',
    text: 'The name, the identifier if there is one, this consent, the photos that are added, and a description of the face in each: a row of numbers that is made from the photo.',
  },
  {
    about: 'What for',
    text: 'To tell whether somebody in a photo or before a camera is this person. Only the account that registers the person can ask that.',
  },
  {
    about: 'Until when',
    text: 'Until it is erased. A single face or everything can be erased at any time, and is then gone for good.',
  },
  {
    about: 'Changing one’s mind',
    text: 'The consent can be withdrawn at any time, without giving a reason: whoever registered the person then erases them. Nobody has to agree.',
  },
]
