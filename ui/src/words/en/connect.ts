/** From no account to a proven token. */

export const connect = {
  connect: {
    title: 'Connect a broker',
    close: 'Close',
    steps: { broker: 'Broker', keys: 'Keys', sign_in: 'Sign in' },
    which: 'Which broker?',
    whichLead: 'What the broker does at night decides when you sign in.',
    practice: 'Practice broker',
    practiceHabit: 'No account needed: a whole day takes ten minutes.',
    rule: 'Rules say one sign-in by a person per trading day. Daypass asks you at the right moment; it never signs in for you.',
    next: 'Continue',
    keysOf: (broker: string) => `Keys from ${broker}`,
    signInAt: (broker: string) => `Sign in at ${broker}`,
    toFinish: 'to finish in your browser',
    progress: 'How far it has come',
    stages: {
      opened: (broker: string) => `${broker} opens in your browser`,
      person: 'You sign in there',
      proven: (broker: string) => `${broker} says yes to the new token`,
      bots: 'Your bots can take it',
    },
    keeps: 'Cancel keeps the keys.',
    checkKeys: 'Check the keys',
    done: (label: string) => `${label} is connected`,
    finish: 'Done',
  },
};
