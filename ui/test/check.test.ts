import { fireEvent, screen, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { account, accounts, findings, problem, scenes, snapshot } from '../src/backends/scenes';
import { calendarLine } from '../src/calendar';
import { isDue, linesOf, titleOf } from '../src/check';
import { open, PAGE, settle } from './stage';

const plain = (text: string | null | undefined) => (text ?? '').replaceAll('\u00a0', ' ');

function only(name: string) {
  const shown = scenes[name]?.();
  const [first] = shown?.accounts ?? [];
  if (!shown || !first) throw new Error(`no scene ${name}`);
  return { account: first, now: Date.parse(shown.now) };
}

describe('a finding', () => {
  const wrong = problem('disk_full', 'The disk is nearly full.', 'Make room.');
  test.each([
    ['that is well has a tick and its word', findings(), ['ok', 'ok', 'Fine', 'has room', '']],
    [
      'that is worth knowing has a note and what to do',
      findings(['disk', wrong, false]),
      ['soon', 'note', 'Note', 'The disk is nearly full.', 'Make room.'],
    ],
    [
      'that can cost the session has a triangle and what to do',
      findings(['disk', wrong, true]),
      ['urgent', 'urgent', 'Risk', 'The disk is nearly full.', 'Make room.'],
    ],
  ])('%s', (_, found, expected) => {
    const lines = linesOf(account({ check: { at: '2026-11-19T05:30:00Z', findings: found } }));
    const line = lines.find(({ key }) => key === 'disk');
    expect([line?.tone, line?.glyph, line?.word, line?.seen, line?.todo]).toEqual(expected);
    expect(lines).toHaveLength(found.length);
  });
});

describe('the look ahead', () => {
  test.each([
    ['after the close', 'night_check', true, 'Tomorrow’s open'],
    ['at a risk, at any hour', 'at_risk', true, 'Today’s session'],
    ['at a risk before the open', 'at_risk_two', true, 'Today’s open'],
    ['without a look, however late it is', 'not_ready_yet', false, 'Tomorrow’s open'],
    ['before a long weekend', 'holiday', false, 'Monday’s open'],
    ['without a session to come', 'no_session', false, 'The next open'],
  ])('%s', (_, name, due, title) => {
    const { account: one, now } = only(name);
    expect(isDue(one, now)).toBe(due);
    expect(titleOf(one, now)).toBe(title);
  });

  test('is not shown during a session in which all is well', () => {
    const { now } = only('calm');
    expect(isDue(account({ check: { at: '2026-11-18T14:30:00Z', findings: findings() } }), now)).toBe(false);
  });

  test('is in the window with one line per finding, and looks again when asked', async () => {
    const { backend } = await open('night_check');
    const panel = screen.getByRole('region', { name: 'Tomorrow’s open' });
    expect(within(panel).getAllByRole('listitem')).toHaveLength(9);
    expect(plain(panel.textContent)).toContain('Looked 12 min ago');
    expect(panel.textContent).toContain('Switch it on in Settings, or start Daypass yourself after a restart.');
    await fireEvent.click(within(panel).getByRole('button', { name: 'Look now' }));
    await settle();
    expect(backend.calls).toEqual([['lookAround', 'upstox']]);
    expect(panel.textContent).toContain('Looked just now');
  });

  test('names among several accounts only those at risk, and what is wrong with them', async () => {
    await open('at_risk_two');
    const panel = screen.getByRole('region', { name: 'Today’s open' });
    expect(within(panel).getAllByRole('listitem')).toHaveLength(1);
    expect(panel.textContent).toContain('The disk is nearly full');
    expect(within(panel).getByRole('heading', { name: 'Upstox' })).toBeTruthy();
    expect(panel.textContent).not.toContain('Zerodha');
  });

  test('is always in the details, and says when nobody has looked', async () => {
    for (const [name, text] of [
      ['calm', 'Nobody has looked at this computer yet.'],
      ['at_risk', 'Risk'],
    ] as const) {
      await open(name, { hash: '#details=upstox', can: PAGE });
      const panel = screen.getByRole('region', { name: 'Today’s session' });
      expect(panel.textContent, name).toContain(text);
      expect(within(panel).getByRole('button', { name: 'Look now' })).toBeTruthy();
      document.body.replaceChildren();
    }
  });
});

describe('the trading days', () => {
  const since = '2026-11-24T05:30:00Z';
  const four = ['NSE', 'BSE', 'NFO', 'BFO'];
  test.each([
    ['confirmed by the broker', { state: 'fresh', since }, 'NSE, BSE, NFO, BFO · confirmed by Upstox on 24 Nov'],
    ['built in', { state: 'built_in', since: null }, 'NSE, BSE, NFO, BFO · built in'],
    ['old', { state: 'stale', since }, 'NSE, BSE, NFO, BFO · the broker’s calendar is old, since 24 Nov'],
    [
      'old, nobody knows since when',
      { state: 'stale', since: null },
      'NSE, BSE, NFO, BFO · the broker’s calendar is old',
    ],
  ] as const)('%s', (_, calendar, line) => {
    expect(plain(calendarLine(account({ calendar: { ...calendar, exchanges: four, problem: null } })))).toBe(line);
  });

  test('of a practice day of some minutes are all days', () => {
    expect(plain(calendarLine(accounts.practice()))).toBe('NSE, BSE, NFO, BFO · every practice day');
  });
});

describe('a clock that is off', () => {
  test.each([
    ['slow, in seconds', 94, 'This computer’s clock is 94 s slow.'],
    ['fast, in hours', -11_520, 'This computer’s clock is 3 h 12 min fast.'],
  ])('%s, is the first notice', async (_, seconds, title) => {
    const { backend } = await open('memory');
    const memory = scenes['memory']?.();
    backend.push({ ...(memory ?? snapshot(11.7, [])), clock_off_seconds: seconds });
    await settle();
    const banner = plain(document.querySelector('.banners .banner')?.textContent);
    expect(banner).toContain(title);
    expect(banner).toContain('Deadlines are shown from the broker’s clock meanwhile.');
    expect(screen.getByRole('heading', { name: 'Also' }).parentElement?.textContent).toContain('memory only');
  });

  test('counts on the program’s clock and not on this page’s', async () => {
    const { live, backend } = await open('calm');
    const shown = backend.snapshot();
    const slow = { ...(await shown), now: new Date(Date.now() + 94_000).toISOString(), clock_off_seconds: 94 };
    backend.push(slow);
    await settle();
    expect(live.now - live.here).toBe(94_000);
  });
});
