import type { ChangePersonRequest, CreatePersonRequest, Person } from '../api/types.ts'
import type { Faults } from '../session/account.ts'
import { texts } from '../texts.ts'
import { NOTICE_VERSION } from './notice.ts'

/** Of names, identifiers and who agrees. */
const MAX_CHARS = 100

export interface PersonDraft {
  displayName: string
  externalId: string
}

export interface RegistrationDraft extends PersonDraft {
  givenBy: string
  /** When the box was ticked, so that the same wish is the same request however often it is sent; null while it is not. */
  agreedAt: string | null
}

export function newDraft(): RegistrationDraft {
  return { displayName: '', externalId: '', givenBy: '', agreedAt: null }
}

export function registrationFaults(draft: RegistrationDraft): Faults<RegistrationDraft> {
  return {
    displayName: nameFault(draft.displayName, texts.people.nameMissing),
    externalId: lengthFault(draft.externalId),
    givenBy: nameFault(draft.givenBy, texts.people.givenByMissing),
    agreedAt: draft.agreedAt === null ? texts.people.agreedMissing : null,
  }
}

/** Null where something is missing. */
export function registrationOf({ displayName, externalId, givenBy, agreedAt }: RegistrationDraft): CreatePersonRequest | null {
  if (agreedAt === null) return null
  return {
    displayName: displayName.trim(),
    ...externalId.trim() === '' ? {} : { externalId: externalId.trim() },
    consent: { noticeVersion: NOTICE_VERSION, givenBy: givenBy.trim(), at: agreedAt },
  }
}

export function changeFaults(draft: PersonDraft, person: Person): Faults<PersonDraft> {
  const isRemoved = person.externalId !== null && draft.externalId.trim() === ''
  return {
    displayName: nameFault(draft.displayName, texts.people.nameMissing),
    externalId: isRemoved ? texts.person.externalIdKept : lengthFault(draft.externalId),
  }
}

/** What is another than it was; null where nothing is. */
export function changeOf(draft: PersonDraft, person: Person): ChangePersonRequest | null {
  const [displayName, externalId] = [draft.displayName.trim(), draft.externalId.trim()]
  const change = {
    ...displayName === person.displayName ? {} : { displayName },
    ...externalId === (person.externalId ?? '') ? {} : { externalId },
  }
  return Object.keys(change).length === 0 ? null : change
}

function nameFault(name: string, missing: string): string | null {
  return name.trim() === '' ? missing : lengthFault(name)
}

function lengthFault(text: string): string | null {
  // Code points, as the server counts them.
  return Array.from(text.trim()).length > MAX_CHARS ? texts.people.tooLong : null
}
