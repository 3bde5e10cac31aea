/** One account in every standing. No real client id, user or token is in it. */

import { bot } from './bots';
import { account, at, day, notReady, problem, ready, spans, TOMORROW, work } from './base';

const AFTER_CUT = notReady('The token ends at 03:30 IST, before the market opens at 09:15 IST.', {
  sign_in_from: at(3.5),
});
const ENDED = notReady('The token ended at 03:30 IST. Sign in to get one.');
const NO_TOKEN = 'There is no token. Sign in to get one.';
const NONE_SINCE_CUT = spans([0, 3.5, 'spent'], [3.5, 24, 'none']);

/** The session of a practice day of ten minutes that begins at this hour, or of a later one. */
function practiceSession(starts: number, days: number) {
  const moment = (hours: number) => at(starts + (days * 600 + (hours / 24) * 600) / 3600);
  return notReady('There is no token. Sign in to get one.', {
    opens: moment(9.25),
    closes: moment(15.5),
    ready_by: moment(8.75),
  });
}

export const accounts = {
  valid: () => account(),
  ends_soon: () =>
    account({
      standing: 'ends_soon',
      level: 'orange',
      expiry_time: at(3.5),
      held_until: at(3.5),
      new_end: at(3.5),
      issued_at: at(-15.4),
      last_probe: { at: at(1.28), outcome: 'valid', problem: null },
      next: { step: 'ask_person', at: at(8.5) },
      readiness: AFTER_CUT,
      day: day({ spans: spans([0, 1.33, 'spent'], [1.33, 3.5, 'left'], [3.5, 24, 'none']), goes_on: false }),
    }),
  last_hour: () =>
    account({
      id: 'desk',
      label: 'Desk',
      broker: 'oauth2',
      broker_name: 'Desk',
      user: '1100243',
      standing: 'last_hour',
      level: 'red',
      issued_at: at(-13.9),
      expiry_time: at(10.08),
      held_until: at(10.08),
      new_end: at(33.4),
      useful: true,
      needs_refresh: true,
      last_probe: { at: at(9.36), outcome: 'valid', problem: null },
      next: { step: 'remind', at: at(9.5) },
      failures: 1,
      readiness: notReady('The token ends at 10:04 IST, before the market closes at 15:30 IST.'),
      day: day({
        spans: spans([0, 9.38, 'spent'], [9.38, 10.08, 'left'], [10.08, 24, 'none']),
        goes_on: false,
        cut: null,
      }),
    }),
  last_hour_fixed: () =>
    account({
      standing: 'last_hour',
      level: 'red',
      expiry_time: at(3.5),
      held_until: at(3.5),
      new_end: at(3.5),
      issued_at: at(-15.4),
      last_probe: { at: at(2.78), outcome: 'valid', problem: null },
      next: { step: 'ask_person', at: at(8.5) },
      readiness: AFTER_CUT,
      day: day({ spans: spans([0, 2.8, 'spent'], [2.8, 3.5, 'left'], [3.5, 24, 'none']), goes_on: false }),
    }),
  expired: () =>
    account({
      standing: 'expired',
      level: 'red',
      valid: false,
      verified: false,
      expiry_time: at(3.5),
      held_until: null,
      ended_at: at(3.5),
      needs_refresh: true,
      useful: true,
      issued_at: at(-15.4),
      last_probe: {
        at: at(9),
        outcome: 'invalid',
        problem: problem('UDAPI100050', 'Upstox refused the token.', 'Sign in again.', 'sign_in_again'),
      },
      next: { step: 'remind', at: at(9.167) },
      readiness: ENDED,
      day: day({ spans: NONE_SINCE_CUT, goes_on: false }),
    }),
  ended_early: () =>
    account({
      standing: 'ended_early',
      level: 'red',
      valid: false,
      verified: false,
      held_until: null,
      ended_at: at(10.67),
      needs_refresh: true,
      useful: true,
      last_probe: {
        at: at(10.67),
        outcome: 'invalid',
        problem: problem('UDAPI100050', 'Upstox refused the token.', 'Sign in again.', 'sign_in_again'),
      },
      next: { step: 'ask_person', at: null },
      readiness: notReady('Upstox refused the token at 10:40 IST. Sign in to get one.'),
      day: day({
        spans: spans([0, 3.5, 'spent'], [3.5, 8.53, 'none'], [8.53, 10.67, 'spent'], [10.67, 24, 'none']),
        goes_on: false,
      }),
    }),
  signed_out: () =>
    account({
      standing: 'signed_out',
      level: 'red',
      valid: false,
      verified: false,
      expiry_time: null,
      held_until: null,
      issued_at: null,
      useful: true,
      last_probe: null,
      next: { step: 'ask_person', at: null },
      saved: { state: 'nothing', at: null, backups: 5, problem: null },
      readiness: notReady(NO_TOKEN, TOMORROW),
      day: day({ spans: spans([0, 24, 'none']), goes_on: false }),
    }),
  never: () =>
    account({
      ...accounts.signed_out(),
      generation: 0,
      readiness: notReady(NO_TOKEN),
      user: null,
      saved: { state: 'nothing', at: null, backups: 0, problem: null },
    }),
  missing: () =>
    account({
      ...accounts.never(),
      missing: ['The API secret is missing. Enter it in the settings.'],
      next: { step: 'enter_credentials', at: null },
    }),
  waiting: () =>
    account({
      ...accounts.expired(),
      standing: 'working',
      work: work('waiting_for_browser', 8.5, 5),
      next: { step: 'give_up', at: at(8.583) },
    }),
  renewing: () =>
    account({
      id: 'schwab',
      label: 'Schwab',
      broker: 'oauth2',
      broker_name: 'Schwab',
      user: '…4417',
      standing: 'working',
      renews: true,
      expiry_time: at(4.33),
      held_until: at(103.2),
      work: work('renewing', 4.19, 2),
      last_probe: { at: at(3.83), outcome: 'valid', problem: null },
      next: { step: 'give_up', at: at(4.23) },
      day: day({ spans: spans([0, 4.2, 'spent'], [4.2, 4.33, 'left'], [4.33, 24, 'hope']), cut: null }),
    }),
  proving: () => account({ ...accounts.waiting(), work: work('proving', 8.5, 5) }),
  not_verified: () =>
    account({
      standing: 'not_verified',
      verified: false,
      silent_since: at(10.97),
      next: { step: 'probe', at: at(11.74) },
      last_probe: {
        at: at(11.68),
        outcome: 'unknown',
        problem: problem('no_answer', 'Upstox did not answer.', 'It is asked again.'),
      },
      readiness: ready({ state: 'at_risk', why: 'Upstox does not answer since 10:58 IST.' }),
      day: day({ spans: spans([0, 3.5, 'spent'], [3.5, 8.53, 'none'], [8.53, 11.7, 'spent'], [11.7, 24, 'hope']) }),
    }),
  unread: () =>
    account({
      ...accounts.never(),
      standing: 'not_verified',
      useful: false,
      trouble: problem('vault_locked', 'The keyring is locked.', 'Unlock it; the token is read then.'),
      next: { step: 'save_again', at: at(11.72) },
    }),
  paused: () => account({ standing: 'paused', paused: { until: at(32) }, next: { step: 'resume', at: at(32) } }),
  second: () =>
    account({
      id: 'zerodha',
      label: 'Zerodha',
      broker: 'oauth2',
      broker_name: 'Zerodha',
      user: 'ZK4821',
      expiry_time: at(30),
      held_until: at(30),
      day: day({ cut: 6, spans: spans([0, 6, 'spent'], [6, 8.2, 'none'], [8.2, 9.07, 'spent'], [9.07, 24, 'left']) }),
    }),
  soonToday: () =>
    account({
      id: 'zerodha',
      label: 'Zerodha',
      broker: 'oauth2',
      broker_name: 'Zerodha',
      user: 'ZK4821',
      standing: 'ends_soon',
      level: 'orange',
      expiry_time: at(6),
      held_until: at(6),
      new_end: at(6),
      last_probe: { at: at(4.16), outcome: 'valid', problem: null },
      next: { step: 'ask_person', at: at(8.5) },
      readiness: notReady('The token ends at 06:00 IST, before the market opens at 09:15 IST.', {
        sign_in_from: at(6),
      }),
      day: day({ cut: 6, spans: spans([0, 4.2, 'spent'], [4.2, 6, 'left'], [6, 24, 'none']), goes_on: false }),
    }),
  early: () =>
    account({
      last_probe: { at: at(4.13), outcome: 'valid', problem: null },
      next: { step: 'ask_person', at: at(32.5) },
      issued_at: at(3.85),
      bots: [bot('nifty-straddle', 3.87), bot('hedger', 3.86, { via: 'socket' })],
      day: day({ spans: spans([0, 3.5, 'spent'], [3.5, 3.85, 'none'], [3.85, 4.2, 'spent'], [4.2, 24, 'left']) }),
    }),
  practice: () =>
    account({
      id: 'practice',
      label: 'Practice',
      practice: true,
      standing: 'ends_soon',
      level: 'orange',
      useful: false,
      expiry_time: at(11.7 + 60 / 3600),
      held_until: at(11.7 + 60 / 3600),
      new_end: at(11.7 + 60 / 3600),
      last_probe: { at: at(11.699), outcome: 'valid', problem: null },
      next: { step: 'probe', at: at(11.702) },
      readiness: practiceSession(11.7 - 452.5 / 3600, 1),
      day: day({
        starts: at(11.7 - 452.5 / 3600),
        seconds: 600,
        cut: 3.5,
        goes_on: true,
        spans: spans([0, 3.5, 'spent'], [3.5, 9, 'none'], [9, 18.1, 'spent'], [18.1, 20.5, 'left'], [20.5, 24, 'none']),
      }),
    }),
  practice_expired: () => {
    const { day: bar, ...rest } = accounts.practice();
    return account({
      ...accounts.expired(),
      ...rest,
      standing: 'expired',
      level: 'red',
      valid: false,
      verified: false,
      held_until: null,
      useful: true,
      expiry_time: at(11.7 - 48 / 3600),
      ended_at: at(11.7 - 48 / 3600),
      new_end: at(11.7 + 552 / 3600),
      next: { step: 'ask_person', at: at(11.7 + 62 / 3600) },
      readiness: practiceSession(11.7 - 135.5 / 3600, 0),
      day: { ...bar, starts: at(11.7 - 135.5 / 3600), goes_on: false, spans: NONE_SINCE_CUT },
    });
  },
};
