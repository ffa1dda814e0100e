import { onScopeDispose, shallowReadonly, shallowRef } from 'vue'
import { onBeforeRouteLeave, useRouter } from 'vue-router'
import { useSession } from '../session/useSession.ts'
import { copyText } from '../ui/copyText.ts'
import { next } from './secret.ts'
import type { SecretEvent, SecretState } from './secret.ts'

export type SecretControl = ReturnType<typeof useSecret>

/**
 * Shows a secret once, on the page that has made it. It lives in this state and in
 * the dialog, and nowhere else. Leaving the page without having copied it is asked
 * about; a session that has ended meanwhile leaves without a question.
 */
export function useSecret() {
  const session = useSession()
  const router = useRouter()
  const state = shallowRef<SecretState>({ kind: 'none' })
  /** Where the user was going when he was asked. */
  let destination: string | null = null

  function send(event: SecretEvent): void {
    state.value = next(state.value, event)
  }

  function onUnload(event: BeforeUnloadEvent): void {
    if (state.value.kind === 'shown' && state.value.copy !== 'done') event.preventDefault()
  }

  globalThis.addEventListener('beforeunload', onUnload)
  onScopeDispose(() => {
    globalThis.removeEventListener('beforeunload', onUnload)
    send({ kind: 'left' })
  })

  onBeforeRouteLeave((to) => {
    if (session.state.value.kind !== 'signed-in') return true
    send({ kind: 'leaving' })
    if (state.value.kind === 'none') return true
    destination = to.fullPath
    return false
  })

  async function copy(): Promise<void> {
    if (state.value.kind !== 'shown') return
    send({ kind: await copyText(state.value.secret) ? 'copied' : 'copy-failed' })
  }

  function stay(): void {
    destination = null
    send({ kind: 'stayed' })
  }

  async function leave(): Promise<void> {
    send({ kind: 'left' })
    const to = destination
    destination = null
    if (to !== null) await router.push(to)
  }

  return {
    state: shallowReadonly(state),
    show: (secret: string): void => { send({ kind: 'arrived', secret }) },
    copy,
    /** The user has copied it by hand. */
    copied: (): void => { send({ kind: 'copied' }) },
    close: (): void => { send({ kind: 'leaving' }) },
    stay,
    leave,
  }
}
