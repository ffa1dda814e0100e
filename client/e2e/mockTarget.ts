import { preview } from 'vite'
import type { TestProject } from 'vitest/node'
import { FIRST_ADMIN } from '../test/mockPlugin.ts'

/** Serves `dist` with the mock API on a port of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await preview({ mode: 'mock', preview: { port: 0, strictPort: false }, logLevel: 'error' })
  const address = server.httpServer.address()
  if (address === null || typeof address === 'string') throw new Error('the preview server has no port')
  project.provide('baseUrl', `http://127.0.0.1:${address.port}`)
  project.provide('isMock', true)
  project.provide('firstAdmin', FIRST_ADMIN)
  return () => server.close()
}
