import { screen, within } from '@testing-library/svelte';
import { flushSync } from 'svelte';
import { describe, expect, test, vi } from 'vitest';
import type { Happening, HistoryLine, Outcome, Strip } from '../src/bindings';
import { activity, note, renewed, series, worstGap } from '../src/history/model';
import { here } from '../src/route.svelte';
import { open, PAGE, settle } from './stage';

// There is no canvas here; the charts are looked at in a real browser.
vi.mock('uplot', () => {
  const Plot = vi.fn(function (this: Record<string, unknown>) {
    this['destroy'] = vi.fn();
    this['setSize'] = vi.fn();
  });
  return { default: Object.assign(Plot, { paths: {} }) };
});
vi.stubGlobal(
  'ResizeObserver',
  class {
    observe() {}
    disconnect() {}
  },
);
window.matchMedia ??= (() => ({ addEventListener() {}, removeEventListener() {} })) as never;

const NOW = Date.parse('2026-11-19T11:42:00+05:30');

function line(time: string, happening: Happening): HistoryLine {
  return { at: `2026-11-${time}:00+05:30`, account: 'upstox', sentence: 'It happened.', ...happening };
}
const probe = (time: string, outcome: Outcome) => line(time, { happened: 'probed', outcome });
const taken = (time: string, to: string, generation: number) =>
  line(time, { happened: 'handed_out', to, generation, via: 'socket' });
const signedIn = (time: string, took_ms: number) =>
  line(time, { happened: 'signed_in', took_ms, generation: 1, proven: true });

/** Written by a newer program than this page. */
const NEWER = { ...line('19T08:40', { happened: 'started' }), happened: 'something_new' } as never;

function texts(entries: HistoryLine[], all = false): string[] {
  return activity(entries, 'Upstox', NOW, all).flatMap((group) =>
    group.items.map((item) => `${group.title} ${item.time} ${item.text}`),
  );
}

describe('the list', () => {
  test('says what matters, by local day', () => {
    expect(
      texts([
        probe('19T11:30', 'valid'),
        signedIn('19T08:40', 9200),
        line('19T08:30', { happened: 'told', kind: 'prompt' }),
        line('18T03:30', { happened: 'ended' }),
        line('12T10:00', { happened: 'refused', code: '', what: '' }),
      ]),
    ).toEqual([
      'Today 08:40 Signed in, 9\u00a0s',
      'Yesterday 03:30 The token ended',
      'Thu 12 Nov 10:00 Upstox refused the token',
    ]);
  });

  test('tells a silence once, and its end', () => {
    const entries = [
      probe('19T11:30', 'valid'),
      probe('19T11:00', 'valid'),
      probe('19T10:30', 'unknown'),
      probe('19T10:00', 'unknown'),
      probe('19T09:30', 'valid'),
    ];
    expect(texts(entries)).toEqual(['Today 11:00 Upstox answers again', 'Today 10:00 Upstox silent; token kept']);
    expect(texts(entries, true)).toHaveLength(5);
  });

  test('puts programs together that took the same token', () => {
    const entries = [
      taken('19T10:20', 'late', 2),
      taken('19T08:42', 'b', 2),
      taken('19T08:41', 'a', 2),
      taken('18T08:42', 'a', 1),
    ];
    expect(texts(entries)).toEqual([
      'Today 10:20 late took the new token',
      'Today 08:42 2\u00a0programs took the new token',
      'Yesterday 08:42 a took the new token',
    ]);
    expect(texts(entries, true)).toHaveLength(4);
  });

  test('has words for whatever a newer program writes', () => {
    expect(texts([NEWER])).toEqual([]);
    expect(texts([NEWER], true)).toEqual(['Today 08:40 It happened.']);
  });
});

