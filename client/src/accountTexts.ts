/** What the pages of accounts say: a part of `texts.ts`, which is where it is read from. */
import type { AuditEntry, ScopeName, UserRole } from './api/types.ts'

export const accountTexts = {
  account: {
    title: 'Your account',
    back: 'Your account',
    links: 'What you can do with your account',
    administration: 'Administration',
    password: 'Change your password',
    passwordHint: 'Other devices will have to sign in again.',
    sessions: 'Sessions',
    sessionsHint: 'Where you are signed in, and how to end that.',
    apiKeys: 'API keys',
    apiKeysHint: 'Let programs use Visavis in your name.',
    users: 'Users',
    usersHint: 'Create, disable and delete accounts.',
    audit: 'Audit log',
    auditHint: 'Sign-ins, failures and changes of accounts.',
  },

  sessions: {
    title: 'Sessions',
    intro: 'Every browser and program that is signed in to your account. End what you do not recognise, and change your password then.',
    loading: 'Looking for your sessions…',
    list: 'Your sessions',
    unknownClient: 'Unknown program',
    current: 'This one',
    opened: 'Signed in',
    used: 'Last used',
    ends: 'Ends',
    end: 'End',
    endOf: (client: string) => `End: ${client}`,
    endTitle: 'End this session?',
    endBody: (client: string) => `${client} will have to sign in again, within 15 minutes at the latest.`,
    endCurrent: 'This is the session you are using: you will be signed out here.',
    endConfirm: 'End it',
    ended: 'The session is ended.',
    everywhere: 'Sign out everywhere',
    everywhereTitle: 'Sign out everywhere?',
    everywhereBody: 'All your sessions end, this one too. API keys go on working.',
    everywhereConfirm: 'Sign out everywhere',
  },

  apiKeys: {
    title: 'API keys',
    intro: 'With an API key, a program uses Visavis in your name: only for what you tick, and never as an administrator.',
    loading: 'Looking for your API keys…',
    list: 'Your API keys',
    emptyTitle: 'No API keys yet',
    emptyBody: 'Create one for each program, so that you can revoke it alone.',
    create: 'Create an API key',
    creating: 'Creating…',
    submit: 'Create key',
    name: 'Name',
    nameHint: 'What will use it, such as “Camera at the gate”.',
    nameMissing: 'Give the key a name.',
    nameTooLong: 'Use at most 60 characters.',
    scopes: 'What it may do',
    scopesMissing: 'Tick at least one thing.',
    expiry: 'Works',
    days: (days: number) => days === 365 ? 'for a year' : `for ${days} days`,
    forever: 'until you revoke it',
    doorHint: 'Keys for the device at a door are made together with the door.',
    door: 'Device at a door',
    doorId: (id: string) => `Door ${id}`,
    created: 'Created',
    used: 'Last used',
    usedNever: 'Never',
    expires: 'Expires',
    expiresNever: 'Never',
    expired: 'Expired',
    revoke: 'Revoke',
    revokeOf: (name: string) => `Revoke: ${name}`,
    revokeTitle: 'Revoke this API key?',
    revokeBody: (name: string) => `What uses “${name}” stops working at once. It cannot be undone.`,
    revokeConfirm: 'Revoke',
    revoked: (name: string) => `“${name}” is revoked.`,
    secretTitle: 'Your new API key',
    secretBody: 'Copy it now and keep it like a password. It is shown this once, and nobody can show it again.',
    secretLabel: 'API key',
    leaveBody: 'You have not copied the key. Without it, it is of no use: you would have to revoke it and create another.',
    exampleTitle: 'Try it',
    exampleBody: 'This lists your analyses. Put your key in the place of YOUR_API_KEY; it needs “Analyse pictures”.',
    example: (origin: string) => `curl --header "X-API-Key: YOUR_API_KEY" \\\n${origin}/api/analyses`,
    exampleCopy: 'Copy example',
  },

  secret: {
    copy: 'Copy',
    copied: 'Copied',
    copiedNote: 'It is in your clipboard.',
    copyFailed: 'Your browser did not copy it. Select it and copy it yourself.',
    done: 'Done',
    leaveTitle: 'Leave without copying?',
    back: 'Back to it',
    leave: 'Leave without it',
  },

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
    deleteBody: 'All photos and analyses of this account are erased, with its sessions and API keys. They cannot be brought back.',
    deleteType: (username: string) => `Type ${username} to confirm`,
    deleteConfirm: 'Delete for good',
    working: 'One moment…',
    madeAdmin: (username: string) => `${username} is an administrator now.`,
    madeUser: (username: string) => `${username} is an ordinary user now.`,
    isDisabled: (username: string) => `${username} is disabled.`,
    isEnabled: (username: string) => `${username} is enabled.`,
    isDeleted: (username: string) => `${username} is deleted. Photos and analyses are erased within minutes.`,
  },

  audit: {
    title: 'Audit log',
    intro: 'What happened to accounts, newest first.',
    loading: 'Opening the log…',
    list: 'What happened',
    emptyTitle: 'Nothing has been recorded',
    onlyOf: (name: string) => `Only what concerns ${name}.`,
    showAll: 'Show everything',
    by: 'By',
    about: 'About',
    from: 'From',
    stranger: 'Somebody who was not signed in',
    operator: 'The operator',
    account: (end: string) => `Account …${end}`,
    session: (end: string) => `Session …${end}`,
    apiKey: (end: string) => `API key …${end}`,
    concerning: (name: string) => `Show what concerns ${name}`,
  },
} as const

