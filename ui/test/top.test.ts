import { fireEvent, screen, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { accounts, snapshot } from '../src/backends/scenes';
import { open, PAGE, pass, settle } from './stage';

const plain = (text: string | null | undefined) => (text ?? '').replaceAll('\u00a0', ' ');

describe('the badge', () => {
  test('counts seconds below three hours, and is told once a minute', async () => {
    await open('ends_soon');
    const badge = screen.getByRole('timer');
    expect(badge.textContent).toContain('2:10:12');
    expect(plain(badge.getAttribute('aria-label'))).toBe('Upstox: Ends soon, 2 h 10 min left');
    await pass(1000);
    expect(badge.textContent).toContain('2:10:11');
    await pass(11_000);
    expect(badge.textContent).toContain('2:10:00');
    expect(plain(badge.getAttribute('aria-label'))).toBe('Upstox: Ends soon, 2 h 10 min left');
  });

  test('counts minutes above three hours, and does not tick each second', async () => {
    const { live } = await open('calm');
    expect(plain(screen.getByRole('timer').textContent)).toContain('15 h 48 min');
    const before = live.now;
    await pass(5000);
    expect(live.now).toBe(before);
    await pass(60_000);
    expect(live.now).toBeGreaterThan(before);
    expect(plain(screen.getByRole('timer').textContent)).toContain('15 h 47 min');
  });

  test('names the account where there are several', async () => {
    await open('day');
    expect(screen.getByRole('timer').textContent).toContain('Zerodha');
  });
});

describe('the banner', () => {
  test.each([
    ['expired', 'alert', /Upstox expired at 03:30\. The market opens in 40 min/, 'Sign in now'],
    ['ended_early', 'alert', /Upstox refused the token at 10:40\. The market is open/, 'Sign in now'],
    ['last_hour', 'status', /Desk ends in 42 min\. Sign in now, and bots go on without a gap/, 'Sign in now'],
    ['last_hour_fixed', 'status', /Upstox ends in 42 min\. Nothing can extend it\. Sign in after 03:30/, null],
  ] as const)('of %s is a(n) %s', async (scene, role, text, button) => {
    await open(scene);
    const banner = document.querySelector('.banners .banner');
    expect(banner?.getAttribute('role')).toBe(role);
    expect(plain(banner?.textContent)).toMatch(text);
    expect(banner?.querySelector('button')?.textContent?.trim() ?? null).toBe(button);
  });

  test('names the broker as the one who refused, whatever its owner calls the account', async () => {
    const { backend } = await open('ended_early');
    backend.push(snapshot(10.69, [{ ...accounts.ended_early(), label: 'Mine' }]));
    await settle();
    expect(document.querySelector('.banners .banner')?.textContent).toContain('Upstox refused the token at 10:40.');
  });

  test('is absent while nothing is red', async () => {
    for (const scene of ['calm', 'ends_soon', 'signed_out', 'waiting', 'paused', 'not_verified', 'holiday_expired']) {
      await open(scene);
      expect(document.querySelector('.banners .banner'), scene).toBeNull();
      document.body.replaceChildren();
    }
  });

  test('starts the sign-in, and is gone while it waits', async () => {
    const { backend } = await open('expired');
    const button = document.querySelector<HTMLElement>('.banners button');
    await fireEvent.click(button as HTMLElement);
    await settle();
    expect(backend.calls).toEqual([['signIn', 'upstox']]);
    expect(document.querySelector('.banners .banner')).toBeNull();
    expect(screen.getByRole('progressbar')).toBeTruthy();
  });

  test('there is one at most: other notices are listed below', async () => {
    await open('notes');
    expect(document.querySelectorAll('.banners .banner')).toHaveLength(1);
    expect(screen.getByRole('heading', { name: 'Also' }).parentElement?.textContent).toContain('Port 8000 is taken');
  });

  test('names the place of a trouble once', async () => {
    await open('notes');
    expect(document.querySelector('.banners')?.textContent).toContain('config.yaml, line 7');
    const also = screen.getByRole('heading', { name: 'Also' }).parentElement;
    expect(also?.textContent?.match(/port 8000/gi)).toHaveLength(1);
  });

  test('a locked vault has one way out, and is gone once it is open', async () => {
    const { backend } = await open('locked');
    const button = document.querySelector<HTMLElement>('.banners .banner.soon button');
    expect(button?.textContent?.trim()).toBe('Unlock');
    await fireEvent.click(button as HTMLElement);
    await settle();
    expect(backend.calls).toEqual([['unlock']]);
    expect(screen.queryByText('The keyring is locked.')).toBeNull();
  });

  test('a locked vault keeps its way out below another banner', async () => {
    const { backend } = await open('locked_expired');
    expect(document.querySelector('.banners')?.textContent).not.toContain('Unlock');
    const also = screen.getByRole('heading', { name: 'Also' }).parentElement as HTMLElement;
    await fireEvent.click(within(also).getByRole('button', { name: 'Unlock' }));
    await settle();
    expect(backend.calls).toEqual([['unlock']]);
  });

  test('a page without a session offers neither to unlock nor to open settings', async () => {
    for (const scene of ['locked', 'secret_in_file']) {
      await open(scene, { can: PAGE });
      expect(document.querySelector('.banners .banner p')?.textContent, scene).toMatch(/locked|readable/);
      expect(document.querySelector('.banners button'), scene).toBeNull();
      document.body.replaceChildren();
    }
  });

  test('a secret in a file leads to where it can be copied', async () => {
    await open('secret_in_file');
    await fireEvent.click(screen.getByRole('button', { name: 'Open settings' }));
    await settle();
    expect(screen.getByRole('button', { name: 'Copy to the keyring' })).toBeTruthy();
  });

  test('a locked vault is said once', async () => {
    await open('locked');
    expect(screen.getAllByText('The keyring is locked.')).toHaveLength(1);
  });

  test('a vault in memory says so, and nothing is called saved', async () => {
    await open('memory');
    expect(screen.getByText('Tokens are kept in memory only.')).toBeTruthy();
    expect(screen.queryByText(/Sealed/)).toBeNull();
    expect(screen.getByText('Upstox said yes')).toBeTruthy();
    document.body.replaceChildren();
    await open('memory', { hash: '#details=upstox' });
    expect(screen.getByText('In memory only, gone when Daypass ends')).toBeTruthy();
    expect(screen.queryByText(/Sealed/)).toBeNull();
  });

  test('while nobody answers, says so and shows what is last known', async () => {
    await open('offline');
    await pass(100);
    expect(screen.getByText('Daypass does not answer.')).toBeTruthy();
    expect(screen.getByText('left, last known')).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Try now' }));
    await settle();
    expect(screen.queryByText('Daypass does not answer.')).toBeNull();
  });
});

describe('a practice day', () => {
  test('counts seconds everywhere, and writes no exchange clock', async () => {
    await open('practice_expired');
    const text = plain(document.querySelector('main')?.textContent);
    expect(text).toContain('Practice expired at 11:41:12.');
    expect(text.match(/The market opens in 1:35/g), 'banner and verdict agree').toHaveLength(2);
    expect(text).toContain('Next: sign in at 11:43:02');
    expect(text).not.toMatch(/IST|tomorrow|0\.0|NaN/);
    await pass(1000);
    expect(plain(document.querySelector('main')?.textContent).match(/opens in 1:34/g)).toHaveLength(2);
  });

  test('writes one end in one way, whichever side rounded it', async () => {
    const { live, backend } = await open('practice');
    const held = Date.parse(live.snapshot?.accounts[0]?.held_until ?? '');
    const early = { ...accounts.practice(), new_end: new Date(held - 500).toISOString() };
    backend.push(snapshot(11.7, [early]));
    await settle();
    const text = plain(screen.getByRole('article').textContent);
    expect(text).toContain('Ends soon, at 11:43:00');
    expect(text).toContain('A sign-in now would also end at 11:43:00.');
  });
});

describe('the day bar', () => {
  test('is one picture with a sentence, and its needle moves', async () => {
    await open('calm');
    const bar = screen.getByRole('img');
    expect(bar.getAttribute('aria-label')).toContain('Upstox, Valid');
    expect(bar.getAttribute('aria-label')).toContain('proven from 11:42 to 24:00');
    const needle = bar.querySelector<HTMLElement>('.now');
    expect(Number(needle?.style.getPropertyValue('--t'))).toBeCloseTo(11.7, 3);
    await pass(30 * 60_000);
    expect(Number(needle?.style.getPropertyValue('--t'))).toBeCloseTo(12.2, 1);
    const left = bar.querySelector<HTMLElement>('.left');
    expect(Number(left?.style.getPropertyValue('--from')), 'nothing behind the needle is ahead').toBeCloseTo(12.2, 1);
  });

  test('draws five lanes and counts the others', async () => {
    await open('many');
    expect(screen.getByRole('img').querySelectorAll('.lane')).toHaveLength(5);
    expect(screen.getByText('2 more')).toBeTruthy();
  });
});
