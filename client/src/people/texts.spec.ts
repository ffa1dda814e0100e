// @vitest-environment node
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import type { FaceFault } from '../api/types.ts'
import { faceFaultText, peopleTexts } from './texts.ts'

interface Document { components: { schemas: { FaceFault: { oneOf: { const: FaceFault }[] } } } }
const { components } = JSON.parse(readFileSync('../openapi.json', 'utf8')) as Document
const faults = components.schemas.FaceFault.oneOf.map(it => it.const)

it('says for every fault of a photo what is wrong and what to do, and for each something else', () => {
  expect(faults.length).toBeGreaterThan(5)
  const texts = faults.map(faceFaultText)
  for (const text of texts) expect(text).toMatch(/^[A-Z].*\. [A-Z].*\.$/)
  expect(new Set(texts).size).toBe(faults.length)
  expect(faceFaultText('of-tomorrow' as never)).toBeNull()
})

it('says what goes with a person who has no face, one or several', () => {
  const first = (n: number) => peopleTexts.person.eraseWhat(n)[0]
  expect([first(0), first(1), first(3)]).toEqual([
    'the name and the identifier', '1 picture and 1 face description', '3 pictures and 3 face descriptions',
  ])
})
