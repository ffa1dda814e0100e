import type { CreateApiKeyRequest, ScopeName } from '../api/types.ts'
import type { Faults } from '../session/account.ts'
import { texts } from '../texts.ts'

/** What a user can give a key. A door's key belongs to a device, and is made together with the door. */
export const SCOPES: readonly ScopeName[] = ['analyze', 'people:read', 'people:write', 'identify', 'liveness']

/** Days a key may work; null is until it is revoked. Chosen, not measured. */
export const EXPIRIES: readonly (number | null)[] = [30, 90, 365, null]

/** Of `POST /api-keys`. */
const NAME_MAX_CHARS = 60

export interface KeyDraft {
  name: string
  scopes: ScopeName[]
  expiresInDays: number | null
}

export function newDraft(): KeyDraft {
  return { name: '', scopes: ['analyze'], expiresInDays: 90 }
}

export function draftFaults({ name, scopes }: KeyDraft): Faults<Pick<KeyDraft, 'name' | 'scopes'>> {
  return {
    name: nameFault(name.trim()),
    scopes: scopes.length === 0 ? texts.apiKeys.scopesMissing : null,
  }
}

/** Scopes in the order of the list, whatever the order they were ticked in: the same wish is the same request. */
export function requestOf({ name, scopes, expiresInDays }: KeyDraft): CreateApiKeyRequest {
  return {
    name: name.trim(),
    scopes: SCOPES.filter(it => scopes.includes(it)),
    ...(expiresInDays === null ? {} : { expiresInDays }),
  }
}

function nameFault(name: string): string | null {
  if (name === '') return texts.apiKeys.nameMissing
  // Code points, as the server counts them.
  return Array.from(name).length > NAME_MAX_CHARS ? texts.apiKeys.nameTooLong : null
}
