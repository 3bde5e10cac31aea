/** Moments about the session to come: the evening before, a risk, a holiday, a clock that is off. */

import type { Aspect, CheckView, Finding, Problem, Snapshot } from '../../bindings';
import { accounts } from './accounts';
import { account, at, day, notReady, problem, ready, snapshot, spans, TOMORROW } from './base';

const SEEN: [Aspect, string][] = [
  ['port', '5001 is free'],
  ['credentials', 'complete'],
  ['keyring', 'open'],
  ['disk', 'has room'],
  ['clock', "agrees with the brokers'"],
  ['calendar', 'NSE, BSE, NFO, BFO: confirmed by the broker'],
  ['network', 'Upstox can be reached'],
  ['autostart', 'on'],
  ['display', 'there'],
];
const DISK = problem('disk_full', 'The disk is nearly full.', 'Make room: a new token must be stored.', 'fix_setting');
const NO_AUTOSTART = problem(
  'no_autostart',
  'Daypass does not start with your session.',
  'Switch it on in Settings, or start Daypass yourself after a restart.',
  'fix_setting',
);

/** What a look around found: all well, but for these. */
export function findings(...wrong: [Aspect, Problem, boolean][]): Finding[] {
  return SEEN.map(([aspect, seen]) => {
    const [, found = null, risk = false] = wrong.find(([about]) => about === aspect) ?? [];
    return { aspect, problem: found, risk, seen: found === null ? seen : found.what };
  });
}

function check(hours: number, ...wrong: [Aspect, Problem, boolean][]): CheckView {
  return { at: at(hours), findings: findings(...wrong) };
}

/** The evening of a day on which Upstox was ready: tomorrow's sign-in is only of use after the cut-off. */
const evening = (over: Parameters<typeof account>[0] = {}) =>
  account({
    readiness: notReady('The token ends at 03:30 IST, before the market opens at 09:15 IST.', {
      ...TOMORROW,
      sign_in_from: at(27.5),
    }),
    last_probe: { at: at(20.1), outcome: 'valid', problem: null },
    day: day({ spans: spans([0, 3.5, 'spent'], [3.5, 8.67, 'none'], [8.67, 20.2, 'spent'], [20.2, 24, 'left']) }),
    ...over,
  });

/** A Thursday on which nothing that the account trades is open; the next session is on Monday. */
const closed = (why: string | null, over: Parameters<typeof account>[0] = {}) =>
  account({
    readiness: notReady('The token ends at 03:30 IST, before the market opens at 09:15 IST.', {
      sign_in_from: at(27.5),
      opens: at(105.25),
      closes: at(111.5),
      ready_by: at(104.75),
    }),
    next: { step: 'ask_person', at: at(104.5) },
    day: day({
      ready: null,
      open: null,
      close: null,
      trades: false,
      why,
      spans: spans([0, 3.5, 'spent'], [3.5, 8.67, 'none'], [8.67, 11.7, 'spent'], [11.7, 24, 'left']),
    }),
    ...over,
  });

export const ahead: Record<string, () => Snapshot> = {
  at_risk: () =>
    snapshot(11.7, [
      account({
        readiness: ready({ state: 'at_risk', why: DISK.what }),
        check: check(11.5, ['disk', DISK, true], ['autostart', NO_AUTOSTART, false]),
      }),
    ]),
  at_risk_two: () =>
    snapshot(4.2, [
      {
        ...accounts.early(),
        readiness: ready({ state: 'at_risk', why: DISK.what }),
        check: check(4.1, ['disk', DISK, true]),
      },
      { ...accounts.second(), check: check(4.1) },
    ]),
  not_ready_yet: () => snapshot(20.2, [evening()]),
  night_check: () => snapshot(20.2, [evening({ check: check(20, ['autostart', NO_AUTOSTART, false]) })]),
  holiday: () => snapshot(11.7, [closed('Diwali')]),
  holiday_expired: () =>
    snapshot(11.7, [
      {
        ...accounts.expired(),
        readiness: closed(null).readiness,
        next: { step: 'ask_person', at: at(104.5) },
        day: { ...closed('Diwali').day, goes_on: false, spans: spans([0, 3.5, 'spent'], [3.5, 24, 'none']) },
      },
    ]),
  no_session: () => snapshot(11.7, [closed(null, { readiness: null })]),
  clock_slow: () => snapshot(11.7, [accounts.valid()], { clock_off_seconds: 94 }),
  clock_fast: () =>
    snapshot(11.7, [accounts.valid()], { clock_off_seconds: -11_520, vault: { kind: 'memory', problem: null } }),
};
