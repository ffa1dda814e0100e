import { describe, expect, it } from 'vitest'
import { destinationOf } from './destination.ts'

describe('destinationOf', () => {
  it('is a page of the client', () => {
    expect(destinationOf('/analyses?smiling=yes')).toBe('/analyses?smiling=yes')
  })

  it.each([undefined, null, '', 'analyses', '//evil.example', '/\\evil.example', 'https:evil', ['/a'], 1])('is the front page for %j', (next) => {
    expect(destinationOf(next)).toBe('/')
  })
})
