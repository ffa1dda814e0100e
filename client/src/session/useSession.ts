import { inject, shallowReadonly, shallowRef } from 'vue'
import type { InjectionKey } from 'vue'
import type { Api } from '../api/client.ts'
import { failureOf } from '../api/problem.ts'
import type { SignUpRequest } from '../api/types.ts'
import { next } from './session.ts'
import type { SessionEvent, SessionState } from './session.ts'

/** How the tabs of one browser tell each other that the user has left. */
export type Tabs = Pick<BroadcastChannel, 'postMessage' | 'addEventListener'>

const LEFT = 'left'

export type SessionControl = ReturnType<typeof createSession>

export const sessionKey: InjectionKey<SessionControl> = Symbol('session')

/**
 * Who is signed in. One per page, made in `main.ts`: the header, the router and
 * every page look at the same state.
 */
export function createSession(api: Api, tabs: Tabs | null = browserTabs()) {
  const state = shallowRef<SessionState>({ kind: 'resuming' })

  function send(event: SessionEvent): void {
    state.value = next(state.value, event)
  }

  let leaving = false
  api.listen((session) => {
    // The end of a session that the user asked for is not its loss.
    send(!session && leaving ? { kind: 'left' } : { kind: 'session', session })
  })
  tabs?.addEventListener('message', (event) => {
    if (event.data !== LEFT || state.value.kind !== 'signed-in') return
    send({ kind: 'left' })
    api.forget()
  })

  async function resume(): Promise<void> {
    send({ kind: 'resuming' })
    try {
      await api.resume()
    } catch (error) {
      send({ kind: 'unreachable', failure: failureOf(error) })
    }
  }

  /** Rejects, and leaves the session as it is, where the server cannot be told: its cookie would outlive the page. */
  async function signOut(options: { everywhere?: boolean } = {}): Promise<void> {
    leaving = true
    try {
      await api.signOut(options)
    } catch (error) {
      if (state.value.kind === 'signed-in') throw error
    } finally {
      leaving = false
    }
    tabs?.postMessage(LEFT)
  }

  /** For when the server has ended all sessions of the account: what is left of this one here, and its cookie. */
  async function signOutEnded(): Promise<void> {
    try {
      await signOut()
    } catch {
      send({ kind: 'left' })
      api.forget()
    }
  }

  return {
    state: shallowReadonly(state),
    resume,
    signOut,
    signOutEnded,
    signIn: (username: string, password: string) => api.signIn(username, password),
    signUp: (account: SignUpRequest) => api.signUp(account),
    forgotPassword: (email: string) => api.forgotPassword(email),
    resetPassword: (token: string, password: string) => api.resetPassword(token, password),
    changePassword: (current: string, changed: string) => api.changePassword(current, changed),
  }
}

export function useSession(): SessionControl {
  const session = inject(sessionKey)
  if (!session) throw new Error('no session was provided')
  return session
}

function browserTabs(): Tabs | null {
  return typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('visavis-session')
}
