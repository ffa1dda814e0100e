/** What every page says, and what is said where there is none. */
export const shellTexts = {
  navigation: {
    label: 'Pages',
    upload: 'New picture',
    history: 'History',
    people: 'People',
    audit: 'Audit',
    account: (username: string) => `Account of ${username}`,
    signOut: 'Sign out',
    signingOut: 'Signing out…',
  },

  notFound: {
    title: 'Page not found',
    body: 'There is nothing at this address. It may have been deleted.',
    home: 'Upload a picture',
  },

  unreachable: {
    title: 'Visavis cannot be reached',
  },
} as const
