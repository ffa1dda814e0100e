/** The part of the mock API that is about registered people. Whom a picture shows is written in it: see `pictures.ts`. */
import { randomUUID } from 'node:crypto'
import type { components } from '../src/api/schema.ts'
import { json, noContent, ok, problem } from './answers.ts'
import type { MockAnswer, MockRequest } from './answers.ts'
import { portraitIn } from './pictures.ts'

type Schemas = components['schemas']

interface Face {
  face: Schemas['PersonFace']
  bytes: Uint8Array
  who: string
}

export interface Registered {
  owner: string
  person: Omit<Schemas['Person'], 'faces'>
  faces: Face[]
}

/** What the mock needs of the server around it. */
interface Surroundings {
  now: () => Date
  storage: string
  /** The bytes of an upload, which is used up with that, or why there are none. */
  takeUpload: (owner: string, uploadId: string) => Uint8Array | MockAnswer
  record: (event: Schemas['AuditEvent'], owner: string, personId: string, outcome?: Schemas['AuditOutcome']) => void
}

const MAX_FACES = 10
const THRESHOLD_PERCENT = 90
const SAME_PERCENT = 97.25
const OTHER_PERCENT = 12.5

export class PeopleRoutes {
  readonly people = new Map<string, Registered>()
  private readonly byKey = new Map<string, string>()
  private readonly around: Surroundings

  constructor(around: Surroundings) {
    this.around = around
  }

  add(owner: string, displayName: string, members: Partial<Schemas['Person']> = {}): Registered {
    const at = this.around.now().toISOString()
    const personId = randomUUID()
    const registered: Registered = {
      owner,
      person: {
        personId, displayName, externalId: null, createdAt: at,
        consent: { noticeVersion: '2026-11', givenBy: displayName, at }, ...members,
      },
      faces: [],
    }
    this.people.set(personId, registered)
    return registered
  }

  addFace({ person, faces }: Registered, bytes: Uint8Array, faceId: string = randomUUID()): Schemas['PersonFace'] {
    const face = {
      faceId, addedAt: this.around.now().toISOString(), quality: { brightness: 71.3, sharpness: 84.2 },
      pose: { roll: 1.5, yaw: -4.2, pitch: 3 }, image: `/api/people/${person.personId}/faces/${faceId}/image`,
    }
    faces.push({ face, bytes, who: portraitIn(bytes).who })
    return face
  }

  /** A picture of a face in the storage. */
  picture(faceId: string): Uint8Array | undefined {
    return [...this.people.values()].flatMap(it => it.faces).find(it => it.face.faceId === faceId)?.bytes
  }

  /** Why a challenge for this person does not begin; null where it does. */
  whyNoChallenge(owner: string, personId: string): MockAnswer | null {
    const registered = this.people.get(personId)
    if (registered?.owner !== owner) return problem(404, 'person-not-found', 'We do not know this person')
    return registered.faces.length === 0 ? withoutFace() : null
  }

  verified(personId: string): Schemas['ChallengePerson'] {
    return { personId, similarity: SAME_PERCENT, threshold: THRESHOLD_PERCENT }
  }

  /** Undefined where the path is about something else. */
  answer(owner: string, request: MockRequest, url: URL, path: string): MockAnswer | undefined {
    const [isOurs, personId, what, faceId, image] = /^\/people(?:\/([^/]+)(?:\/(faces|verify)(?:\/([^/]+)(\/image)?)?)?)?$/.exec(path) ?? []
    if (isOurs === undefined) return undefined
    if (personId === undefined) return request.method === 'POST' ? this.create(owner, request) : this.list(owner, url.searchParams)
    const registered = this.people.get(personId)
    if (registered?.owner !== owner) return problem(404, 'person-not-found', 'We do not know this person')
    if (what === 'verify') return this.verify(registered, json(request))
    if (what === 'faces') return this.answerFaces(registered, request, faceId, image !== undefined)
    switch (request.method) {
      case 'PATCH': return this.change(registered, json(request))
      case 'DELETE': return this.erase(registered)
      default: return ok(200, shown(registered))
    }
  }

  private create(owner: string, request: MockRequest): MockAnswer {
    const key = request.headers['idempotency-key'] ?? randomUUID()
    const known = this.people.get(this.byKey.get(key) ?? '')
    if (known) return ok(201, shown(known))
    const { displayName, externalId = null, consent } = json<Schemas['CreatePersonRequest']>(request)
    const registered = this.add(owner, displayName, { externalId, consent })
    this.byKey.set(key, registered.person.personId)
    this.around.record('person-created', owner, registered.person.personId)
    return ok(201, shown(registered))
  }

