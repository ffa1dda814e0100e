/** What the API's document says about an operation, as types. */
import type { paths } from './schema.ts'

export type Path = keyof paths
export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

export type Operation<P extends Path, M extends Method> = NonNullable<paths[P][M]>

type Json<T> = T extends { content: { 'application/json': infer Body } } ? Body : never

/** The JSON of a success; `undefined` where it has none. */
export type Answer<O> = O extends { responses: infer R }
  ? [Json<R[keyof R & (200 | 201)]>] extends [never] ? undefined : Json<R[keyof R & (200 | 201)]>
  : never

/** The JSON that is sent. */
export type Body<O> = O extends { requestBody?: infer B } ? Json<NonNullable<B>> : never

export type Query<O> = O extends { parameters: { query?: infer Q } } ? NonNullable<Q> : never

type PathParameters<O> = O extends { parameters: { path: infer P extends Record<string, string> } } ? P : never

/** Values for the braces of a path; not to be given where there are none. */
export type Parameters<O> = [PathParameters<O>] extends [never]
  ? { parameters?: never }
  : { parameters: PathParameters<O> }
