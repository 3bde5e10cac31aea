/** What happened: the list, the strips, the charts. */

import { counted } from './counted';

export const history = {
  history: {
    title: 'History',
    open: 'History',
    of: 'Account',
    loading: 'Reading what happened',
    none: 'Nothing has happened yet.',
    noneTodo: 'Sign in once, and the first day is drawn here.',
    exportCsv: 'Export CSV',
    exportJson: 'Export JSON',
    exported: 'Exported',
    exportedTo: (place: string) => `Saved as ${place}`,

    stats: {
      open: 'Valid at the open',
      openOf: (ready: number, all: number) => `${ready} of ${all}`,
      openUnit: (all: number) => counted(all, { one: 'session', other: 'sessions' }),
      gap: 'Longest gap while open',
      noGap: 'none',
      signIn: 'Your sign-in, median',
      signIns: (count: number) => counted(count, { one: '# sign-in', other: '# sign-ins' }),
      refresh: 'Renewed without you',
      refreshOf: (good: number, all: number) => `${good} of ${all}`,
      answers: 'Broker answered',
      answersOf: (good: number, all: number) => `${good} of ${all}`,
      nothing: '–',
    },

    strips: {
      title: 'Last 30\u00a0days',
      small: (zone: string) => `one ticket a day, ${zone}`,
      today: 'today',
      late: (span: string) => `${span} late for the open`,
      gap: (span: string) => `${span} missing while open`,
      silent: (span: string) => `not verified for ${span}`,
      key: {
        proven: 'proven',
        ahead: 'still ahead',
        unproven: 'not verified',
        missing: 'missing while open',
        nothing: 'no token',
      },
      label: (days: number, ready: number, sessions: number, worst: string) =>
        `Validity on ${counted(days, { one: '# day', other: '# days' })}. ` +
        `At the open of ${ready} of ${counted(sessions, { one: '# session', other: '# sessions' })} there was a proven token. ${worst}`,
      worst: (span: string, day: string) => `The longest gap while the market was open took ${span}, on ${day}.`,
    },

    activity: {
      title: 'Activity',
      all: 'All activity',
      more: 'Show more',
      happened: {
        started: 'Daypass began to look after it',
        signedIn: (span: string) => `Signed in, ${span}`,
        signInFailed: (what: string) => `Sign-in failed: ${what}`,
        renewed: 'Renewed without you',
        renewalFailed: (attempt: number, of: number) => `Renewal failed, try ${attempt} of ${of}`,
        yes: (broker: string) => `${broker} said yes`,
        again: (broker: string) => `${broker} answers again`,
        no: (broker: string) => `${broker} said no`,
        silent: (broker: string) => `${broker} silent; token kept`,
        refused: (broker: string) => `${broker} refused the token`,
        ended: 'The token ended',
        took: (name: string) => `${name} took the new token`,
        manyTook: (count: number) =>
          counted(count, { one: '#\u00a0program took the new token', other: '#\u00a0programs took the new token' }),
        ready: 'Ready for the open',
        atRisk: 'The open is at risk',
        notReady: 'Not ready for the open',
        told: 'Told you',
        manual: 'All tries failed; it is up to you',
        signedOut: 'Signed out',
        paused: 'Paused',
        resumed: 'Resumed',
      },
    },

    charts: {
      signIn: 'Sign-in',
      signInSmall: 'seconds, median',
      refresh: 'Renewals',
      refreshSmall: '% that worked',
      noRefresh: (broker: string) => `${broker} cannot renew without you.`,
      answers: 'Answers',
      answersSmall: 'ms, median',
      bots: 'Hand-outs',
      botsSmall: 'time to pick up',
      noBots: 'No program has asked for a token.',
      nothing: 'Nothing to draw yet.',
      label: (title: string, days: number, low: string, high: string) =>
        `${title} on ${counted(days, { one: '# day', other: '# days' })}: from ${low} to ${high}.`,
    },
  },
};
