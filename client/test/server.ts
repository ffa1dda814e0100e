/**
 * A small API that remembers, for tests and for looking at pages: the shapes of
 * the real one, typed by its document, and none of its cleverness.
 *
 * What a picture shows is written in it: see `pictures.ts`.
 */
import { randomUUID } from 'node:crypto'
import type { components } from '../src/api/schema.ts'
import { AccountRoutes } from './accountRoutes.ts'
import type { Account, MockSession } from './accountRoutes.ts'
import { bearerOf, cookieOf, json, noContent, ok, problem } from './answers.ts'
import type { MockAnswer, MockRequest } from './answers.ts'
import { pageOf } from './history.ts'
import { PlayedChallenge, challengeOf } from './liveness.ts'
import { PeopleRoutes } from './peopleRoutes.ts'
import { facesIn } from './pictures.ts'
import { Uploads } from './uploads.ts'

export { problem }
export type { MockAnswer, MockRequest }

type Schemas = components['schemas']

interface Kept {
  owner: string
  analysis: Schemas['Analysis']
  bytes: Uint8Array
}

/** Where the server says its storage is. */
export const STORAGE = 'https://storage.test'

const COOKIE = 'visavis_refresh'

export class MockServer {
  readonly people: AccountRoutes
  /** People whom accounts have registered. */
  readonly registered: PeopleRoutes
  readonly analyses = new Map<string, Kept>()
  readonly requests: string[] = []
  /** What was sent, also without an answer. */
  readonly idempotencyKeys: string[] = []
  /** No answer to anything. */
  isOffline = false
  /** Answers the next request to this path, once, with this. */
  readonly answersNext = new Map<string, MockAnswer>()
  /** The last challenge that was begun. */
  challenge: PlayedChallenge | null = null
  /** What the next challenges lead to. */
  challengeResult: Schemas['ChallengeResult'] = { passed: true, assertion: 'assertion.of.challenge' }
  /** Whom the last challenge was begun for. */
  private challengePerson: string | null = null
  private readonly uploads: Uploads
  /** Session of each. */
  private readonly accessTokens = new Map<string, string>()
  private readonly refreshTokens = new Map<string, string>()
  private readonly resetTokens = new Map<string, string>()
  private readonly storage: string
  private readonly now: () => Date

  constructor(options: { storage?: string, now?: () => Date } = {}) {
    this.storage = options.storage ?? STORAGE
    this.now = options.now ?? (() => new Date())
    this.people = new AccountRoutes(this.now)
    this.uploads = new Uploads(this.storage, this.now)
    this.registered = new PeopleRoutes({
      now: this.now,
      storage: this.storage,
      takeUpload: (owner, uploadId) => this.uploads.take(owner, uploadId),
      record: (event, by, subject, outcome) => { this.people.record(event, { by, subject, ...outcome ? { outcome } : {} }) },
    })
  }

  get accounts(): Map<string, Account> {
    return this.people.accounts
  }

  addAccount(username: string, password: string, isOneTime = false): Schemas['User'] {
    return this.people.add(username, password, { isOneTime }).user
  }

  addAdministrator(username: string, password: string): Schemas['User'] {
    return this.people.add(username, password, { role: 'admin' }).user
  }

  addAnalysis(owner: Schemas['User'], bytes: Uint8Array, createdAt = this.now().toISOString()): Schemas['Analysis'] {
    const { image, faces } = facesIn(bytes)
    const id = randomUUID()
    const link = (variant: string) => `/api/analyses/${id}/image?variant=${variant}`
    const analysis: Schemas['Analysis'] = {
      analysisId: id,
      uploadId: randomUUID(),
      createdAt,
      kinds: ['faces'],
      image,
      faceCount: faces.length,
      bestConfidence: faces.length === 0 ? null : Math.max(...faces.map(it => it.confidence)),
      list: faces.length === 0 ? 'no-faces' : null,
      faces,
      links: { original: link('original'), annotated: link('annotated'), thumbnail: link('thumbnail') },
    }
    this.analyses.set(id, { owner: owner.id, analysis, bytes })
    return analysis
  }

  /** Mails a link to an account's owner; resolves to its secret. */
  forget(username: string): string {
    const token = randomUUID()
    this.resetTokens.set(token, username)
    return token
  }

