import { render } from '@testing-library/vue'
import { userEvent } from '@testing-library/user-event'
import { createMemoryHistory } from 'vue-router'
import App from '../src/App.vue'
import { createApi } from '../src/api/client.ts'
import { apiKey } from '../src/api/useApi.ts'
import { createClientRouter } from '../src/router.ts'
import { createSession, sessionKey } from '../src/session/useSession.ts'
import type { Tabs } from '../src/session/useSession.ts'
import type { MockServer } from './server.ts'
import { transportTo } from './transport.ts'

export const PASSWORD = 'three plain unrelated words'

/** Opens the client at a path, as the browser that has this cookie jar. */
export async function open(path: string, server: MockServer, options: { jar?: { cookie: string }, tabs?: Tabs } = {}) {
  const api = createApi(transportTo(server, options.jar ?? { cookie: '' }))
  const session = createSession(api, options.tabs ?? null)
  const history = createMemoryHistory()
  history.replace(path)
  const router = createClientRouter(session, history)
  const view = render(App, {
    global: { plugins: [router], provide: { [apiKey as symbol]: api, [sessionKey as symbol]: session } },
  })
  await router.isReady()
  return { ...view, api, session, router, user: userEvent.setup() }
}

/** Opens the client at a path, signed in to an account of this name. */
export async function openSignedIn(path: string, server: MockServer, username = 'ada') {
  if (!server.accounts.has(username)) server.addAccount(username, PASSWORD)
  const jar = { cookie: '' }
  await createApi(transportTo(server, jar)).signIn(username, PASSWORD)
  return open(path, server, { jar })
}
