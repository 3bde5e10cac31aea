/** What a card says: state, end, proof, and what comes next. */

import type { NextStep, Standing, WorkKind } from '../../bindings';

const standing: Record<Standing, string> = {
  expired: 'Expired',
  ended_early: 'Ended early',
  last_hour: 'Last hour',
  not_verified: 'Not verified',
  ends_soon: 'Ends soon',
  working: 'Working',
  signed_out: 'Signed out',
  valid: 'Valid',
  paused: 'Paused',
};

const working: Record<WorkKind, string> = {
  starting: 'Opening the sign-in',
  waiting_for_browser: 'Waiting for your browser',
  exchanging: 'Signing in',
  proving: 'Checking the new token',
  renewing: 'Renewing',
  signing_out: 'Signing out',
};

const stepWithTime: Record<NextStep, (at: string) => string> = {
  nothing: () => 'nothing, until you sign in',
  enter_credentials: () => 'enter what is missing, then sign in',
  probe: (at) => `asks the broker again ${at}`,
  renew: (at) => `renews by itself ${at}`,
  ask_person: (at) => `asks for a sign-in ${at}`,
  remind: (at) => `reminds you ${at}`,
  save_again: (at) => `saves the token again ${at}`,
  give_up: (at) => `gives up ${at}`,
  resume: (at) => `resumes by itself ${at}`,
};

const stepWithoutTime: Partial<Record<NextStep, string>> = {
  nothing: 'nothing, until you sign in',
  enter_credentials: 'enter what is missing, then sign in',
  ask_person: 'nothing, until you sign in',
};

export const card = {
  standing,
  working,
  notSetUp: 'Not set up',
  left: 'left',
  lastKnown: 'left, last known',
  ago: 'ago',
  toGo: 'to go',

  row: {
    until: (time: string) => ` until ${time}`,
    renewsUntil: (time: string) => `, renews by itself; sign in by ${time}`,
    renewsOn: ', renews by itself',
    noEnd: ', with no known end',
    ends: (time: string) => `, ${time}`,
    endsAt: (time: string) => `, ends ${time}`,
    ended: (time: string) => ` ${time}`,
    notToday: ', not needed today',
    asEveryNight: ', as every night',
    tooEarly: (span: string) => `, ${span} before its time`,
    silent: (time: string, broker: string) => ` since ${time}. ${broker} does not answer.`,
    saidNoOnce: (broker: string) => `. ${broker} said no; it is asked again.`,
    unread: '. The stored token can’t be read.',
    notAsked: (broker: string) => `. ${broker} has not confirmed the token yet.`,
    neverSignedIn: '. Nobody has signed in yet.',
    pausedUntil: (time: string) => ` by you until ${time}`,
    pausedOpen: ' by you, until you resume',
    opened: (time: string) => `, since ${time}`,
    attempt: (attempt: number, of: number) => `, try ${attempt} of ${of}`,
    oldGood: (time: string) => ` · old token good until ${time}`,
  },
  proof: {
    yes: (broker: string, ago: string) => `Asked ${broker} ${ago}`,
    no: (broker: string, ago: string) => `Asked ${broker} ${ago}: it said no`,
    silent: (broker: string, ago: string) => `Asked ${broker} ${ago}: no answer. The token is kept.`,
    never: (broker: string) => `${broker} was not asked yet`,
    listening: (time: string) => `Daypass listens until ${time}`,
    oldKept: 'The old token works meanwhile.',
  },
  next: {
    next: (plan: string) => `Next: ${plan}`,
    givesUp: (at: string) => `Gives up ${at}`,
    readsAgain: (at: string) => `Next: reads it again ${at}`,
    step: (step: NextStep, at: string | null): string =>
      at === null ? (stepWithoutTime[step] ?? '') : stepWithTime[step](at),
    signIn: (at: string) => `sign in ${at}`,
    afterCutoff: (time: string) => `, after the ${time} cut-off`,
    sameEnd: (time: string) => `A sign-in now would also end ${time}.`,
    finishThere: 'Finish there. This card follows by itself.',
    stillServed: 'Bots still get the token; nobody is reminded',
    often: 'Often a sign-out on the web, or a changed IP address',
    yourTurn: 'All tries failed. It is up to you now.',
  },
};
