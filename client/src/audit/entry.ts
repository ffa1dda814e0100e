import type { AuditEntry } from '../api/types.ts'
import { texts } from '../texts.ts'

/** Somebody or something an entry is about. */
export interface Party {
  text: string
  /** The account whose entries can be shown; null for what is none. */
  userId: string | null
  /** The identifier in full, where the text has less. */
  title: string | null
}

type Names = ReadonlyMap<string, string>

export function accountOf(id: string, names: Names): Party {
  const name = names.get(id)
  return { text: name ?? texts.audit.account(short(id)), userId: id, title: name === undefined ? id : null }
}

/** Who did it. */
export function doerOf({ userId, event }: AuditEntry, names: Names): Party {
  if (userId !== null) return accountOf(userId, names)
  const isOperator = event === 'signing-keys-rotated' || event === 'first-administrator'
  return { text: isOperator ? texts.audit.operator : texts.audit.stranger, userId: null, title: null }
}

/** To whom or what it was done, where that is another. */
export function subjectOf({ subjectId, apiKeyId, event, outcome }: AuditEntry, names: Names): Party | null {
  if (event === 'api-key-used' && apiKeyId !== null) return keyOf(apiKeyId)
  if (subjectId === null) return null
  switch (event) {
    case 'api-key-created':
    case 'api-key-revoked':
    case 'api-key-used':
      return keyOf(subjectId)
    case 'sign-out':
    case 'refresh-reused':
      return sessionOf(subjectId)
    case 'person-created':
    case 'person-changed':
    case 'person-erased':
    case 'face-added':
    case 'face-erased':
    case 'person-verified':
      return personOf(subjectId)
    case 'sign-in':
      // What was opened, or whose password was wrong.
      return outcome === 'done' ? sessionOf(subjectId) : accountOf(subjectId, names)
    default:
      return accountOf(subjectId, names)
  }
}

/** The accounts of an entry. */
export function accountsIn(entry: AuditEntry): string[] {
  return [entry.userId, subjectOf(entry, new Map())?.userId ?? null].filter(it => it !== null)
}

function keyOf(id: string): Party {
  return { text: texts.audit.apiKey(short(id)), userId: null, title: id }
}

function sessionOf(id: string): Party {
  return { text: texts.audit.session(short(id)), userId: null, title: id }
}

/** The log has no names of people, and neither has an administrator. */
function personOf(id: string): Party {
  return { text: texts.audit.person(short(id)), userId: null, title: id }
}

function short(id: string): string {
  // The end of a time-ordered identifier differs where its beginning does not.
  return id.slice(-8)
}
