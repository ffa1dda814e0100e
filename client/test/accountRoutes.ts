/** The part of the mock API that is about accounts: sessions, API keys, administration, audit. */
import { randomBytes, randomUUID } from 'node:crypto'
import type { components } from '../src/api/schema.ts'
import { json, noContent, ok, problem } from './answers.ts'
import type { MockAnswer, MockRequest } from './answers.ts'

type Schemas = components['schemas']

export interface Account {
  user: Schemas['User']
  password: string
  disabled: boolean
  keys: Schemas['ApiKey'][]
}

export interface MockSession {
  id: string
  username: string
  createdAt: string
  lastUsedAt: string
  client: string | null
}

interface Happening {
  by?: string | null
  subject?: string | null
  outcome?: Schemas['AuditOutcome']
}

const MAX_KEYS = 20
const SESSION_DAYS = 90
const DAY_MS = 86_400_000

export class AccountRoutes {
  readonly accounts = new Map<string, Account>()
  readonly sessions = new Map<string, MockSession>()
  readonly audit: Schemas['AuditEntry'][] = []
  private readonly now: () => Date

  constructor(now: () => Date) {
    this.now = now
  }

  add(username: string, password: string, options: { isOneTime?: boolean, role?: Schemas['UserRole'], email?: string } = {}): Account {
    const account: Account = {
      user: {
        id: randomUUID(),
        username,
        email: options.email ?? `${username}@example.org`,
        role: options.role ?? 'user',
        createdAt: this.now().toISOString(),
        passwordChangeRequired: options.isOneTime ?? false,
      },
      password,
      disabled: false,
      keys: [],
    }
    this.accounts.set(username.toLowerCase(), account)
    return account
  }

  begin(account: Account, request?: MockRequest): MockSession {
    const at = this.now().toISOString()
    const session = {
      id: randomUUID(), username: account.user.username.toLowerCase(), createdAt: at, lastUsedAt: at, client: clientOf(request),
    }
    this.sessions.set(session.id, session)
    return session
  }

  endAllOf(username: string): void {
    for (const [id, session] of this.sessions) {
      if (session.username === username.toLowerCase()) this.sessions.delete(id)
    }
  }

  record(event: Schemas['AuditEvent'], { by = null, subject = null, outcome = 'done' }: Happening = {}): void {
    this.audit.unshift({
      chain: 0, number: this.audit.length + 1, at: this.now().toISOString(), event, outcome,
      userId: by, apiKeyId: null, subjectId: subject, network: '192.0.2.0/24', hash: randomBytes(32).toString('base64url'),
    })
  }

  /** Undefined where the path is about something else. */
  answer(account: Account, session: MockSession, request: MockRequest, url: URL, path: string): MockAnswer | undefined {
    const [, collection = '', id] = /^\/(auth\/sessions|api-keys|users|audit)(?:\/([^/]+))?$/.exec(path) ?? []
    switch (`${request.method} ${collection}${id === undefined ? '' : '/{id}'}`) {
      case 'GET auth/sessions': return this.listSessions(session)
      case 'DELETE auth/sessions/{id}': return this.endSession(account, id ?? '')
      case 'GET api-keys': return ok<Schemas['ApiKeyPage']>(200, { items: account.keys, nextCursor: null })
      case 'POST api-keys': return this.createKey(account, json(request))
      case 'DELETE api-keys/{id}': return this.revokeKey(account, id ?? '')
    }
    if (collection !== 'users' && collection !== 'audit') return undefined
    if (account.user.role !== 'admin') return problem(403, 'forbidden', 'You may not do this')
    switch (`${request.method} ${collection}${id === undefined ? '' : '/{id}'}`) {
      case 'GET users': return this.listUsers(url.searchParams)
      case 'POST users': return this.createUser(account, json(request))
      case 'PATCH users/{id}': return this.changeUser(account, id ?? '', json(request))
      case 'DELETE users/{id}': return this.deleteUser(account, id ?? '')
      case 'GET audit': return this.listAudit(url.searchParams)
      default: return undefined
    }
  }

  private listSessions(current: MockSession): MockAnswer {
    const items = [...this.sessions.values()]
      .filter(it => it.username === current.username)
      .sort((a, b) => Number(b === current) - Number(a === current) || b.lastUsedAt.localeCompare(a.lastUsedAt))
      .map(it => ({
        id: it.id, createdAt: it.createdAt, lastUsedAt: it.lastUsedAt, client: it.client, current: it === current,
        endsAt: new Date(Date.parse(it.createdAt) + SESSION_DAYS * DAY_MS).toISOString(),
      }))
    return ok<Schemas['SessionPage']>(200, { items, nextCursor: null })
  }

  private endSession({ user }: Account, id: string): MockAnswer {
    if (this.sessions.get(id)?.username !== user.username.toLowerCase()) {
      return problem(404, 'session-not-found', 'We do not know this session')
    }
    this.sessions.delete(id)
    this.record('sign-out', { by: user.id, subject: id })
    return noContent()
  }

