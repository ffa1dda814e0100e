import type { UserRole } from '../api/types.ts'

export const usersTexts = {
  users: {
    title: 'Users',
    loading: 'Looking for accounts…',
    list: 'Accounts',
    search: 'Search by username',
    searchHint: 'Usernames that begin with this.',
    searchWrong: 'Usernames have letters, digits, dots, hyphens and underscores only.',
    noMatchTitle: 'No username begins with this',
    emptyTitle: 'No accounts',
    you: 'You',
    disabled: 'Disabled',
    oneTime: 'One-time password',
    since: 'Created',
    create: 'Create an account',
    submit: 'Create account',
    creating: 'Creating…',
    createIntro: 'A one-time password is shown when the account is created. It must be changed at the first sign-in.',
    role: 'Role',
    created: (username: string) => `The account ${username} is created.`,
    passwordTitle: (username: string) => `One-time password of ${username}`,
    passwordBody: 'Give it to the person in a safe way. It is shown this once, and must be changed at the first sign-in.',
    passwordLabel: 'One-time password',
    leaveBody: 'You have not copied the password, and nobody can show it again. The person would have to use “Forgot your password?”.',
    audit: 'What happened',
    auditOf: (username: string) => `What happened: ${username}`,
    makeAdmin: 'Make administrator',
    makeUser: 'Make ordinary user',
    disable: 'Disable',
    enable: 'Enable',
    delete: 'Delete',
    selfHint: 'This is your own account: changing it signs you out.',
    self: 'This is your own account: you will be signed out.',
    makeAdminTitle: (username: string) => `Make ${username} an administrator?`,
    makeAdminBody: 'Administrators create, disable and delete all accounts. The account’s sessions end, and it signs in again.',
    makeUserTitle: (username: string) => `Make ${username} an ordinary user?`,
    makeUserBody: 'The account keeps its pictures and loses the administration. Its sessions end, and it signs in again.',
    disableTitle: (username: string) => `Disable ${username}?`,
    disableBody: 'Nobody can sign in to the account until you enable it again. Its sessions end and its API keys stop working; its pictures are kept.',
    deleteTitle: (username: string) => `Delete ${username}?`,
    deleteBody: 'All photos, analyses and registered people of this account are erased, with its sessions and API keys. They cannot be brought back.',
    deleteType: (username: string) => `Type ${username} to confirm`,
    deleteConfirm: 'Delete for good',
    working: 'One moment…',
    madeAdmin: (username: string) => `${username} is an administrator now.`,
    madeUser: (username: string) => `${username} is an ordinary user now.`,
    isDisabled: (username: string) => `${username} is disabled.`,
    isEnabled: (username: string) => `${username} is enabled.`,
    isDeleted: (username: string) => `${username} is deleted. Photos and analyses are erased within minutes.`,
  },
} as const

export function roleText(role: UserRole): string {
  switch (role) {
    case 'user': return 'Ordinary user'
    case 'admin': return 'Administrator'
    default: return role satisfies never
  }
}
