import type { ChangeUserRequest, ManagedUser } from '../api/types.ts'
import { texts } from '../texts.ts'

/** What an administrator can do with an account. */
export type UserAction = 'make-admin' | 'make-user' | 'disable' | 'enable' | 'delete'

/** What is asked before something is done; enabling needs no question. */
export interface Question {
  user: ManagedUser
  action: Exclude<UserAction, 'enable'>
}

/** What there is to do with an account as it is. */
export function actionsFor(user: ManagedUser): UserAction[] {
  return [
    user.role === 'admin' ? 'make-user' : 'make-admin',
    user.disabled ? 'enable' : 'disable',
    'delete',
  ]
}

/** Of `GET /users`: what a username can begin with. */
const PREFIX = /^[A-Za-z0-9._-]{0,32}$/

export function isPrefix(text: string): boolean {
  return PREFIX.test(text)
}

export function changeOf(action: Exclude<UserAction, 'delete'>): ChangeUserRequest {
  switch (action) {
    case 'make-admin': return { role: 'admin' }
    case 'make-user': return { role: 'user' }
    case 'disable': return { disabled: true }
    case 'enable': return { disabled: false }
  }
}

export function actionText(action: UserAction): string {
  switch (action) {
    case 'make-admin': return texts.users.makeAdmin
    case 'make-user': return texts.users.makeUser
    case 'disable': return texts.users.disable
    case 'enable': return texts.users.enable
    case 'delete': return texts.users.delete
  }
}

export function questionText(action: Question['action'], username: string): { title: string, body: string } {
  const words = texts.users
  switch (action) {
    case 'make-admin': return { title: words.makeAdminTitle(username), body: words.makeAdminBody }
    case 'make-user': return { title: words.makeUserTitle(username), body: words.makeUserBody }
    case 'disable': return { title: words.disableTitle(username), body: words.disableBody }
    case 'delete': return { title: words.deleteTitle(username), body: words.deleteBody }
  }
}

export function doneText(action: UserAction, username: string): string {
  switch (action) {
    case 'make-admin': return texts.users.madeAdmin(username)
    case 'make-user': return texts.users.madeUser(username)
    case 'disable': return texts.users.isDisabled(username)
    case 'enable': return texts.users.isEnabled(username)
    case 'delete': return texts.users.isDeleted(username)
  }
}

/**
 * A list by username with one more account in its place. The server's index
 * follows a moment later: the account may be there already, as it was before.
 */
export function withUser(items: ManagedUser[], user: ManagedUser): ManagedUser[] {
  const others = items.filter(it => it.id !== user.id)
  const key = user.username.toLowerCase()
  const at = others.findIndex(it => it.username.toLowerCase() > key)
  return at < 0 ? [...others, user] : [...others.slice(0, at), user, ...others.slice(at)]
}
