import type { Abortable } from './client.ts'
import type { Connection } from './connection.ts'
import type {
  ApiKeyPage, AuditPage, AuditQuery, ChangeUserRequest, CreateApiKeyRequest, CreateUserRequest, CreatedApiKey, CreatedUser,
  ManagedUser, SessionPage, UserPage, UsersQuery,
} from './types.ts'

export interface Creation {
  /** The same key again makes no second one; its answer has a new secret, and the one before is void. */
  idempotencyKey: string
}

/** Sessions and API keys of the user, and what administrators do with accounts. */
export function accountCalls(send: Connection['send']) {
  return {
    /** The one that asks comes first. All of them: there is no second page. */
    listSessions(options: Abortable = {}): Promise<SessionPage> {
      return send('get', '/auth/sessions', options)
    },

    async deleteSession(id: string): Promise<void> {
      await send('delete', '/auth/sessions/{id}', { parameters: { id } })
    },

    /** Newest first. All of them: there is no second page. */
    listApiKeys(options: Abortable = {}): Promise<ApiKeyPage> {
      return send('get', '/api-keys', options)
    },

    /** Its answer is the only one that ever has the key. */
    createApiKey(json: CreateApiKeyRequest, { idempotencyKey }: Creation): Promise<CreatedApiKey> {
      return send('post', '/api-keys', { json, headers: { 'idempotency-key': idempotencyKey } })
    },

    async deleteApiKey(id: string): Promise<void> {
      await send('delete', '/api-keys/{id}', { parameters: { id } })
    },

    listUsers(query: UsersQuery, options: Abortable = {}): Promise<UserPage> {
      return send('get', '/users', { ...options, query })
    },

    /** Its answer is the only one that ever has the one-time password. */
    createUser(json: CreateUserRequest, { idempotencyKey }: Creation): Promise<CreatedUser> {
      return send('post', '/users', { json, headers: { 'idempotency-key': idempotencyKey } })
    },

    changeUser(id: string, json: ChangeUserRequest): Promise<ManagedUser> {
      return send('patch', '/users/{id}', { parameters: { id }, json })
    },

    async deleteUser(id: string): Promise<void> {
      await send('delete', '/users/{id}', { parameters: { id } })
    },

    listAudit(query: AuditQuery, options: Abortable = {}): Promise<AuditPage> {
      return send('get', '/audit', { ...options, query })
    },
  }
}
