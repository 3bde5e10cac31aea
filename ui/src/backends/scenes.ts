/**
 * Made-up moments, for development and tests: every standing, and the pages around them.
 *
 * Invariant: whatever Rust can send has a scene here. What this is not: part of any bundle that is shipped. No real
 * client id, user or token is in it.
 */

import type { AccountView, DayView, Problem, Snapshot, SpanKind, SpanView, VaultView, WorkView } from '../bindings';

/** Thursday 19 November 2026, on the Indian clock. */
const MIDNIGHT = Date.parse('2026-11-18T18:30:00Z');
const HOUR = 3_600_000;
const MINUTE = 60_000;

/** An hour of that day on the exchange's clock, as RFC 3339. */
export function at(hours: number): string {
  return new Date(MIDNIGHT + hours * HOUR).toISOString();
}

type Spans = [number, number, SpanKind][];

function spans(...all: Spans): SpanView[] {
  return all.map(([from, to, kind]) => ({ from, to, kind }));
}

export function day(over: Partial<DayView> = {}): DayView {
  return {
    starts: at(0),
    seconds: 86_400,
    zone: 'Asia/Kolkata',
    zone_word: 'IST',
    spans: spans([0, 3.5, 'spent'], [3.5, 8.67, 'none'], [8.67, 11.7, 'spent'], [11.7, 24, 'left']),
    goes_on: true,
    cut: 3.5,
    ready: 8.75,
    open: 9.25,
    close: 15.5,
    trades: true,
    ...over,
  };
}

export function problem(code: string, what: string, todo: string, remedy: Problem['remedy'] = 'try_again'): Problem {
  return { code, what, todo, remedy };
}

/** A valid account at 11:42, signed in since 08:40. */
export function account(over: Partial<AccountView> = {}): AccountView {
  return {
    id: 'upstox',
    label: 'Upstox',
    broker: 'upstox',
    broker_name: 'Upstox',
    practice: false,
    user: 'AB1234',
    standing: 'valid',
    level: 'green',
    verified: true,
    valid: true,
    generation: 212,
    issued_at: at(8.67),
    expiry_time: at(27.5),
    held_until: at(27.5),
    ended_at: null,
    needs_refresh: false,
    new_end: at(27.5),
    useful: false,
    renews: false,
    message: 'Token valid, expires in 15.8 hours',
    last_probe: { at: at(11.63), outcome: 'valid', problem: null },
    silent_since: null,
    next: { step: 'probe', at: at(12.13) },
    work: null,
    trouble: null,
    saved: { state: 'saved', at: at(8.68), backups: 5, problem: null },
    failures: 0,
    manual: false,
    paused: null,
    missing: [],
    redirect_uri: 'http://localhost:5001/callback',
    day: day(),
    ...over,
  };
}

const KEYRING: VaultView = { kind: 'keyring', problem: null };

export function snapshot(hours: number, accounts: AccountView[], over: Partial<Snapshot> = {}): Snapshot {
  return {
    now: at(hours),
    accounts,
    worst: accounts[0]?.id ?? null,
    vault: KEYRING,
    notes: [],
    version: '0.1.0',
    ...over,
  };
}

const NONE_SINCE_CUT = spans([0, 3.5, 'spent'], [3.5, 24, 'none']);

export function work(kind: WorkView['kind'], since: number, minutes: number): WorkView {
  const url = 'https://broker.example/login/dialog?response_type=code&client_id=made-up&state=made-up';
  const until = new Date(Date.parse(at(since)) + minutes * MINUTE).toISOString();
  return { kind, since: at(since), until, sign_in_url: kind === 'waiting_for_browser' ? url : null, attempt: 1, of: 3 };
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
      day: day({ spans: spans([0, 24, 'none']), goes_on: false }),
    }),
  never: () =>
    account({
      ...accounts.signed_out(),
      generation: 0,
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
      day: day({ cut: 6, spans: spans([0, 4.2, 'spent'], [4.2, 6, 'left'], [6, 24, 'none']), goes_on: false }),
    }),
  early: () =>
    account({
      last_probe: { at: at(4.13), outcome: 'valid', problem: null },
      next: { step: 'probe', at: at(4.63) },
      issued_at: at(3.85),
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
      day: { ...bar, starts: at(11.7 - 135.5 / 3600), goes_on: false, spans: NONE_SINCE_CUT },
    });
  },
};

