import { onScopeDispose, shallowRef, watch } from 'vue'
import type { Ref } from 'vue'
import type { Api } from '../api/client.ts'
import { isGone } from '../api/problem.ts'
import type { ManagedUser } from '../api/types.ts'
import { useList } from '../list/useList.ts'
import type { SessionControl } from '../session/useSession.ts'
import { changeOf, isPrefix, withUser } from './users.ts'
import type { UserAction } from './users.ts'

const PAGE_ITEMS = 20

/** A pause in typing after which a search begins. Chosen, not measured. */
const PAUSE_MS = 300

/** The accounts whose username begins with `search`, and what is done with them. */
export function useUsers(
  api: Pick<Api, 'listUsers' | 'changeUser' | 'deleteUser'>, session: SessionControl, search: Readonly<Ref<string>>,
) {
  const prefix = shallowRef('')
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(search, (text) => {
    clearTimeout(timer)
    timer = setTimeout(() => { if (isPrefix(text)) prefix.value = text }, PAUSE_MS)
  })
  onScopeDispose(() => { clearTimeout(timer) })

  const list = useList(() => prefix.value, (text, { cursor, signal }) => api.listUsers({
    limit: PAGE_ITEMS, ...(text === '' ? {} : { prefix: text }), ...(cursor === undefined ? {} : { cursor }),
  }, { signal }))

  function isSelf(user: ManagedUser): boolean {
    return session.state.value.kind === 'signed-in' && session.state.value.user.id === user.id
  }

  /** Whoever does it to himself has no session afterwards. */
  async function act(action: UserAction, user: ManagedUser): Promise<void> {
    if (action === 'delete') {
      await api.deleteUser(user.id).catch((error: unknown) => {
        // Somebody else was faster.
        if (!isGone(error, 'user-not-found')) throw error
      })
      list.edit(items => items.filter(it => it.id !== user.id))
    } else {
      const changed = await api.changeUser(user.id, changeOf(action))
      list.edit(items => items.map(it => it.id === changed.id ? changed : it))
    }
    if (isSelf(user)) await session.signOutEnded()
  }

  return {
    list,
    isSelf,
    act,
    add: (user: ManagedUser): void => { list.edit(items => withUser(items, user)) },
  }
}
