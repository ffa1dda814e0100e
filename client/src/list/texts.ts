export const listTexts = {
  list: {
    more: 'Show more',
    loadingMore: 'Loading…',
  },
} as const