  private list(owner: string, query: URLSearchParams): MockAnswer {
    const all = [...this.people.values()].filter(it => it.owner === owner).reverse().map(({ person, faces }) => {
      const { personId, displayName, externalId, createdAt } = person
      return { personId, displayName, externalId, createdAt, faceCount: faces.length }
    })
    const start = Number(query.get('cursor') ?? 0)
    const end = start + Number(query.get('limit') ?? 20)
    return ok<Schemas['PersonPage']>(200, { items: all.slice(start, end), nextCursor: end < all.length ? String(end) : null })
  }

  private change(registered: Registered, { displayName, externalId }: Schemas['ChangePersonRequest']): MockAnswer {
    registered.person.displayName = displayName ?? registered.person.displayName
    registered.person.externalId = externalId ?? registered.person.externalId
    this.around.record('person-changed', registered.owner, registered.person.personId)
    return ok(200, shown(registered))
  }

  private erase({ owner, person: { personId }, faces }: Registered): MockAnswer {
    this.people.delete(personId)
    this.around.record('person-erased', owner, personId)
    return ok<Schemas['ErasureReceipt']>(200, {
      personId, erasedAt: this.around.now().toISOString(), faceCount: faces.length, imageCount: faces.length,
    })
  }

  private answerFaces(registered: Registered, request: MockRequest, faceId: string | undefined, isImage: boolean): MockAnswer {
    if (faceId === undefined) return this.enrol(registered, json(request))
    const at = registered.faces.findIndex(it => it.face.faceId === faceId)
    if (at < 0) return problem(404, 'face-not-found', 'We do not know this face')
    if (isImage) return ok<Schemas['ImageAddress']>(200, { url: `${this.around.storage}/images/${faceId}/face.jpg` })
    registered.faces.splice(at, 1)
    this.around.record('face-erased', registered.owner, registered.person.personId)
    return noContent()
  }

  private enrol(registered: Registered, { uploadId }: Schemas['AddFaceRequest']): MockAnswer {
    const known = registered.faces.find(it => it.face.faceId === uploadId)
    if (known) return ok(201, known.face)
    if (registered.faces.length >= MAX_FACES) return problem(409, 'too-many-faces', 'The person has as many faces as a person can have')
    const bytes = this.around.takeUpload(registered.owner, uploadId)
    if (!(bytes instanceof Uint8Array)) return bytes
    const { faults, who } = portraitIn(bytes)
    const isAnother = [...this.people.values()]
      .some(it => it !== registered && it.owner === registered.owner && it.faces.some(face => face.who === who))
    if (isAnother) faults.push('enrolled-as-another')
    else if (registered.faces.length > 0 && registered.faces.every(it => it.who !== who)) faults.push('not-this-person')
    const { personId } = registered.person
    this.around.record('face-added', registered.owner, personId, faults.length > 0 ? 'refused' : 'done')
    return faults.length > 0 ? notUsable(faults) : ok(201, this.addFace(registered, bytes, uploadId))
  }

  private verify({ owner, person, faces }: Registered, { uploadId }: Schemas['VerifyPersonRequest']): MockAnswer {
    if (faces.length === 0) return withoutFace()
    const bytes = this.around.takeUpload(owner, uploadId ?? '')
    if (!(bytes instanceof Uint8Array)) return bytes
    const { faults, who } = portraitIn(bytes)
    if (faults.length > 0) return notUsable(faults)
    const similarity = faces.some(it => it.who === who) ? SAME_PERCENT : OTHER_PERCENT
    const verified = similarity >= THRESHOLD_PERCENT
    this.around.record('person-verified', owner, person.personId, verified ? 'done' : 'refused')
    return ok<Schemas['PersonVerification']>(200, { verified, similarity, threshold: THRESHOLD_PERCENT, liveness: null })
  }
}

function shown({ person, faces }: Registered): Schemas['Person'] {
  return { ...person, faces: faces.map(it => it.face) }
}

function withoutFace(): MockAnswer {
  return problem(409, 'person-without-face', 'There is no face of this person to compare with; add one first')
}

function notUsable(reasons: Schemas['FaceFault'][]): MockAnswer {
  return problem(422, 'face-not-usable', 'This photo cannot be used', { reasons })
}
