import process from 'node:process'
import type { TestProject } from 'vitest/node'

interface FirstAdmin {
  username: string
  oneTimePassword: string
}

declare module 'vitest' {
  interface ProvidedContext {
    baseUrl: string
    /** Whether what answers is the mock, which sees no faces but those it knows. */
    isMock: boolean
    firstAdmin: FirstAdmin
  }
}

/** A target that was asked for and does not answer is an error, not a reason to skip. */
export default async function setup(project: TestProject): Promise<void> {
  const baseUrl = process.env.BASE_URL
  if (!baseUrl) throw new Error('set BASE_URL to where the stack serves the client, such as http://127.0.0.1:8080')
  const ready = process.env.VISAVIS_READY
  if (!ready) throw new Error('set VISAVIS_READY to the line with which a new stack says that it is ready: it has the first administrator')
  const { firstAdmin } = JSON.parse(ready) as { firstAdmin: FirstAdmin | null }
  if (!firstAdmin) throw new Error('the stack has old data: the password of its first administrator is not known')
  const answer = await fetch(new URL('/api/health', baseUrl))
  if (!answer.ok) throw new Error(`${baseUrl} answers ${answer.status} to GET /api/health`)
  project.provide('baseUrl', baseUrl)
  project.provide('isMock', false)
  project.provide('firstAdmin', firstAdmin)
}
