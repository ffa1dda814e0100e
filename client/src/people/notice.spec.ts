// @vitest-environment node
import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { NOTICE, NOTICE_VERSION } from './notice.ts'

/** The first 16 digits of the SHA-256 of every version there was. */
const DIGESTS: Record<string, string> = {
  '2026-11': 'e21785c40041f2af',
}

it('has a new version whenever its words are others', () => {
  const digest = createHash('sha256').update(JSON.stringify(NOTICE)).digest('hex').slice(0, 16)
  expect(DIGESTS[NOTICE_VERSION]).toBe(digest)
})

it('says what, what for, who sees it, until when, and that it can be withdrawn', () => {
  expect(NOTICE.map(it => it.about)).toEqual(['What is stored', 'What for', 'Who sees it', 'Until when', 'Changing one’s mind'])
  const all = NOTICE.map(it => it.text).join(' ')
  for (const word of ['photos', 'description of the face', 'Amazon Rekognition', 'Until it is erased', 'Backups', 'withdrawn at any time']) expect(all).toContain(word)
})
