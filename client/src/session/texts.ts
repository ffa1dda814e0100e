/** Signing up, in and out, and passwords. */

export const SIGN_UP_CLOSED = 'New accounts are created by an administrator here. Ask yours for one.'

export const sessionTexts = {
  signIn: {
    title: 'Sign in',
    tabs: 'Sign in or create an account',
    intro: 'Upload a picture and see every face in it: how sure we are, where it is, and what it shows.',
    signInTab: 'Sign in',
    signUpTab: 'Create account',
    username: 'Username',
    usernameRule: '3 to 32 letters, digits, dots, hyphens or underscores.',
    email: 'E-mail address',
    password: 'Password',
    passwordRule: '10 characters or more. A few unrelated words make a good one.',
    show: 'Show password',
    hide: 'Hide password',
    signIn: 'Sign in',
    signingIn: 'Signing in…',
    signUp: 'Create account',
    signingUp: 'Creating your account…',
    usernameMissing: 'Enter your username.',
    usernameWrong: 'Use 3 to 32 letters, digits, dots, hyphens or underscores, beginning with a letter or digit.',
    emailWrong: 'Enter an e-mail address such as name@example.org.',
    passwordMissing: 'Enter your password.',
    passwordTooShort: 'Use at least 10 characters.',
    passwordTooLong: 'Use at most 128 characters.',
    created: 'Your account is there. Sign in with it.',
    left: 'You are signed out.',
    lost: 'Your session has ended. Sign in again to go on.',
    forgot: 'Forgot your password?',
    closed: SIGN_UP_CLOSED,
  },

  forgot: {
    title: 'Forgot your password?',
    intro: 'Enter the e-mail address of your account, and a link to choose a new password is mailed to it.',
    send: 'Send the link',
    sending: 'Sending…',
    sent: 'If an account has this address, a link is on its way. It works once, for 15 minutes.',
    back: 'Back to signing in',
  },

  reset: {
    title: 'Choose a new password',
    set: 'Set the password',
    done: 'Your password is changed. Sign in with it.',
    noToken: 'This link is not complete. Open the one in your mail again, or ask for a new one.',
    again: 'Ask for a new link',
  },

  password: {
    title: 'Change your password',
    required: 'You signed in with a one-time password. Choose your own to go on.',
    othersEnd: 'Other devices on which you are signed in will have to sign in again.',
    current: 'Current password',
    currentOneTime: 'One-time password',
    new: 'New password',
    wrong: 'This is not your current password.',
    same: 'Choose a password that is not the current one.',
    change: 'Change password',
    changing: 'Changing…',
    changed: 'Your password is changed.',
  },
} as const