  /** What happens when the fifteen minutes of all access tokens are over. */
  expireAccessTokens(): void {
    this.accessTokens.clear()
  }

  /** What happens when somebody else ends all sessions. */
  endSessions(): void {
    this.people.sessions.clear()
  }

  answer(request: MockRequest): MockAnswer {
    const key = request.headers['idempotency-key']
    if (key !== undefined) this.idempotencyKeys.push(key)
    if (this.isOffline) throw new TypeError('Failed to fetch')
    const url = new URL(request.url, 'http://client.test')
    this.requests.push(`${request.method} ${url.pathname}`)
    const prepared = this.answersNext.get(url.pathname)
    if (prepared) {
      this.answersNext.delete(url.pathname)
      return prepared
    }
    if (!url.pathname.startsWith('/api/')) return this.answerStorage(request, url)
    return this.route(request, url, url.pathname.slice('/api'.length))
  }

  private route(request: MockRequest, url: URL, path: string): MockAnswer {
    switch (`${request.method} ${path}`) {
      case 'POST /auth/sign-up': return this.signUp(json(request))
      case 'POST /auth/sign-in': return this.signIn(request)
      case 'POST /auth/refresh': return this.refresh(request)
      case 'POST /auth/password/forgot': return { status: 202, headers: {}, body: '' }
      case 'POST /auth/password/reset': return this.resetPassword(json(request))
    }
    const session = this.people.sessions.get(this.accessTokens.get(bearerOf(request)) ?? '')
    const account = this.accounts.get(session?.username ?? '')
    if (!session || !account) return problem(401, 'unauthenticated', 'Sign in first')
    switch (`${request.method} ${path}`) {
      case 'POST /auth/sign-out': return this.signOut(session, url)
      case 'PUT /auth/password': return this.changePassword(account, json(request))
    }
    if (account.user.passwordChangeRequired) {
      return problem(403, 'password-change-required', 'Change your one-time password first')
    }
    const answer = this.people.answer(account, session, request, url, path)
      ?? this.registered.answer(account.user.id, request, url, path)
    if (answer) return answer
    switch (`${request.method} ${path}`) {
      case 'POST /uploads': return this.uploads.create(account.user.id, json(request))
      case 'POST /analyses': return this.createAnalysis(account, json(request))
      case 'GET /analyses': return this.listAnalyses(account, url.searchParams)
    }
    if (path.startsWith('/liveness/')) return this.answerLiveness(account, request, path)
    const [, id = '', image] = /^\/analyses\/([^/]+)(\/image)?$/.exec(path) ?? []
    const kept = this.analyses.get(id)
    if (kept?.owner !== account.user.id) return problem(404, 'analysis-not-found', 'We do not know this analysis')
    if (request.method === 'DELETE') {
      this.analyses.delete(id)
      return noContent()
    }
    if (image === undefined) return ok(200, kept.analysis)
    return ok<Schemas['ImageAddress']>(200, { url: `${this.storage}/images/${id}/${url.searchParams.get('variant') ?? ''}.jpg` })
  }

  private signUp(body: Schemas['SignUpRequest']): MockAnswer {
    if (this.accounts.has(body.username.toLowerCase())) {
      return problem(409, 'username-taken', 'This username is taken')
    }
    if (body.password === 'password1234') {
      return problem(422, 'password-too-weak', 'This password is too easy to guess')
    }
    const user = this.addAccount(body.username, body.password)
    user.email = body.email
    return ok<Schemas['UserAnswer']>(201, { user })
  }

  private signIn(request: MockRequest): MockAnswer {
    const body = json<Schemas['SignInRequest']>(request)
    const account = this.accounts.get(body.username.toLowerCase())
    if (account?.password !== body.password) {
      this.people.record('sign-in', { subject: account?.user.id ?? null, outcome: 'refused' })
      return problem(401, 'invalid-credentials', 'Username or password is wrong')
    }
    if (account.disabled) {
      this.people.record('sign-in', { by: account.user.id, outcome: 'refused' })
      return problem(403, 'account-disabled', 'This account is disabled; ask an administrator')
    }
    const session = this.people.begin(account, request)
    this.people.record('sign-in', { by: account.user.id, subject: session.id })
    return this.tokensFor(account, session)
  }

