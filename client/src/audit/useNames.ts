import { onScopeDispose, shallowReadonly, shallowRef } from 'vue'
import type { Api } from '../api/client.ts'

/** The most accounts of a page of `GET /users`. */
const PAGE_ITEMS = 100

/** Chosen: 500 accounts are looked through for names; who is not among them is shown by identifier. */
const MAX_PAGES = 5

/**
 * Usernames by identifier. The log holds identifiers only, so names are looked for
 * in the list of accounts, as far as needed. Who is deleted has none.
 */
export function useNames(api: Pick<Api, 'listUsers'>) {
  const names = shallowRef<ReadonlyMap<string, string>>(new Map())
  const leaving = new AbortController()
  let cursor: string | null | undefined
  let nPages = 0
  let looking: Promise<void> | null = null

  /** A name that is not found is no failure of the page: the identifier is there. */
  function learn(ids: string[]): Promise<void> {
    looking ??= look(ids).catch(() => undefined).finally(() => { looking = null })
    return looking
  }

  async function look(ids: string[]): Promise<void> {
    while (cursor !== null && nPages < MAX_PAGES && !ids.every(id => names.value.has(id))) {
      const page = await api.listUsers(
        { limit: PAGE_ITEMS, ...(cursor === undefined ? {} : { cursor }) }, { signal: leaving.signal },
      )
      nPages += 1
      cursor = page.nextCursor
      names.value = new Map([...names.value, ...page.items.map(({ id, username }) => [id, username] as const)])
    }
  }

  onScopeDispose(() => { leaving.abort() })

  return { names: shallowReadonly(names), learn }
}
