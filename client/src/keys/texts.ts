import type { ScopeName } from '../api/types.ts'

export const keysTexts = {
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
} as const

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
