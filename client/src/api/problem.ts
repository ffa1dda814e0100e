import type { ProblemDocument, ProblemType } from './types.ts'

type SlugOf<Type> = Type extends `/problems/${infer Slug}` ? Slug : never

/** The last segment of a problem's type. */
export type ProblemSlug = SlugOf<ProblemType>

export type Problem = ProblemDocument & { slug: ProblemSlug }

/** Why a request did not bring what was asked for. */
export type Failure =
  /** The API said why, in a document of its registry. */
  | { kind: 'problem', problem: Problem }
  /** An error without a document: what API Gateway or CloudFront answer by themselves. */
  | { kind: 'undocumented', status: number, retryAfterSeconds: number | null }
  /** The storage did not take a picture, or did not give it. */
  | { kind: 'storage', wanted: 'to-store' | 'to-load', status: number }
  /** No answer at all. */
  | { kind: 'offline' }
  /** The caller gave the request up. */
  | { kind: 'cancelled' }
  /** An error of the client itself. */
  | { kind: 'defect' }

/** Carries a {@link Failure} out of a request. */
export class RequestFailed extends Error {
  override readonly name = 'RequestFailed'
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.kind === 'problem' ? failure.problem.slug : failure.kind)
    this.failure = failure
  }

  /** The status of the API's answer, where there was one. */
  get status(): number | null {
    switch (this.failure.kind) {
      case 'problem': return this.failure.problem.status
      case 'undocumented': return this.failure.status
      default: return null
    }
  }
}

/** Gives the failure that was thrown. What is not one is a defect, and is reported as uncaught errors are. */
export function failureOf(error: unknown): Failure {
  if (error instanceof RequestFailed) return error.failure
  globalThis.reportError(error)
  return { kind: 'defect' }
}

/** Whether the API gave this very reason. */
export function isProblem(failure: Failure, slug: ProblemSlug): boolean {
  return failure.kind === 'problem' && failure.problem.slug === slug
}

/** Whether what was to be changed is not there any more. */
export function isGone(error: unknown, slug: Extract<ProblemSlug, `${string}-not-found`>): boolean {
  return error instanceof RequestFailed && isProblem(error.failure, slug)
}

/** Reads the failure from an answer that is not a success. */
export async function failureFrom(response: Response): Promise<Failure> {
  const problem = isProblemDocument(response) ? parseProblem(await readJson(response)) : null
  if (problem) return { kind: 'problem', problem }
  return { kind: 'undocumented', status: response.status, retryAfterSeconds: retryAfter(response) }
}

const MEDIA_TYPE = 'application/problem+json'
const TYPE_PREFIX = '/problems/'

function isProblemDocument(response: Response): boolean {
  return response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() === MEDIA_TYPE
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    return null
  }
}

/** The type of a newer server's problem may be one we have no words for; its title then has to do. */
function parseProblem(body: unknown): Problem | null {
  if (typeof body !== 'object' || body === null) return null
  const { type, status, title } = body as Record<string, unknown>
  if (typeof type !== 'string' || typeof status !== 'number' || typeof title !== 'string') return null
  const start = type.lastIndexOf(TYPE_PREFIX)
  if (start < 0) return null
  return { ...body, slug: type.slice(start + TYPE_PREFIX.length) } as Problem
}

/** Seconds of a Retry-After header; its other form, a date, is never sent by what we talk to. */
function retryAfter(response: Response): number | null {
  const seconds = Number.parseInt(response.headers.get('retry-after') ?? '', 10)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null
}