  private createKey(account: Account, body: Schemas['CreateApiKeyRequest']): MockAnswer {
    if (account.keys.length >= MAX_KEYS) return problem(409, 'too-many-api-keys', 'You have as many as an account can have')
    const { name, scopes, doorId = null, expiresInDays = null } = body
    const now = this.now()
    const shown = {
      id: randomUUID(), name, scopes, doorId, createdAt: now.toISOString(),
      expiresAt: expiresInDays === null ? null : new Date(now.getTime() + expiresInDays * DAY_MS).toISOString(),
    }
    account.keys.unshift({ ...shown, lastUsedAt: null })
    this.record('api-key-created', { by: account.user.id, subject: shown.id })
    return ok<Schemas['CreatedApiKey']>(201, { ...shown, key: `visavis_${randomBytes(64).toString('base64url')}` })
  }

  private revokeKey(account: Account, id: string): MockAnswer {
    const at = account.keys.findIndex(it => it.id === id)
    if (at < 0) return problem(404, 'api-key-not-found', 'We do not know this API key')
    account.keys.splice(at, 1)
    this.record('api-key-revoked', { by: account.user.id, subject: id })
    return noContent()
  }

  private listUsers(query: URLSearchParams): MockAnswer {
    const prefix = (query.get('prefix') ?? '').toLowerCase()
    const all = [...this.accounts.keys()].filter(it => it.startsWith(prefix)).sort()
      .flatMap(it => this.accounts.get(it) ?? []).map(managed)
    return ok<Schemas['UserPage']>(200, pageOf(all, query))
  }

  private createUser(admin: Account, body: Schemas['CreateUserRequest']): MockAnswer {
    if (this.accounts.has(body.username.toLowerCase())) return problem(409, 'username-taken', 'This username is taken')
    if ([...this.accounts.values()].some(it => it.user.email === body.email)) {
      return problem(409, 'email-taken', 'An account with this e-mail address exists')
    }
    const password = body.password ?? 'abcde-fghij-kmnpq-rstuv'
    const { username, role, email } = body
    const created = this.add(username, password, { isOneTime: true, role, email })
    this.record('user-created', { by: admin.user.id, subject: created.user.id })
    return ok<Schemas['CreatedUser']>(201, { user: managed(created), oneTimePassword: body.password == null ? password : null })
  }

  private changeUser(admin: Account, id: string, change: Schemas['ChangeUserRequest']): MockAnswer {
    const account = this.byId(id)
    if (!account) return problem(404, 'user-not-found', 'We do not know this account')
    const { role = account.user.role, disabled = account.disabled } = change
    if ((role !== 'admin' || disabled) && this.isLastAdmin(account)) {
      return problem(409, 'last-administrator', 'There must be an administrator; make another one first')
    }
    if (role !== account.user.role) this.record('user-role-changed', { by: admin.user.id, subject: id })
    if (disabled !== account.disabled) this.record(disabled ? 'user-disabled' : 'user-enabled', { by: admin.user.id, subject: id })
    account.user.role = role ?? account.user.role
    account.disabled = disabled ?? account.disabled
    this.endAllOf(account.user.username)
    return ok<Schemas['ManagedUser']>(200, managed(account))
  }

  private deleteUser(admin: Account, id: string): MockAnswer {
    const account = this.byId(id)
    if (!account) return problem(404, 'user-not-found', 'We do not know this account')
    if (this.isLastAdmin(account)) return problem(409, 'last-administrator', 'There must be an administrator; make another one first')
    this.endAllOf(account.user.username)
    this.accounts.delete(account.user.username.toLowerCase())
    this.record('user-deleted', { by: admin.user.id, subject: id })
    return noContent()
  }

  private listAudit(query: URLSearchParams): MockAnswer {
    const id = query.get('userId')
    const items = this.audit.filter(it => id === null || it.userId === id || it.subjectId === id)
    return ok<Schemas['AuditPage']>(200, pageOf(items, query))
  }

  private byId(id: string): Account | undefined {
    return [...this.accounts.values()].find(it => it.user.id === id)
  }

  private isLastAdmin(account: Account): boolean {
    const admins = [...this.accounts.values()].filter(it => it.user.role === 'admin' && !it.disabled)
    return admins.length === 1 && admins[0] === account
  }
}

function managed({ user, disabled }: Account): Schemas['ManagedUser'] {
  return { ...user, disabled }
}

function pageOf<Item>(all: Item[], query: URLSearchParams): { items: Item[], nextCursor: string | null } {
  const start = Number(query.get('cursor') ?? 0)
  const end = start + Number(query.get('limit') ?? 20)
  return { items: all.slice(start, end), nextCursor: end < all.length ? String(end) : null }
}

function clientOf(request: MockRequest | undefined): string | null {
  const agent = request?.headers['user-agent'] ?? ''
  if (agent.includes('Chrome')) return 'Chrome on Linux'
  return agent.includes('Firefox') ? 'Firefox on Linux' : null
}
