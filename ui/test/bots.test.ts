import { fireEvent, screen, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { accounts, account, at } from '../src/backends/scenes';
import { bot } from '../src/backends/scenes/bots';
import { botsLine } from '../src/bots';
import { here } from '../src/route.svelte';
import { open, PAGE, settle } from './stage';

const plain = (text: string | null | undefined) => (text ?? '').replaceAll('\u00a0', ' ').replace(/\s+/g, ' ').trim();
const older = { generation: 211, current: false };

describe('the line about bots', () => {
  const [one, two, three] = [bot('a', 8.7), bot('b', 8.7), bot('c', 8.7)];
  test.each([
    ['is empty when no bot ever came', account(), ''],
    ['counts one', account({ bots: [one] }), '1 bot has today’s token'],
    ['counts more', account({ bots: [one, two] }), '2 bots have today’s token'],
    [
      'does not call a token of yesterday today’s',
      account({ issued_at: at(-15.4), bots: [one, two] }),
      '2 bots have the current token',
    ],
    [
      'says how many of them have the current one',
      account({ bots: [one, bot('b', -9, older), bot('c', -9, older)] }),
      '1 of 3 bots has the current token',
    ],
    [
      'says so of more than one',
      account({ bots: [one, two, { ...three, ...older }] }),
      '2 of 3 bots have the current token',
    ],
    ['says that nobody has it', account({ bots: [bot('a', -9, older)] }), '1 bot has an older token'],
    [
      'never calls a token current that has ended',
      { ...accounts.expired(), bots: [one, two] },
      '2 bots have a token that has ended',
    ],
    [
      'leaves open what cannot be read yet',
      { ...accounts.unread(), bots: [bot('a', -9, older)] },
      '1 bot was given a token',
    ],
  ])('%s', (_, view, sentence) => {
    expect(plain(botsLine(view))).toBe(sentence);
  });
});

describe('the bots of a card', () => {
  const rows = () => [...document.querySelectorAll('.bots li')].map((row) => plain(row.textContent));

  test('are named on a click: which token, since when, by which way, and whether it is an older one', async () => {
    await open('bots_older');
    const line = screen.getByRole('button', { name: /1 of 3\sbots has the current token/ });
    expect(line.getAttribute('aria-expanded')).toBe('false');
    expect(rows()).toEqual([]);
    await fireEvent.click(line);
    expect(line.getAttribute('aria-expanded')).toBe('true');
    expect(rows()).toEqual([
      'hedger Token 212 since 08:40, over the socket Has it',
      'weekly-report Token 211 since 15 Nov 06:00, over HTTP Has an older token',
      'notebook.py Token 211 since 09:00 yesterday, in the terminal Has an older token',
    ]);
  });

  test('open and close with B', async () => {
    await open('bots');
    await fireEvent.keyDown(window, { key: 'b' });
    expect(rows()).toHaveLength(2);
    await fireEvent.keyDown(window, { key: 'B' });
    expect(rows()).toEqual([]);
  });

  test('of a card that is folded are on its page', async () => {
    const { backend, live } = await open('worst');
    const [zerodha, upstox] = live.snapshot?.accounts ?? [];
    if (!live.snapshot || !zerodha || !upstox) throw new Error('two accounts');
    backend.push({ ...live.snapshot, accounts: [{ ...zerodha, bots: [bot('hedger', 8.7)] }, upstox] });
    await settle();
    await fireEvent.keyDown(window, { key: '1' });
    await fireEvent.keyDown(window, { key: 'b' });
    await settle();
    expect(here.route).toEqual({ view: 'details', account: 'zerodha' });
    const section = screen.getByRole('region', { name: 'Bots' });
    expect(within(section).getByText('hedger')).toBeTruthy();
  });

  test('are not spoken of where no bot ever came', async () => {
    await open('calm');
    expect(document.querySelector('.bots')).toBeNull();
    await fireEvent.keyDown(window, { key: 'b' });
    expect(here.route).toEqual({ view: 'main', account: null });
    document.body.replaceChildren();
    await open('calm', { hash: '#details=upstox' });
    expect(screen.queryByRole('region', { name: 'Bots' })).toBeNull();
  });

  test('are seen without a session as well', async () => {
    await open('bots', { can: PAGE });
    expect(screen.getByRole('button', { name: /2\sbots have today’s token/ })).toBeTruthy();
  });
});