describe('a day', () => {
  const strip = (stretches: Strip['stretches'], opens: number | null = 9.25): Strip => ({
    day: '2026-11-03',
    stretches,
    opens,
    readiness: null,
  });
  test.each([
    ['nothing to say', strip([{ from: 8.5, to: 24, held: 'proven' }]), undefined],
    ['late', strip([{ from: 9.25, to: 9.52, held: 'missing' }]), '16\u00a0min late for the open'],
    ['a gap', strip([{ from: 11, to: 11.5, held: 'missing' }]), '30\u00a0min missing while open'],
    ['a silence', strip([{ from: 13, to: 13.64, held: 'unproven' }]), 'not verified for 38\u00a0min'],
    ['a short silence', strip([{ from: 13, to: 13.1, held: 'unproven' }]), undefined],
  ])('%s', (_, day, text) => {
    expect(note(day)?.text).toBe(text);
  });

  test('the worst gap is found with its day', () => {
    const gap = (day: string, hours: number): Strip => ({
      ...strip([{ from: 10, to: 10 + hours, held: 'missing' }]),
      day,
    });
    expect(worstGap([gap('2026-11-03', 0.3), gap('2026-10-28', 0.5)])).toEqual({ text: '30\u00a0min', day: '28 Oct' });
    expect(worstGap([strip([])])).toBeNull();
  });
});

test('a chart has a place for each day, the oldest first', () => {
  const strips = ['2026-11-03', '2026-11-02'].map((day) => ({ day, stretches: [], opens: null, readiness: null }));
  const sum = { day: '2026-11-03', renewals: 3, renewals_failed: 1 } as never;
  expect(series(strips, [sum], renewed)).toEqual({ days: ['2026-11-02', '2026-11-03'], values: [null, 75] });
});

describe('the page', () => {
  async function opened(scene: string) {
    const stage = await open(scene, { hash: '#history=upstox' });
    await vi.dynamicImportSettled();
    await settle();
    return stage;
  }

  test('shows numbers, strips, list and charts of the account', async () => {
    await opened('history');
    expect(screen.getByText('21 of 22')).toBeTruthy();
    expect(screen.getByRole('img', { name: /^Validity on 30 days\. At the open of 21 of 22 sessions/ })).toBeTruthy();
    expect(screen.getByText('16 min late for the open')).toBeTruthy();
    expect(screen.getByRole('img', { name: 'Sign-in on 22 days: from 7 to 41.' })).toBeTruthy();
    expect(screen.getByText('Upstox cannot renew without you.')).toBeTruthy();
    expect(screen.getByText('nifty-straddle')).toBeTruthy();
  });

  test('goes to another account', async () => {
    await opened('history');
    const accounts = within(screen.getByRole('group', { name: 'Account' }));
    accounts.getByRole('button', { name: 'Schwab' }).click();
    await settle();
    expect(here.route).toEqual({ view: 'history', account: 'schwab' });
    expect(screen.getByText('Renewed without you')).toBeTruthy();
  });

  test('says where an export is', async () => {
    const { backend } = await opened('history');
    screen.getByRole('button', { name: 'Export CSV' }).click();
    await settle();
    expect(backend.calls).toEqual([['exportHistory', 'upstox', expect.any(String), 'csv']]);
    expect(screen.getByText(/^Saved as .*daypass-history-upstox-2026-11-19\.csv$/)).toBeTruthy();
  });

  test('says that nothing has happened yet, and what to do', async () => {
    await opened('history_none');
    expect(screen.getByText('Nothing has happened yet.')).toBeTruthy();
  });

  test('says why it cannot be read, and reads again', async () => {
    await opened('history_failed');
    expect(screen.getByRole('button', { name: 'Try again' })).toBeTruthy();
  });

  test('has no way in where nobody may see it', async () => {
    await open('history', { can: PAGE, hash: '#history=upstox' });
    flushSync();
    expect(screen.queryByRole('button', { name: 'History' })).toBeNull();
    expect(screen.queryByText('Activity')).toBeNull();
  });
});