const PORT_TAKEN = problem(
  'port_taken',
  'Port 5001 is taken by python3 (process 4312).',
  'Close it first: the broker can only send you back there.',
);
const WRONG_USER = problem(
  'wrong_user',
  'You signed in as CD5678. This account is AB1234, and nothing changed here.',
  'Sign out at the broker in the browser, then sign in with the right user.',
  'sign_in_again',
);
const KEY_REFUSED: Problem = {
  ...problem(
    'UDAPI100069',
    'Upstox refused the key or secret.',
    'Compare both with your app at Upstox; nothing is tried again before that.',
    'fix_setting',
  ),
  quote: 'Check your client_id; <b>one or more</b> of the credentials are incorrect',
};
const LOCKED: VaultView = {
  kind: 'locked',
  problem: problem(
    'VAULT_LOCKED',
    'The keyring is locked.',
    'Unlock it; until then a new sign-in is kept in memory only.',
  ),
};
const NOT_SAVED = problem('keyring', 'The keyring refused to open.', 'Unlock it; saving is tried again by itself.');

/** Each takes no argument and gives the whole snapshot. */
export const scenes: Record<string, () => Snapshot> = {
  day: () => snapshot(4.2, [accounts.early(), accounts.soonToday(), accounts.renewing()], { worst: 'zerodha' }),
  worst: () => snapshot(9.07, [accounts.second(), accounts.expired()], { worst: 'upstox' }),
  first: () => snapshot(8.4, []),
  calm: () => snapshot(11.7, [accounts.valid()]),
  ends_soon: () => snapshot(1.33, [accounts.ends_soon()]),
  last_hour: () => snapshot(9.38, [accounts.last_hour()]),
  last_hour_fixed: () => snapshot(2.8, [accounts.last_hour_fixed()]),
  expired: () => snapshot(8.57, [accounts.expired()]),
  ended_early: () => snapshot(10.69, [accounts.ended_early()]),
  signed_out: () => snapshot(19.4, [accounts.signed_out()]),
  never: () => snapshot(8.4, [accounts.never()]),
  missing: () => snapshot(8.4, [accounts.missing()]),
  waiting: () => snapshot(8.54, [accounts.waiting()]),
  renewing: () => snapshot(4.2, [accounts.renewing()]),
  proving: () => snapshot(8.54, [accounts.proving()]),
  not_verified: () => snapshot(11.7, [accounts.not_verified()]),
  paused: () => snapshot(11.7, [accounts.paused()]),
  practice: () => snapshot(11.7, [accounts.practice()]),
  practice_expired: () => snapshot(11.7, [accounts.practice_expired()]),
  many: () =>
    snapshot(
      9.07,
      [
        accounts.second(),
        accounts.expired(),
        { ...accounts.second(), id: 'a', label: 'Family account of my aunt' },
        { ...accounts.second(), id: 'b', label: 'Fyers' },
        { ...accounts.second(), id: 'c', label: 'Dhan' },
        { ...accounts.second(), id: 'd', label: 'Groww' },
        { ...accounts.second(), id: 'e', label: 'Angel One' },
      ],
      { worst: 'upstox' },
    ),
  locked: () =>
    snapshot(11.7, [accounts.unread()], {
      vault: LOCKED,
    }),
  memory: () => snapshot(11.7, [accounts.valid()], { vault: { kind: 'memory', problem: null } }),
  not_saved: () =>
    snapshot(8.7, [
      account({
        saved: { state: 'failed', at: null, backups: 5, problem: NOT_SAVED },
        last_probe: { at: at(8.69), outcome: 'valid', problem: null },
      }),
    ]),
  wrong_user: () => snapshot(11.7, [account({ trouble: WRONG_USER })]),
  port_taken: () => snapshot(8.4, [account({ ...accounts.signed_out(), trouble: PORT_TAKEN })]),
  key_refused: () => snapshot(8.4, [account({ ...accounts.signed_out(), trouble: KEY_REFUSED })]),
  locked_expired: () => snapshot(8.57, [accounts.expired()], { vault: LOCKED }),
  secret_in_file: () =>
    snapshot(11.7, [accounts.valid()], {
      notes: [
        {
          about: '.env line 4',
          problem: problem(
            'secret_in_file',
            'The client secret of upstox lies readable in .env line 4.',
            'Let Daypass copy it into the keyring in Settings, then delete it: .env line 4.',
            'fix_setting',
          ),
        },
      ],
    }),
  notes: () =>
    snapshot(11.7, [accounts.valid()], {
      notes: [
        {
          about: 'config.yaml, line 7',
          problem: problem(
            'bad_setting',
            '"check_every_minutes" is "soon".',
            'Allowed: a number from 0.02 to 1440 (min). The default is used.',
            'fix_setting',
          ),
        },
        {
          about: 'port 8000',
          problem: problem(
            'port_taken',
            'Port 8000 is taken by node (process 991).',
            'Close it, or choose another port in the settings.',
            'fix_setting',
          ),
        },
      ],
    }),
};
