/**
 * Everything the client says, in English: what is said everywhere, and the words of each feature, which stand beside it.
 * The words of the liveness check are its own, `liveness/texts.ts`.
 */
import { accountTexts } from './account/texts.ts'
import { auditTexts } from './audit/texts.ts'
import { cameraTexts } from './camera/texts.ts'
import { historyTexts } from './history/texts.ts'
import { keysTexts } from './keys/texts.ts'
import { listTexts } from './list/texts.ts'
import { peopleTexts } from './people/texts.ts'
import { resultTexts } from './result/texts.ts'
import { secretTexts } from './secret/texts.ts'
import { sessionTexts } from './session/texts.ts'
import { sessionsTexts } from './sessions/texts.ts'
import { shellTexts } from './shell/texts.ts'
import { uploadTexts } from './upload/texts.ts'
import { usersTexts } from './users/texts.ts'

export { failureText, problemText } from './api/texts.ts'
export { auditText } from './audit/texts.ts'
export { cameraText } from './camera/texts.ts'
export { scopeText } from './keys/texts.ts'
export { faceFaultText } from './people/texts.ts'
export { emotionText } from './result/texts.ts'
export { refusalText } from './upload/texts.ts'
export { roleText } from './users/texts.ts'

export const texts = {
  product: 'Visavis',
  tagline: 'See what a face shows.',
  skipToContent: 'Skip to the content',
  loading: 'One moment…',
  tryAgain: 'Try again',
  cancel: 'Cancel',
  requestId: 'Reference for the operator:',

  ...accountTexts,
  ...auditTexts,
  ...cameraTexts,
  ...historyTexts,
  ...keysTexts,
  ...listTexts,
  ...peopleTexts,
  ...resultTexts,
  ...secretTexts,
  ...sessionTexts,
  ...sessionsTexts,
  ...shellTexts,
  ...uploadTexts,
  ...usersTexts,
} as const
