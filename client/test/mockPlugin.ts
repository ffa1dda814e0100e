import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Plugin } from 'vite'
import { MockServer } from './server.ts'

/** As in template.yaml, with a storage on the same origin. */
const SECURITY_POLICY = [
  'default-src \'self\'', 'script-src \'self\'', 'style-src \'self\'', 'img-src \'self\' blob: data:', 'media-src \'self\' blob:',
  'connect-src \'self\'', 'object-src \'none\'', 'base-uri \'none\'', 'form-action \'self\'', 'frame-ancestors \'none\'',
].join('; ')

/** As the local stack makes one at its first start. */
export const FIRST_ADMIN = { username: 'admin', oneTimePassword: 'one-time-password' }

/** Serves the mock API beside the built client, so that pages can be looked at without the stack. */
export function mockPlugin(): Plugin {
  const server = new MockServer({ storage: '/storage' })
  server.addAccount('ada', 'one-time-password', true)
  server.people.add(FIRST_ADMIN.username, FIRST_ADMIN.oneTimePassword, { isOneTime: true, role: 'admin' })
  return {
    name: 'visavis-mock',
    configurePreviewServer(preview) {
      preview.middlewares.use((request, response, next) => {
        response.setHeader('content-security-policy', SECURITY_POLICY)
        if (!/^\/(api|storage)\//.test(request.url ?? '')) {
          next()
          return
        }
        answer(server, request, response).catch(next)
      })
    },
  }
}

async function answer(server: MockServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
  const answer = server.answer({
    method: request.method ?? 'GET', url: request.url ?? '/', headers, body: new Uint8Array(Buffer.concat(chunks)),
  })
  // Long enough to see what a page shows meanwhile.
  await new Promise(resolve => setTimeout(resolve, request.url === '/api/analyses' && request.method === 'POST' ? 700 : 30))
  response.writeHead(answer.status, answer.headers).end(answer.body)
}
