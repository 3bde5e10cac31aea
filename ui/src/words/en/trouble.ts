/** What is said when something is in the way. */

export const trouble = {
  code: (code: string) => `Code ${code}`,
  quote: (text: string) => `It said: “${text}”`,

  wait: {
    bar: 'Time left to sign in',
    trouble: 'Browser ended on an error, or on another computer?',
    paste: 'Paste the whole address it ended on',
    placeholder: (redirect: string) => `${redirect}?code=…`,
    use: 'Use it',
    notAnAddress: 'That is not an address. Copy all of it from the browser’s address bar.',
    elsewhere: (redirect: string) =>
      `That address does not begin with ${redirect}. Copy it from the tab that Daypass opened.`,
    help: (redirect: string) => `The broker names a wrong redirect URI? It must be ${redirect}, letter by letter.`,
  },

  clock: {
    slow: (by: string) => `This computer’s clock is ${by} slow.`,
    fast: (by: string) => `This computer’s clock is ${by} fast.`,
    todo: 'Deadlines are shown from the broker’s clock meanwhile.',
  },
  vault: {
    label: 'Tokens are protected by',
    locked: 'The keyring is locked.',
    lockedTodo: 'Saved tokens can’t be read until it is open. Nothing is lost.',
    memory: 'Tokens are kept in memory only.',
    memoryTodo: 'They are gone when Daypass ends. Unlock a keyring or set a passphrase to keep them.',
    notSaved: (label: string) => `${label}: signed in, not saved yet.`,
    notSavedTodo: 'The token works, and is gone if Daypass ends now. Saving is tried again by itself.',
    kinds: {
      keyring: 'System keyring',
      passphrase: 'Passphrase',
      memory: 'Memory only',
      locked: 'Keyring, locked',
    },
  },
  also: 'Also',
  /** What ends a sentence. */
  stop: '.',

  live: {
    loading: 'Asking Daypass how things are',
    lost: 'Daypass does not answer.',
    lostTodo: (span: string) => `What you see is last known. Trying again in ${span}.`,
    lostNow: 'What you see is last known. Trying again now.',
    none: 'Daypass does not answer.',
    noneTodo: 'Start it with the app or with “daypass serve”. This page follows by itself.',
    retry: 'Try now',
  },
  failed: 'That did not work.',
  failedTodo: 'Try again. The log has the cause.',
  noAnswer: 'Daypass did not answer.',
  noAnswerTodo: 'See whether it still runs, then try again.',
  dismiss: 'Dismiss',
  version: (version: string) => `Daypass ${version}`,
};
