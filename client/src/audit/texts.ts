import type { AuditEntry } from '../api/types.ts'

export const auditTexts = {
  audit: {
    title: 'Audit log',
    intro: 'What happened to accounts and to people, newest first.',
    loading: 'Opening the log…',
    list: 'What happened',
    emptyTitle: 'Nothing has been recorded',
    onlyOf: (name: string) => `Only what concerns ${name}.`,
    showAll: 'Show everything',
    by: 'By',
    about: 'About',
    from: 'From',
    stranger: 'Somebody who was not signed in',
    operator: 'The operator',
    account: (end: string) => `Account …${end}`,
    session: (end: string) => `Session …${end}`,
    apiKey: (end: string) => `API key …${end}`,
    person: (end: string) => `Person …${end}`,
    concerning: (name: string) => `Show what concerns ${name}`,
  },
} as const

type Told = Pick<AuditEntry, 'event' | 'outcome' | 'userId' | 'subjectId'>

/** What happened, in words; who and where stands beside it. */
export function auditText(entry: Told): string {
  switch (entry.outcome) {
    case 'done': return doneText(entry)
    case 'refused': return refusedText(entry)
    case 'limited': return entry.event === 'sign-in' ? 'Sign-in stopped: too many failures' : `${refusedText(entry)}: too many attempts`
    default: return entry.outcome satisfies never
  }
}

function doneText({ event, subjectId }: Told): string {
  switch (event) {
    case 'sign-up': return 'Signed up'
    case 'sign-in': return 'Signed in'
    // All sessions have no identifier.
    case 'sign-out': return subjectId === null ? 'Signed out everywhere' : 'Signed out'
    case 'refresh-reused': return 'Session ended: a spent token was used again'
    case 'password-change': return 'Changed the password'
    case 'password-forgot':
      return subjectId === null ? 'Asked for a new password for an address without account' : 'Asked for a link to a new password'
    case 'password-reset': return 'Set a new password by a mailed link'
    case 'first-administrator': return 'Made the first administrator'
    case 'user-created': return 'Created an account'
    case 'user-role-changed': return 'Changed a role'
    case 'user-disabled': return 'Disabled an account'
    case 'user-enabled': return 'Enabled an account'
    case 'user-deleted': return 'Deleted an account'
    case 'api-key-created': return 'Created an API key'
    case 'api-key-revoked': return 'Revoked an API key'
    case 'api-key-used': return 'Used an API key'
    case 'person-created': return 'Registered a person'
    case 'person-changed': return 'Changed a person'
    case 'person-erased': return 'Erased a person'
    case 'face-added': return 'Added a face'
    case 'face-erased': return 'Erased a face'
    case 'person-verified': return 'Verified a person'
    case 'signing-keys-rotated': return 'Rotated the signing keys'
    default: return event satisfies never
  }
}

function refusedText(entry: Told): string {
  switch (entry.event) {
    case 'sign-in':
      // The server names whom it knows: who had the password, or whose password was wrong.
      if (entry.userId !== null) return 'Sign-in refused: the account is disabled'
      return entry.subjectId === null ? 'Sign-in refused: unknown username' : 'Sign-in refused: wrong password'
    case 'refresh-reused': return 'Session ended: a spent token was used again'
    case 'password-change': return 'Change of password refused: wrong current password'
    case 'password-reset': return 'Mailed link refused: used before or too old'
    case 'face-added': return 'Face not added: the photo was not usable'
    case 'person-verified': return 'Verified a person: it was somebody else'
    default: return `Refused: ${doneText(entry).toLowerCase()}`
  }
}
