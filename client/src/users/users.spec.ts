import { describe, expect, it } from 'vitest'
import type { ManagedUser } from '../api/types.ts'
import { actionsFor, isPrefix, withUser } from './users.ts'

function userOf(username: string, members: Partial<ManagedUser> = {}): ManagedUser {
  return {
    id: username, username, email: `${username}@example.org`, role: 'user', createdAt: '2026-11-20T11:00:00Z',
    passwordChangeRequired: false, disabled: false, ...members,
  }
}

describe('what can be done with an account', () => {
  it('is the other of what it is', () => {
    expect(actionsFor(userOf('ada'))).toEqual(['make-admin', 'disable', 'delete'])
    expect(actionsFor(userOf('ada', { role: 'admin', disabled: true }))).toEqual(['make-user', 'enable', 'delete'])
  })
})

describe('a list of accounts', () => {
  it('takes a new one in its place, and an old one once', () => {
    const items = [userOf('Ada'), userOf('grace')]
    expect(withUser(items, userOf('Bob')).map(it => it.username)).toEqual(['Ada', 'Bob', 'grace'])
    expect(withUser(items, userOf('zoe')).map(it => it.username)).toEqual(['Ada', 'grace', 'zoe'])
    expect(withUser(items, userOf('grace', { disabled: true }))).toEqual([items[0], userOf('grace', { disabled: true })])
  })

  it('is searched only for what a username can begin with', () => {
    expect(['', 'a', '.b', 'A_b-9'].every(isPrefix)).toBe(true)
    expect(['ä', 'a b', '@', 'x'.repeat(33)].some(isPrefix)).toBe(false)
  })
})
