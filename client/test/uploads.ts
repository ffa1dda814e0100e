/** The mock API's uploads, and the part of its storage that takes them. */
import { randomUUID } from 'node:crypto'
import type { components } from '../src/api/schema.ts'
import { ok, problem } from './answers.ts'
import type { MockAnswer } from './answers.ts'
import { isPicture } from './pictures.ts'

type Schemas = components['schemas']

interface Uploaded {
  owner: string
  sizeBytes: number
  bytes: Uint8Array | null
}

/** How long an upload may take, in milliseconds. */
const LIFE_MS = 300_000

export class Uploads {
  private readonly all = new Map<string, Uploaded>()
  private readonly storage: string
  private readonly now: () => Date

  constructor(storage: string, now: () => Date) {
    this.storage = storage
    this.now = now
  }

  create(owner: string, { contentType, sizeBytes }: Schemas['CreateUploadRequest']): MockAnswer {
    const uploadId = randomUUID()
    this.all.set(uploadId, { owner, sizeBytes, bytes: null })
    return ok<Schemas['Upload']>(201, {
      uploadId,
      url: `${this.storage}/uploads/${uploadId}`,
      method: 'PUT',
      headers: { 'content-type': contentType, 'content-length': String(sizeBytes) },
      expiresAt: new Date(this.now().getTime() + LIFE_MS).toISOString(),
    })
  }

  /** What the storage says to bytes. */
  store(uploadId: string, bytes: Uint8Array): MockAnswer {
    const upload = this.all.get(uploadId)
    if (upload?.sizeBytes !== bytes.length) return { status: 403, headers: {}, body: '<Error/>' }
    upload.bytes = bytes
    return { status: 200, headers: {}, body: '' }
  }

  /** The bytes of an upload, which is used up with that, or why there are none. */
  take(owner: string, uploadId: string): Uint8Array | MockAnswer {
    const upload = this.all.get(uploadId)
    if (upload?.owner !== owner) return problem(404, 'upload-not-found', 'We do not know this upload')
    if (!upload.bytes) return problem(409, 'upload-incomplete', 'The photo has not been uploaded yet')
    this.all.delete(uploadId)
    return isPicture(upload.bytes) ? upload.bytes : problem(422, 'image-corrupt', 'The image is damaged or incomplete')
  }
}
