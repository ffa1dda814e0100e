import type { Answer, Body, Method, Operation, Parameters, Path, Query } from './operations.ts'
import { RequestFailed, failureFrom } from './problem.ts'
import type { ProblemSlug } from './problem.ts'
import type { Transport } from './transport.ts'
import type { SessionAnswer, User } from './types.ts'

/** The API is on the client's own origin: CloudFront and the local stack both forward this path. */
const BASE = '/api'

export interface Session {
  user: User
  /** The account has a one-time password: nothing but changing it is allowed. */
  passwordChangeRequired: boolean
}

export type Options<O> = {
  json?: Body<O>
  query?: Query<O>
  headers?: Record<string, string>
  signal?: AbortSignal
  /** Without the access token, and a 401 is an answer, not the end of a session. */
  anonymous?: boolean
} & Parameters<O>

export type Connection = ReturnType<typeof connect>

/**
 * Sends requests as the user.
 *
 * The access token lives in this closure and nowhere else. A token that is not
 * accepted is followed by one refresh, shared by all requests that wait for it,
 * and one more attempt.
 */
export function connect(transport: Transport) {
  let accessToken: string | null = null
  let refreshing: Promise<Session | null> | null = null
  let onSession: (session: Session | null) => void = () => undefined

  /** Resolves to the JSON of a success, or rejects with {@link RequestFailed}. */
  async function send<P extends Path, M extends Method>(
    method: M, path: P, options: Options<Operation<P, M>>,
  ): Promise<Answer<Operation<P, M>>> {
    const request: Request = {
      method: method.toUpperCase(),
      path: fill(path, options.parameters ?? {}) + queryString(options.query ?? {}),
      headers: options.headers ?? {},
      json: options.json,
      signal: options.signal ?? null,
    }
    const response = options.anonymous === true ? await attempt(request) : await sendAsUser(request)
    if (!response.ok) throw new RequestFailed(await failureFrom(response))
    return await readAnswer(response, request.signal) as Answer<Operation<P, M>>
  }

  async function sendAsUser(request: Request): Promise<Response> {
    const sentToken = accessToken
    const response = await attempt(request, sentToken)
    if (!await refusesToken(response)) return response
    // Another request may have refreshed while this one was under way.
    const isRenewed = accessToken !== null && accessToken !== sentToken
    if (!isRenewed && await refresh() === null) return response
    const second = await attempt(request, accessToken)
    if (await refusesToken(second)) end()
    return second
  }

  async function attempt(request: Request, token: string | null = null): Promise<Response> {
    const headers = new Headers({ accept: 'application/json', ...request.headers })
    if (token !== null) headers.set('authorization', `Bearer ${token}`)
    const init: RequestInit = {
      method: request.method, headers, signal: request.signal, credentials: 'same-origin', cache: 'no-store',
    }
    if (request.json !== undefined) {
      headers.set('content-type', 'application/json')
      init.body = JSON.stringify(request.json)
    }
    try {
      return await transport.fetch(BASE + request.path, init)
    } catch {
      throw noAnswer(request.signal)
    }
  }

  /** Resolves to `null` where there is no session to continue. */
  function refresh(): Promise<Session | null> {
    refreshing ??= transport.exclusively(refreshNow).finally(() => { refreshing = null })
    return refreshing
  }

  async function refreshNow(): Promise<Session | null> {
    try {
      return begin(await send('post', '/auth/refresh', { anonymous: true }))
    } catch (error) {
      if (!(error instanceof RequestFailed && error.status === 401)) throw error
      end()
      return null
    }
  }

  function begin({ accessToken: token, user, passwordChangeRequired }: SessionAnswer): Session {
    accessToken = token
    const session = { user, passwordChangeRequired }
    onSession(session)
    return session
  }

  function end(): void {
    accessToken = null
    onSession(null)
  }

  return {
    send,
    refresh,
    begin,
    end,
    /** Tells about every session that begins, changes or ends. One listener. */
    listen: (listener: typeof onSession): void => {
      onSession = listener
    },
  }
}

interface Request {
  method: string
  path: string
  headers: Record<string, string>
  json: unknown
  signal: AbortSignal | null
}

/** Why a fetch rejected: it does so for a network without an answer, and for an abort. */
export function noAnswer(signal: AbortSignal | null | undefined): RequestFailed {
  return new RequestFailed({ kind: signal?.aborted === true ? 'cancelled' : 'offline' })
}

async function readAnswer(response: Response, signal: AbortSignal | null): Promise<unknown> {
  if (response.status === 202 || response.status === 204) return undefined
  let text: string
  try {
    text = await response.text()
  } catch {
    throw noAnswer(signal)
  }
  try {
    return JSON.parse(text)
  } catch {
    // A success that is not JSON did not come from our API.
    throw new RequestFailed({ kind: 'undocumented', status: response.status, retryAfterSeconds: null })
  }
}

/** What a 401 can be about besides the access token: no reason to refresh. */
const NOT_ABOUT_THE_TOKEN: ProblemSlug[] = ['invalid-credentials', 'challenge-token-invalid']

async function refusesToken(response: Response): Promise<boolean> {
  if (response.status !== 401) return false
  const failure = await failureFrom(response.clone())
  return !(failure.kind === 'problem' && NOT_ABOUT_THE_TOKEN.includes(failure.problem.slug))
}

function fill(path: string, parameters: Record<string, string>): string {
  return path.replace(/\{(\w+)\}/g, (braces, name: string) => encodeURIComponent(parameters[name] ?? braces))
}

function queryString(query: Record<string, string | number | boolean | undefined>): string {
  const entries = Object.entries(query).flatMap(([name, value]) => value === undefined ? [] : [[name, String(value)]])
  return entries.length === 0 ? '' : `?${new URLSearchParams(entries).toString()}`
}
