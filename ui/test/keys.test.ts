import { fireEvent, screen, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { Failure } from '../src/backend';
import { problem } from '../src/backends/scenes';
import { here } from '../src/route.svelte';
import { open, PAGE, pass, settle } from './stage';

const hash = '#settings/bots';
const plain = (text: string | null | undefined) => (text ?? '').replaceAll('\u00a0', ' ').replace(/\s+/g, ' ').trim();
const rows = () =>
  [...document.querySelectorAll('.keylist tbody tr')].map((row) =>
    [...row.querySelectorAll('td')].slice(0, 4).map((cell) => plain(cell.textContent)),
  );

async function press(name: string | RegExp) {
  await fireEvent.click(screen.getByRole('button', { name }));
  await settle();
}

async function fill(name: string) {
  await press('Add a bot');
  await fireEvent.input(screen.getByLabelText('Name of the bot'), { target: { value: name } });
}

describe('the keys of bots', () => {
  test('are listed with their accounts, when they were made and when they were last used', async () => {
    await open('bots', { hash });
    expect(rows()).toEqual([
      ['nifty-straddle', 'Upstox', '10 Nov', '3 min ago'],
      ['hedger', 'Upstox and zerodha', '10 Nov', '3 h 1 min ago'],
      ['weekly-report', 'All accounts', '25 Oct', 'Never'],
    ]);
  });

  test('are followed while the page is open', async () => {
    const { backend, live } = await open('calm', { hash });
    expect(screen.getByText(/No key yet/)).toBeTruthy();
    await backend.makeKey({ name: 'from the terminal', accounts: null });
    if (live.snapshot) backend.push({ ...live.snapshot });
    await settle();
    expect(rows().map(([name]) => name)).toEqual(['from the terminal']);
  });

  test('a new one is for all accounts unless some are chosen', async () => {
    const { backend } = await open('day', { hash });
    await fill(' screener ');
    await press('Make a key');
    await fill('hedger');
    await fireEvent.click(screen.getByLabelText('Only these'));
    await press('Make a key');
    expect(screen.getByRole('alert').textContent).toBe('Choose an account.');
    await fireEvent.click(screen.getByLabelText('Zerodha'));
    await press('Make a key');
    expect(backend.calls).toEqual([
      ['makeKey', { name: 'screener', accounts: null }],
      ['makeKey', { name: 'hedger', accounts: ['zerodha'] }],
    ]);
    expect(rows().map(([name, use]) => [name, use])).toEqual([
      ['screener', 'All accounts'],
      ['hedger', 'Zerodha'],
    ]);
  });

  test('one without a name is not made', async () => {
    const { backend } = await open('calm', { hash });
    await fill('  ');
    await press('Make a key');
    expect(screen.getByRole('alert').textContent?.trim()).toBe('Enter a name.');
    expect(document.activeElement).toBe(screen.getByLabelText('Name of the bot'));
    expect(backend.calls).toEqual([]);
  });

  test('a new one is said to be on the clipboard, and no longer than it is', async () => {
    await open('calm', { hash });
    await fill('screener');
    await press('Make a key');
    expect(plain(screen.getByRole('status').textContent)).toBe(
      'The key for “screener” is on the clipboard, for 2 min. Paste it into your bot’s settings now; it cannot be ' +
        'shown again.In the terminal, “daypass keys make NAME” prints one.',
    );
    expect(screen.queryByLabelText('Name of the bot')).toBeNull();
    await pass(119_000);
    expect(screen.getByRole('status').textContent).toContain('on the clipboard');
    await pass(1_000);
    expect(screen.getByRole('status').textContent?.trim()).toBe('');
  });

  test('a no keeps the form, and says why', async () => {
    const { backend } = await open('calm', { hash });
    backend.makeKey = () =>
      Promise.reject(new Failure('bad_input', problem('name', 'That name is taken.', 'Choose another one.')));
    await fill('screener');
    await press('Make a key');
    expect(screen.getByText('That name is taken.')).toBeTruthy();
    expect(screen.getByLabelText<HTMLInputElement>('Name of the bot').value).toBe('screener');
    expect(screen.queryByText(/on the clipboard/)).toBeNull();
  });

  test('are revoked only after it was asked once more, in their place', async () => {
    const { backend } = await open('bots', { hash });
    await press('Revoke the key of hedger');
    const ask = screen.getByRole('group', { name: 'Revoke the key of “hedger”?' });
    expect(backend.calls).toEqual([]);
    await fireEvent.click(within(ask).getByRole('button', { name: 'Keep it' }));
    expect(screen.queryByRole('group', { name: /^Revoke the key/ })).toBeNull();
    await press('Revoke the key of hedger');
    await press('Revoke it');
    expect(backend.calls).toEqual([['revokeKey', 'km9Fa']]);
    expect(rows().map(([name]) => name)).toEqual(['nifty-straddle', 'weekly-report']);
  });

  test('that cannot be read are not shown as none', async () => {
    const { backend } = await open('calm');
    backend.keys = () =>
      Promise.reject(new Failure('internal', problem('keys', 'The keys cannot be read.', 'Mend the file.')));
    here.go(hash);
    await settle();
    expect(screen.getByText('The keys cannot be read.')).toBeTruthy();
    expect(screen.queryByText(/No key yet/)).toBeNull();
  });

  test('are a matter of the terminal on a page without a session', async () => {
    await open('calm', { can: PAGE, hash: '#details=upstox' });
    const section = screen.getByRole('region', { name: 'Bots' });
    expect(section.textContent).toContain('daypass keys make NAME');
    expect(within(section).queryByRole('button')).toBeNull();
  });
});
