/** The parts that made-up moments are put together from: one day on the Indian clock, one account, one snapshot. */

import type {
  AccountView,
  CalendarView,
  DayView,
  Problem,
  ReadinessView,
  Snapshot,
  SpanKind,
  SpanView,
  VaultView,
  WorkView,
} from '../../bindings';

/** Thursday 19 November 2026, on the Indian clock. */
const MIDNIGHT = Date.parse('2026-11-18T18:30:00Z');
const HOUR = 3_600_000;
const MINUTE = 60_000;

/** An hour of that day on the exchange's clock, as RFC 3339. */
export function at(hours: number): string {
  return new Date(MIDNIGHT + hours * HOUR).toISOString();
}

type Spans = [number, number, SpanKind][];

export function spans(...all: Spans): SpanView[] {
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
    why: null,
    ...over,
  };
}

/** Ready for this day's session. */
export function ready(over: Partial<ReadinessView> = {}): ReadinessView {
  return {
    state: 'ready',
    why: null,
    opens: at(9.25),
    closes: at(15.5),
    ready_by: at(8.75),
    sign_in_from: null,
    ...over,
  };
}

export function notReady(why: string, over: Partial<ReadinessView> = {}): ReadinessView {
  return ready({ state: 'not_ready', why, ...over });
}

/** The session of the day after. */
export const TOMORROW = { opens: at(33.25), closes: at(39.5), ready_by: at(32.75) };

const CALENDAR: CalendarView = {
  state: 'fresh',
  since: at(5),
  exchanges: ['NSE', 'BSE', 'NFO', 'BFO'],
  problem: null,
};

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
    next: { step: 'ask_person', at: at(32.5) },
    work: null,
    trouble: null,
    saved: { state: 'saved', at: at(8.68), backups: 5, problem: null },
    failures: 0,
    manual: false,
    paused: null,
    missing: [],
    redirect_uri: 'http://localhost:5001/callback',
    readiness: ready(),
    check: null,
    bots: [],
    outlets: [],
    sign_in_note: null,
    calendar: CALENDAR,
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
    clock_off_seconds: 0,
    version: '0.1.0',
    ...over,
  };
}

export function work(kind: WorkView['kind'], since: number, minutes: number): WorkView {
  const url = 'https://broker.example/login/dialog?response_type=code&client_id=made-up&state=made-up';
  const until = new Date(Date.parse(at(since)) + minutes * MINUTE).toISOString();
  return { kind, since: at(since), until, sign_in_url: kind === 'waiting_for_browser' ? url : null, attempt: 1, of: 3 };
}