  private refresh(request: MockRequest): MockAnswer {
    const token = cookieOf(request, COOKIE)
    const session = this.people.sessions.get(this.refreshTokens.get(token) ?? '')
    this.refreshTokens.delete(token)
    const account = this.accounts.get(session?.username ?? '')
    if (!session || !account) return problem(401, 'session-ended', 'The session has ended; sign in again')
    session.lastUsedAt = this.now().toISOString()
    return this.tokensFor(account, session)
  }

  private tokensFor({ user }: Account, session: MockSession): MockAnswer {
    const accessToken = randomUUID()
    const refreshToken = randomUUID()
    this.accessTokens.set(accessToken, session.id)
    this.refreshTokens.set(refreshToken, session.id)
    const answer = ok<Schemas['SessionAnswer']>(200, {
      accessToken, expiresInSeconds: 900, user, passwordChangeRequired: user.passwordChangeRequired,
    })
    answer.headers['set-cookie'] = `${COOKIE}=${refreshToken}; Path=/api/auth; HttpOnly; SameSite=Strict`
    return answer
  }

  private signOut(session: MockSession, url: URL): MockAnswer {
    if (url.searchParams.get('everywhere') === 'true') this.people.endAllOf(session.username)
    this.people.sessions.delete(session.id)
    return { ...noContent(), headers: { 'set-cookie': `${COOKIE}=; Path=/api/auth; Max-Age=0` } }
  }

  private changePassword(account: Account, body: Schemas['ChangePasswordRequest']): MockAnswer {
    if (account.password !== body.currentPassword) {
      return problem(401, 'invalid-credentials', 'Username or password is wrong')
    }
    account.password = body.newPassword
    account.user.passwordChangeRequired = false
    return noContent()
  }

  private resetPassword(body: Schemas['ResetPasswordRequest']): MockAnswer {
    const account = this.accounts.get(this.resetTokens.get(body.token) ?? '')
    if (!account) return problem(410, 'reset-link-invalid', 'This link was used before or is too old')
    this.resetTokens.delete(body.token)
    account.password = body.newPassword
    this.endSessions()
    return noContent()
  }

  private createAnalysis(account: Account, body: Schemas['CreateAnalysisRequest']): MockAnswer {
    const bytes = this.uploads.take(account.user.id, body.uploadId)
    return bytes instanceof Uint8Array ? ok(201, this.addAnalysis(account.user, bytes)) : bytes
  }

  private listAnalyses(account: Account, query: URLSearchParams): MockAnswer {
    const all = [...this.analyses.values()].filter(it => it.owner === account.user.id).map(it => it.analysis)
    return ok(200, pageOf(all, query))
  }

  private answerLiveness({ user }: Account, request: MockRequest, path: string): MockAnswer {
    if (path === '/liveness/challenges') {
      const expiresAt = new Date(this.now().getTime() + 180_000).toISOString()
      const body = json<Schemas['CreateChallengeRequest']>(request)
      this.challengePerson = body.personId ?? null
      const refusal = this.challengePerson === null ? null : this.registered.whyNoChallenge(user.id, this.challengePerson)
      if (refusal) return refusal
      this.challenge = new PlayedChallenge(challengeOf(body, expiresAt))
      return ok(201, this.challenge.challenge)
    }
    const { token } = json<Schemas['VerifyChallengeRequest']>(request)
    if (token !== this.challenge?.challenge.token) {
      return problem(401, 'challenge-token-invalid', 'This token does not belong to the challenge')
    }
    return path.endsWith('/frames') ? ok(200, this.challenge.answer(json(request))) : ok(200, this.resultOfChallenge())
  }

  private resultOfChallenge(): Schemas['ChallengeResult'] {
    const result = this.challengeResult
    if (!result.passed || this.challengePerson === null) return result
    return { ...result, person: this.registered.verified(this.challengePerson) }
  }

  private answerStorage(request: MockRequest, url: URL): MockAnswer {
    const [, bucket, id = ''] = /\/(uploads|images)\/([^/]+)/.exec(url.pathname) ?? []
    if (bucket === 'images') {
      const bytes = this.analyses.get(id)?.bytes ?? this.registered.picture(id)
      return bytes
        ? { status: 200, headers: { 'content-type': 'image/jpeg' }, body: bytes }
        : { status: 404, headers: {}, body: '' }
    }
    return this.uploads.store(id, request.body)
  }
}
