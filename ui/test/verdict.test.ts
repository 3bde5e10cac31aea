import { afterEach, describe, expect, test } from 'vitest';
import { account, accounts, at, notReady, ready, scenes, snapshot } from '../src/backends/scenes';
import type { Snapshot } from '../src/bindings';
import { sentence } from '../src/day';
import { plan } from '../src/say';
import { zoneChanged } from '../src/time';
import { marketSentence, verdict } from '../src/verdict';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

function travel(zone: string) {
  process.env['TZ'] = zone;
  zoneChanged();
}
afterEach(() => {
  travel('Asia/Kolkata');
});

function said(shown: Snapshot): [string, string] {
  const now = Date.parse(shown.now);
  const worst = shown.accounts.find((one) => one.id === shown.worst);
  return [plain(verdict(shown, now)), worst ? plain(marketSentence(worst, now)) : ''];
}

function scene(name: string): Snapshot {
  const shown = scenes[name]?.();
  if (!shown) throw new Error(`no scene ${name}`);
  return shown;
}

test.each([
  ['day', 'Upstox and Schwab are ready for the open. Zerodha is not yet.', 'The market opens in 5 h 3 min, at 09:15'],
  ['worst', 'Not ready: Upstox needs you.', 'The market opens in 10 min, at 09:15'],
  ['calm', 'Ready until the close, and after.', 'The market closes in 3 h 48 min, at 15:30'],
  ['ends_soon', 'Not ready yet: sign in after 03:30.', 'The market opens in 7 h 55 min, at 09:15'],
  ['last_hour', 'Desk ends before the close.', 'The market closes in 6 h 7 min, at 15:30'],
  ['not_verified', 'At risk: Upstox does not answer since 10:58 IST.', 'The market closes in 3 h 48 min, at 15:30'],
  ['at_risk', 'At risk: The disk is nearly full.', 'The market closes in 3 h 48 min, at 15:30'],
  ['at_risk_two', 'Upstox is at risk: The disk is nearly full.', 'The market opens in 5 h 3 min, at 09:15'],
  [
    'not_ready_yet',
    'Not ready yet: sign in after 03:30 tomorrow.',
    'The market opens in 13 h 3 min, at 09:15 tomorrow',
  ],
  ['holiday', 'NSE is closed for Diwali.', 'The market opens on Monday at 09:15'],
  ['holiday_expired', 'NSE is closed for Diwali.', 'The market opens on Monday at 09:15'],
  ['no_session', 'The market is closed today.', 'No trading day is known to come'],
  ['missing', 'Upstox is not set up yet.', 'The market opens in 51 min, at 09:15'],
  ['never', 'Upstox waits for its first sign-in.', 'The market opens in 51 min, at 09:15'],
  ['signed_out', 'Upstox is signed out.', 'The market opens in 13 h 51 min, at 09:15 tomorrow'],
  ['waiting', 'Upstox is on the way to a new token.', 'The market opens in 42 min, at 09:15'],
  ['locked', 'Upstox is not verified.', 'The market closes in 3 h 48 min, at 15:30'],
  ['paused', 'Everything is paused.', 'The market closes in 3 h 48 min, at 15:30'],
])('%s: %s', (name, title, line) => {
  expect(said(scene(name))).toEqual([title, line]);
});

describe('the verdict', () => {
  test('of an early morning with a whole token', () => {
    const shown = snapshot(4.2, [accounts.early()]);
    expect(said(shown)[0]).toBe('Ready for the open, and until the close.');
  });

  test('of a closed day still names what can cost the next session', () => {
    const [holiday] = scene('holiday').accounts;
    if (!holiday) throw new Error('no account');
    const risky = { ...holiday, readiness: ready({ state: 'at_risk', why: 'The keyring is locked.' }) };
    expect(said(snapshot(11.7, [risky]))[0]).toBe('At risk: The keyring is locked.');
  });

  test('names the reason of a special session, and no hour of its own', () => {
    const day = { ...accounts.valid().day, ready: 17.5, open: 18, close: 19, why: 'Muhurat trading' };
    const hours = { opens: at(18), closes: at(19), ready_by: at(17.5) };
    const shown = snapshot(11.7, [account({ day, readiness: ready(hours) })]);
    expect(said(shown)).toEqual([
      'Ready for the open, and until the close.',
      'The market opens in 6 h 18 min, at 18:00 · Muhurat trading',
    ]);
  });

  test('names the weekday of an open that is days away, on both clocks where they differ', () => {
    travel('Asia/Singapore');
    expect(said(scene('holiday'))[1]).toBe('The market opens on Monday at 11:45 · 09:15 IST');
    const away = notReady('The token ends.', { opens: at(24 * 14 + 9.25), closes: at(24 * 14 + 15.5) });
    travel('Asia/Kolkata');
    const shown = snapshot(20, [account({ readiness: away })]);
    expect(said(shown)[1]).toBe('The market opens on 3 Dec at 09:15');
  });
});

describe('what comes next', () => {
  const next = (name: string) => {
    const shown = scene(name);
    const [first] = shown.accounts;
    return first ? plain(plan(first, Date.parse(shown.now))) : '';
  };
  test.each([
    ['a sign-in of tomorrow, after the cut-off between', 'calm', 'sign in tomorrow at 08:30, after the 03:30 cut-off'],
    ['a sign-in on the first day of trading', 'holiday', 'sign in on Monday at 08:30, after the 03:30 cut-off'],
    ['nobody is asked', 'signed_out', 'nothing, until you sign in'],
    ['another ask of the broker', 'not_verified', 'asks the broker again in 2 min'],
  ])('%s', (_, name, text) => {
    expect(next(name)).toBe(text);
  });

  test('a sign-in without a cut-off between has only its time', () => {
    const one = account({ next: { step: 'ask_person', at: at(14.1667) } });
    expect(plan(one, Date.parse(at(11.7)))).toBe('sign in at 14:10');
    const desk = { ...accounts.last_hour(), next: { step: 'ask_person', at: at(32.5) } as const };
    expect(plan(desk, Date.parse(at(11.7))), 'no cut-off').toBe('sign in tomorrow at 08:30');
  });

  test('a renewal needs nobody', () => {
    const one = account({ next: { step: 'renew', at: at(13.6667) } });
    expect(plan(one, Date.parse(at(11.7)))).toBe('renews by itself at 13:40');
  });

  test('the sign-in is on the clock here, the cut-off on the exchange’s', () => {
    travel('Asia/Singapore');
    expect(next('calm')).toMatch(/^sign in tomorrow at 11:00, after the 03:30.IST cut-off$/);
  });
});

test('a day without a session says so in the bar’s label, and why', () => {
  for (const [name, text] of [
    ['holiday', 'The market is closed on this day: Diwali.'],
    ['no_session', 'The market is closed on this day.'],
  ] as const) {
    const { accounts: all, now } = scene(name);
    const [first] = all;
    if (!first) throw new Error('no account');
    const label = sentence([first], first.day, Date.parse(now));
    expect(label.endsWith(text), label).toBe(true);
    expect(label).not.toMatch(/Ready by|NaN|null/);
  }
});
