export const secretTexts = {
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
} as const
