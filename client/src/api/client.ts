import { accountCalls } from './accounts.ts'
import { browserTransport } from './browser.ts'
import { connect, noAnswer } from './connection.ts'
import type { Session } from './connection.ts'
import { livenessCalls } from './liveness.ts'
import { peopleCalls } from './people.ts'
import { RequestFailed } from './problem.ts'
import type { Transport } from './transport.ts'
import type { Analysis, AnalysisPage, ImageContentType, ImageVariant, ListQuery, SignUpRequest, Upload } from './types.ts'

export interface Abortable {
  signal?: AbortSignal
}

export type Api = ReturnType<typeof createApi>

/** The API as functions that resolve to the answer or reject with {@link RequestFailed}. */
export function createApi(transport: Transport = browserTransport()) {
  const connection = connect(transport)
  const { send } = connection

  return {
    ...accountCalls(send),

    /** Tells about every session that begins, changes or ends. One listener. */
    listen: connection.listen,

    /** Continues the session that the refresh cookie stands for; resolves to `null` where there is none. */
    resume: connection.refresh,

    /** Forgets the session without telling the server, which another tab has done. */
    forget: connection.end,

    async signUp(account: SignUpRequest): Promise<void> {
      await send('post', '/auth/sign-up', { anonymous: true, json: account })
    },

    async signIn(username: string, password: string): Promise<Session> {
      const json = { username, password, delivery: 'cookie' } as const
      return connection.begin(await send('post', '/auth/sign-in', { anonymous: true, json }))
    },

    /** Ends the session on the server, and then here; with `everywhere` all sessions of the account. */
    async signOut({ everywhere = false } = {}): Promise<void> {
      await send('post', '/auth/sign-out', everywhere ? { query: { everywhere } } : {})
      connection.end()
    },

    /** Changes the password and continues with a token that carries the new rights. */
    async changePassword(currentPassword: string, newPassword: string): Promise<void> {
      await send('put', '/auth/password', { json: { currentPassword, newPassword } })
      await connection.refresh()
    },

    /** Has a link mailed to this address, if an account has it; the answer does not tell. */
    async forgotPassword(email: string): Promise<void> {
      await send('post', '/auth/password/forgot', { anonymous: true, json: { email } })
    },

    /** Sets a new password with the secret of a mailed link. Opens no session, and ends all there are. */
    async resetPassword(token: string, newPassword: string): Promise<void> {
      await send('post', '/auth/password/reset', { anonymous: true, json: { token, newPassword } })
    },

    async createUpload(body: Blob, contentType: ImageContentType, options: Abortable = {}): Promise<Upload> {
      const sha256 = await transport.sha256(body)
      const json = { contentType, sizeBytes: body.size, ...(sha256 === undefined ? {} : { sha256 }) }
      return send('post', '/uploads', { ...options, json })
    },

    /** Sends the picture straight to the storage. */
    async putPhoto(
      upload: Upload, body: Blob, options: { signal: AbortSignal, onProgress: (sentBytes: number) => void },
    ): Promise<void> {
      const { url, method, headers } = upload
      const status = await transport.put({ url, method, headers, body, ...options })
      if (status < 200 || status > 299) throw new RequestFailed({ kind: 'storage', wanted: 'to-store', status })
    },

    /** The same key again answers with the same analysis. */
    createAnalysis(uploadId: string, options: Abortable & { idempotencyKey: string }): Promise<Analysis> {
      const { idempotencyKey, ...rest } = options
      return send('post', '/analyses', {
        ...rest, json: { uploadId, kinds: ['faces'] }, headers: { 'idempotency-key': idempotencyKey },
      })
    },

    listAnalyses(query: ListQuery, options: Abortable = {}): Promise<AnalysisPage> {
      return send('get', '/analyses', { ...options, query })
    },

    getAnalysis(id: string, options: Abortable = {}): Promise<Analysis> {
      return send('get', '/analyses/{id}', { ...options, parameters: { id } })
    },

    async deleteAnalysis(id: string): Promise<void> {
      await send('delete', '/analyses/{id}', { parameters: { id } })
    },

    ...livenessCalls(send),

    ...peopleCalls(send),

    /** A short-lived address of the picture in the storage. */
    async imageUrl(id: string, variant: ImageVariant, options: Abortable = {}): Promise<string> {
      const { url } = await send('get', '/analyses/{id}/image', { ...options, parameters: { id }, query: { variant } })
      return url
    },

    /** Fetches a picture from the storage, to be saved as a file. */
    async download(url: string, options: Abortable = {}): Promise<Blob> {
      try {
        const response = await transport.fetch(url, { credentials: 'omit', ...options })
        if (response.ok) return await response.blob()
        throw new RequestFailed({ kind: 'storage', wanted: 'to-load', status: response.status })
      } catch (error) {
        throw error instanceof RequestFailed ? error : noAnswer(options.signal)
      }
    },
  }
}
