/** What the mock API hears and says. */
import type { components } from '../src/api/schema.ts'

type Schemas = components['schemas']
type Slug = Schemas['ProblemType'] extends `/problems/${infer S}` ? S : never

export interface MockRequest {
  method: string
  /** With the query. */
  url: string
  /** Names in lower case. */
  headers: Record<string, string>
  body: Uint8Array
}

export interface MockAnswer {
  status: number
  headers: Record<string, string>
  body: string | Uint8Array
}

/** Of any type: the mock believes its clients. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- names the type at the call
export function json<T>(request: MockRequest): T {
  return JSON.parse(new TextDecoder().decode(request.body)) as T
}

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- checks the body at the call
export function ok<T>(status: number, body: T): MockAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

export function noContent(): MockAnswer {
  return { status: 204, headers: {}, body: '' }
}

export function problem(status: number, slug: Slug, title: string, members: Partial<Schemas['Problem']> = {}): MockAnswer {
  const document: Schemas['Problem'] = { type: `/problems/${slug}`, title, status, instance: 'request-1', ...members }
  return { status, headers: { 'content-type': 'application/problem+json' }, body: JSON.stringify(document) }
}

export function bearerOf(request: MockRequest): string {
  return (request.headers.authorization ?? '').replace(/^Bearer /, '')
}

export function cookieOf(request: MockRequest, name: string): string {
  return new RegExp(`${name}=([^;]*)`).exec(request.headers.cookie ?? '')?.[1] ?? ''
}
