// @vitest-environment node
import { readFileSync } from 'node:fs'
import path from 'node:path'
import openapiTS, { COMMENT_HEADER, astToString } from 'openapi-typescript'
import { describe, expect, it } from 'vitest'

describe('schema.ts', () => {
  it('is what `npm run generate` makes of openapi.json', async () => {
    const document = new URL(`file://${path.resolve('../openapi.json')}`)
    const generated = COMMENT_HEADER + astToString(await openapiTS(document, { defaultNonNullable: false }))
    expect(readFileSync('src/api/schema.ts', 'utf8') === generated, 'run `npm run generate` and commit').toBe(true)
  })
})
