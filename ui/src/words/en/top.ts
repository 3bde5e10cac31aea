/** What stands above the cards: badge, banner and verdict. */

import { counted } from './counted';

export const top = {
  badge: {
    timer: (label: string, standing: string, left: string) => `${label}: ${standing}, ${left} left`,
    still: (label: string, standing: string) => `${label}: ${standing}`,
    expired: (label: string) => `${label} expired`,
    ended: (label: string) => `${label} ended early`,
    offline: 'No connection',
  },
  banner: {
    expired: (label: string, time: string) => `${label} expired ${time}.`,
    refused: (label: string, time: string) => `${label} refused the token ${time}.`,
    lastHour: (label: string, left: string) => `${label} ends in ${left}.`,
    noToken: 'Bots have no token until you sign in.',
    opensIn: (span: string) => `The market opens in ${span}.`,
    marketOpen: 'The market is open.',
    byItself: (at: string | null) => (at === null ? 'It renews by itself.' : `Refreshing by itself ${at}.`),
    signInBy: 'Sign in now, and bots go on without a gap.',
    nothingExtends: (time: string) => `Nothing can extend it. Sign in after ${time}.`,
  },

  verdict: {
    label: 'Today',
    needs: (names: string, count: number) =>
      `Not ready: ${names} ${counted(count, { one: 'needs', other: 'need' })} you.`,
    signedOut: (names: string, count: number) => `${names} ${counted(count, { one: 'is', other: 'are' })} signed out.`,
    notSetUp: (names: string, count: number) =>
      `${names} ${counted(count, { one: 'is', other: 'are' })} not set up yet.`,
    firstSignIn: (names: string, count: number) =>
      `${names} ${counted(count, { one: 'waits for its', other: 'wait for their' })} first sign-in.`,
    unverified: (names: string, count: number) =>
      `${names} ${counted(count, { one: 'is', other: 'are' })} not verified.`,
    signingIn: (names: string, count: number) =>
      `${names} ${counted(count, { one: 'is', other: 'are' })} on the way to a new token.`,
    readyNotYet: (ready: string, readyCount: number, short: string, count: number) =>
      `${ready} ${counted(readyCount, { one: 'is', other: 'are' })} ready for the open. ` +
      `${short} ${counted(count, { one: 'is', other: 'are' })} not yet.`,
    notYet: (names: string, count: number) =>
      `${names} ${counted(count, { one: 'is', other: 'are' })} not ready for the open yet.`,
    beforeClose: (names: string, count: number) =>
      `${names} ${counted(count, { one: 'ends', other: 'end' })} before the close.`,
    after: (time: string) => `Not ready yet: sign in after ${time}.`,
    risk: (why: string) => `At risk: ${why}`,
    riskOf: (label: string, why: string) => `${label} is at risk: ${why}`,
    closedFor: (exchange: string, why: string) => `${exchange} is closed for ${why}.`,
    closedToday: 'The market is closed today.',
    readyOpen: 'Ready for the open, and until the close.',
    readyClose: 'Ready until the close, and after.',
    calm: 'Nothing needs you now.',
    allPaused: 'Everything is paused.',
    opens: (span: string, time: string) => `The market opens in ${span}, ${time}`,
    closes: (span: string, time: string) => `The market closes in ${span}, ${time}`,
    opensOn: (day: string) => `The market opens ${day}`,
    because: (sentence: string, why: string) => `${sentence}\u00a0· ${why}`,
    noSession: 'No trading day is known to come',
    closed: (open: string, close: string, zone: string) => `Trading hours are ${open} to ${close}\u00a0${zone}`,
    practiceDay: (span: string) => `A practice day of ${span}`,
  },
};
