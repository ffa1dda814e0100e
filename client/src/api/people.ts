import type { Creation } from './accounts.ts'
import type { Abortable } from './client.ts'
import type { Connection } from './connection.ts'
import type {
  ChangePersonRequest, CreatePersonRequest, ErasureReceipt, PeopleQuery, Person, PersonFace, PersonPage, PersonVerification,
} from './types.ts'

/** People whom the user has registered, their faces, and whether somebody is one of them. */
export function peopleCalls(send: Connection['send']) {
  return {
    /** Newest first. */
    listPeople(query: PeopleQuery, options: Abortable = {}): Promise<PersonPage> {
      return send('get', '/people', { ...options, query })
    },

    /** The same key again answers with the same person. */
    createPerson(json: CreatePersonRequest, { idempotencyKey }: Creation): Promise<Person> {
      return send('post', '/people', { json, headers: { 'idempotency-key': idempotencyKey } })
    },

    getPerson(id: string, options: Abortable = {}): Promise<Person> {
      return send('get', '/people/{id}', { ...options, parameters: { id } })
    },

    changePerson(id: string, json: ChangePersonRequest): Promise<Person> {
      return send('patch', '/people/{id}', { parameters: { id }, json })
    },

    /** Asked again after a failure, it goes on with what is left. */
    deletePerson(id: string): Promise<ErasureReceipt> {
      return send('delete', '/people/{id}', { parameters: { id } })
    },

    /** The same upload again answers with the same face. */
    addFace(id: string, uploadId: string, options: Abortable = {}): Promise<PersonFace> {
      return send('post', '/people/{id}/faces', { ...options, parameters: { id }, json: { uploadId } })
    },

    async deleteFace(id: string, faceId: string): Promise<void> {
      await send('delete', '/people/{id}/faces/{faceId}', { parameters: { id, faceId } })
    },

    /** A short-lived address of the picture in the storage. */
    async faceUrl(id: string, faceId: string, options: Abortable = {}): Promise<string> {
      const { url } = await send('get', '/people/{id}/faces/{faceId}/image', { ...options, parameters: { id, faceId } })
      return url
    },

    verifyPerson(id: string, uploadId: string, options: Abortable = {}): Promise<PersonVerification> {
      return send('post', '/people/{id}/verify', { ...options, parameters: { id }, json: { uploadId } })
    },
  }
}