export function roleText(role: UserRole): string {
  switch (role) {
    case 'user': return 'Ordinary user'
    case 'admin': return 'Administrator'
    default: return role satisfies never
  }
}

/** What a key may do: a few words, and a sentence. */
export function scopeText(scope: ScopeName): { name: string, explanation: string } {
  switch (scope) {
    case 'analyze':
      return { name: 'Analyse pictures', explanation: 'Upload pictures, analyse them, and read and delete your results.' }
    case 'people:read':
      return { name: 'Read people', explanation: 'See who is registered.' }
    case 'people:write':
      return { name: 'Change people', explanation: 'Register people, change and erase them.' }
    case 'identify':
      return { name: 'Recognise people', explanation: 'Tell who is in a picture, and whether it is a certain person.' }
    case 'liveness':
      return { name: 'Check liveness', explanation: 'Find out whether a living person is in front of the camera.' }
    case 'door':
      return { name: 'Open a door', explanation: 'Send attempts at one door.' }
    default:
      return scope satisfies never
  }
}

type Told = Pick<AuditEntry, 'event' | 'outcome' | 'userId' | 'subjectId'>

/** What happened, in words; who and where stands beside it. */
export function auditText(entry: Told): string {
  switch (entry.outcome) {
    case 'done': return doneText(entry)
    case 'refused': return refusedText(entry)
    case 'limited': return entry.event === 'sign-in' ? 'Sign-in stopped: too many failures' : `${refusedText(entry)}: too many attempts`
    default: return entry.outcome satisfies never
  }
}

function doneText({ event, subjectId }: Told): string {
  switch (event) {
    case 'sign-up': return 'Signed up'
    case 'sign-in': return 'Signed in'
    // All sessions have no identifier.
    case 'sign-out': return subjectId === null ? 'Signed out everywhere' : 'Signed out'
    case 'refresh-reused': return 'Session ended: a spent token was used again'
    case 'password-change': return 'Changed the password'
    case 'password-forgot':
      return subjectId === null ? 'Asked for a new password for an address without account' : 'Asked for a link to a new password'
    case 'password-reset': return 'Set a new password by a mailed link'
    case 'first-administrator': return 'Made the first administrator'
    case 'user-created': return 'Created an account'
    case 'user-role-changed': return 'Changed a role'
    case 'user-disabled': return 'Disabled an account'
    case 'user-enabled': return 'Enabled an account'
    case 'user-deleted': return 'Deleted an account'
    case 'api-key-created': return 'Created an API key'
    case 'api-key-revoked': return 'Revoked an API key'
    case 'api-key-used': return 'Used an API key'
    case 'signing-keys-rotated': return 'Rotated the signing keys'
    default: return event satisfies never
  }
}

function refusedText(entry: Told): string {
  switch (entry.event) {
    case 'sign-in':
      // The server names whom it knows: who had the password, or whose password was wrong.
      if (entry.userId !== null) return 'Sign-in refused: the account is disabled'
      return entry.subjectId === null ? 'Sign-in refused: unknown username' : 'Sign-in refused: wrong password'
    case 'refresh-reused': return 'Session ended: a spent token was used again'
    case 'password-change': return 'Change of password refused: wrong current password'
    case 'password-reset': return 'Mailed link refused: used before or too old'
    default: return `Refused: ${doneText(entry).toLowerCase()}`
  }
}
