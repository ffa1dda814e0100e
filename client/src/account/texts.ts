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
} as const
