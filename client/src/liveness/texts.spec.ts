// @vitest-environment node
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { ChallengeKind, ChallengeReason } from '../api/types.ts'
import type { CameraTrouble } from './liveness.ts'
import {
  adviceText, cameraTroubleText, gestureText, hintText, livenessTexts, noteText, reasonText, taskText,
} from './texts.ts'

interface Schema { enum?: string[], oneOf?: { const: string }[] }

const document = JSON.parse(readFileSync('../openapi.json', 'utf8')) as { components: { schemas: Record<string, Schema> } }

/** Every name of an enumeration of the API. */
function namesOf(schema: string): string[] {
  const { enum: names, oneOf } = document.components.schemas[schema] ?? {}
  return names ?? oneOf?.map(it => it.const) ?? []
}

const reasonTexts = (kind: ChallengeKind) => (reason: ChallengeReason) => reasonText(reason, kind)

const WORDS: [string, (name: never) => string][] = [
  ['ChallengeTask', taskText], ['ChallengeHint', hintText], ['ChallengeReason', reasonTexts('sequence')],
  ['ChallengeReason', reasonTexts('nose')], ['ChallengeGesture', gestureText],
]

describe('the words of the check', () => {
  it.each(WORDS)('are there for every %s, and all different', (schema, text) => {
    const names = namesOf(schema)
    expect(names.length).toBeGreaterThan(4)
    const texts = names.map(name => text(name as never))
    for (const it of texts) expect(it).toMatch(/^[A-Z][^_]+$/)
    expect(new Set(texts).size).toBe(names.length)
  })

  it('say for every reason what to do', () => {
    for (const reason of namesOf('ChallengeReason')) {
      for (const kind of ['sequence', 'nose'] as const) {
        if (reason !== 'incomplete') expect(reasonText(reason as never, kind), reason).toMatch(/^[A-Z].*\. [A-Z].*\.$/)
      }
    }
  })

  it('do without names that are newer than the page', () => {
    expect(hintText('of-tomorrow' as never)).toBe('')
    expect(reasonText('of-tomorrow' as never, 'sequence')).toBe(livenessTexts.failedUnknown)
  })

  it('are sentences for cameras and notes', () => {
    const troubles: CameraTrouble[] = ['denied', 'missing', 'busy', 'unsupported', 'insecure', 'other']
    for (const text of [...troubles.map(cameraTroubleText), noteText('stopped'), noteText('hidden')]) expect(text).toMatch(/^[A-Z].*\.$/)
    expect(new Set(troubles.map(cameraTroubleText)).size).toBe(troubles.length)
  })

  it('are the same for what the browser and what the server sees', () => {
    expect(adviceText('come-closer')).toBe(hintText('come-closer'))
    expect(adviceText('slower')).toContain('slower')
  })

  it('name the time of a lock', () => {
    expect(livenessTexts.locked(livenessTexts.lockedToday('15:42'), 1680)).toBe('You can try again at 15:42, in 28 minutes.')
  })
})
