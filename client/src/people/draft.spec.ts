import { describe, expect, it } from 'vitest'
import type { Person } from '../api/types.ts'
import { changeFaults, changeOf, newDraft, registrationFaults, registrationOf } from './draft.ts'
import { NOTICE_VERSION } from './notice.ts'

const AT = '2026-11-21T11:00:00.000Z'
const PERSON: Person = {
  personId: '1', displayName: 'Grace', externalId: '4711', createdAt: AT, faces: [],
  consent: { noticeVersion: NOTICE_VERSION, givenBy: 'Grace', at: AT },
}

describe('the draft of a person', () => {
  it('needs a name, somebody who agrees, and that they do', () => {
    const { displayName, externalId, givenBy, agreedAt } = registrationFaults({ ...newDraft(), displayName: ' ' })
    expect([displayName, givenBy]).toEqual(['Enter a name.', 'Enter who agrees.'])
    expect(agreedAt).toContain('Without consent')
    expect(externalId).toBeNull()
    expect(registrationOf(newDraft())).toBeNull()
  })

  it('has a hundred characters at most, however many units they take', () => {
    const draft = { displayName: '🙂'.repeat(100), externalId: 'x'.repeat(101), givenBy: 'y'.repeat(101), agreedAt: AT }
    const tooLong = 'Use at most 100 characters.'
    expect(registrationFaults(draft)).toEqual({ displayName: null, externalId: tooLong, givenBy: tooLong, agreedAt: null })
  })

  it('becomes a request without what was left empty', () => {
    expect(registrationOf({ displayName: ' Grace ', externalId: ' ', givenBy: ' Her mother', agreedAt: AT })).toEqual({
      displayName: 'Grace', consent: { noticeVersion: NOTICE_VERSION, givenBy: 'Her mother', at: AT },
    })
  })

  it('changes what is another, and nothing else', () => {
    expect(changeOf({ displayName: 'Grace ', externalId: '4711' }, PERSON)).toBeNull()
    expect(changeOf({ displayName: 'Ada', externalId: '4711' }, PERSON)).toEqual({ displayName: 'Ada' })
    expect(changeOf({ displayName: 'Grace', externalId: '1' }, PERSON)).toEqual({ externalId: '1' })
    expect(changeOf({ displayName: 'Grace', externalId: '' }, { ...PERSON, externalId: null })).toBeNull()
  })

  it('keeps an identifier that there is', () => {
    expect(changeFaults({ displayName: 'Grace', externalId: '' }, PERSON).externalId).toContain('not removed')
    expect(changeFaults({ displayName: 'Grace', externalId: '' }, { ...PERSON, externalId: null }).externalId).toBeNull()
  })
})
