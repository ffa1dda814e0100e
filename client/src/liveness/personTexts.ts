/** What is said of a check that only one registered person passes. */
export const livenessPersonTexts = {
  title: (name: string) => `Is it ${name}?`,
  loading: 'Looking for the person…',
  somebody: 'the registered person',
  back: 'Back to the person',
  people: 'All people',
  intro: (name: string) => `Only ${name} passes this check: at its end, the face is compared with the registered ones.`,
  noFace: (name: string) => `There is no face of ${name} to compare with. Add one first.`,
  addFace: 'Add a face',
  is: (name: string) => `It is ${name}.`,
  isNot: (name: string) => `It is not ${name}, as far as a comparison can tell. If it should be, add a newer photo of them, and check in even light.`,
} as const
