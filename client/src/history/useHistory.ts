import type { Api } from '../api/client.ts'
import { useList } from '../list/useList.ts'
import { areReversed, listQueryOf } from './filters.ts'
import type { Filters } from './filters.ts'

/** Fills three columns evenly, and four rows of a wide window. */
const PAGE_ITEMS = 12

/** The user's analyses, newest first, page after page. */
export function useHistory(api: Pick<Api, 'listAnalyses'>, filters: () => Filters) {
  return useList(filters, async (wanted, { cursor, signal }) => {
    // No answer could contain anything, and the page says why.
    if (areReversed(wanted)) return { items: [], nextCursor: null }
    const from = cursor === undefined ? {} : { cursor }
    return api.listAnalyses({ ...listQueryOf(wanted), limit: PAGE_ITEMS, ...from }, { signal })
  })
}
