import { describe, expect, it } from 'vitest'
import { creation } from './creation.ts'

describe('the idempotency key of a creation', () => {
  it('stays for the same request until it has been done', () => {
    const keys = creation()
    const first = keys.keyFor({ name: 'a' })
    expect(keys.keyFor({ name: 'a' })).toBe(first)
    const other = keys.keyFor({ name: 'b' })
    expect(other).not.toBe(first)
    keys.done()
    expect(keys.keyFor({ name: 'b' })).not.toBe(other)
  })
})
