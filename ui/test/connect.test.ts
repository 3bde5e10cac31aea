import { fireEvent, screen, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { account, scenes, work } from '../src/backends/scenes';
import { phase, stages } from '../src/connect/stages';
import { here, parse } from '../src/route.svelte';
import { open, PAGE, settle } from './stage';

const press = async (name: string | RegExp) => {
  await fireEvent.click(screen.getByRole('button', { name }));
  await settle();
};
const type = (label: RegExp, value: string) => fireEvent.input(screen.getByLabelText(label), { target: { value } });
const step = () => document.querySelector('.steps [aria-current="step"]')?.textContent?.trim();
const plain = (element: Element | null) => (element?.textContent ?? '').replaceAll('\u00a0', ' ').trim();

describe('a broker', () => {
  test('is chosen by what it does at night, and then asked for its keys', async () => {
    await open('first', { hash: '#connect' });
    expect(step()).toBe('Broker');
    const options = screen.getAllByRole('radio');
    expect(options.map((one) => plain(one.closest('label')))).toEqual([
      expect.stringMatching(/^Upstox Ends every token at 03:30/),
      expect.stringMatching(/^Another broker/),
      'Practice broker No account needed: a whole day takes ten minutes.',
    ]);
    await press('Continue');
    expect(step()).toBe('Keys');
    expect(document.activeElement).toBe(screen.getByRole('heading', { name: 'Keys from Upstox' }));
    expect(here.route).toEqual({ view: 'connect', broker: 'upstox', account: null });
    await fireEvent.click(screen.getAllByRole('button', { name: 'Back' })[1] as HTMLElement);
    await settle();
    expect(step()).toBe('Broker');
  });

  test('to practise with needs no keys', async () => {
    const { backend } = await open('first', { hash: '#connect' });
    await fireEvent.click(screen.getByRole('radio', { name: /Practice/ }));
    await press('Continue');
    expect(backend.calls).toEqual([['addPractice'], ['signIn', 'practice']]);
    expect(step()).toBe('Sign in');
  });

  test('is no step of a page that may add no accounts', async () => {
    await open('first', { hash: '#connect', can: PAGE });
    expect(document.querySelector('.steps')).toBeNull();
    expect(screen.getByText('No account yet')).toBeTruthy();
  });
});

describe('its keys', () => {
  test('begin with the redirect URI, to be copied, and are judged before they go out', async () => {
    const { backend } = await open('first', { hash: '#connect=upstox' });
    const labels = [...document.querySelectorAll('.step .body > .field label')].map(plain);
    expect(labels.slice(0, 3)).toEqual(['1 · Redirect URI', '2 · API key', '3 · API secret']);
    expect(screen.getByRole('button', { name: 'Copy' })).toBeTruthy();
    await press('Save and sign in');
    expect(screen.getAllByText('This is needed.')).toHaveLength(2);
    expect(document.activeElement).toBe(screen.getByLabelText(/API key/));
    await type(/Redirect URI/, 'localhost/callback');
    expect(screen.getByText(/Enter an address such as/)).toBeTruthy();
    expect(backend.calls).toEqual([]);
  });

  test('are there again after a step back, and Escape leaves the field first', async () => {
    await open('first', { hash: '#connect=upstox' });
    await type(/API key/, 'made-up-key');
    const field = screen.getByLabelText<HTMLInputElement>(/API key/);
    field.focus();
    await fireEvent.keyDown(field, { key: 'Escape' });
    await settle();
    expect([step(), document.activeElement]).toEqual(['Keys', document.body]);
    await fireEvent.click(screen.getAllByRole('button', { name: 'Back' })[1] as HTMLElement);
    await settle();
    await press('Continue');
    expect(screen.getByLabelText<HTMLInputElement>(/API key/).value).toBe('made-up-key');
    await fireEvent.keyDown(document.body, { key: 'Escape' });
    await settle();
    expect(here.route).toEqual({ view: 'main', account: null });
  });

  test('that take long to be saved call nobody back who has left', async () => {
    const { backend } = await open('first', { hash: '#connect=upstox' });
    const put = backend.putAccount.bind(backend);
    let answer: () => void = () => undefined;
    backend.putAccount = async (added) => {
      await new Promise<void>((resolve) => (answer = resolve));
      return put(added);
    };
    await type(/API key/, 'made-up-key');
    await type(/API secret/, 'made-up-secret');
    await press('Save and sign in');
    await press('Close');
    answer();
    await settle();
    expect(backend.calls.map(([done]) => done)).toEqual(['putAccount']);
    expect(here.route.view).toBe('main');
  });

  test('are saved, and the sign-in begins', async () => {
    const { backend } = await open('first', { hash: '#connect=upstox' });
    const secret = screen.getByLabelText<HTMLInputElement>(/API secret/);
    expect(secret.type).toBe('password');
    await type(/API key/, 'made-up-key');
    await type(/API secret/, 'made-up-secret');
    await press('Save and sign in');
    const fields = {
      client_id: 'made-up-key',
      redirect_uri: 'http://localhost:5001/callback',
      user: '',
      base_url: '',
      exchanges: '',
    };
    const secrets = { client_secret: 'made-up-secret' };
    expect(backend.calls).toEqual([
      ['putAccount', { id: null, label: 'Upstox', broker: 'upstox', secrets, fields }],
      ['signIn', 'upstox'],
    ]);
    expect(here.route).toEqual({ view: 'connect', broker: null, account: 'upstox' });
    expect(step()).toBe('Sign in');
    expect(document.body.innerHTML).not.toContain('made-up-secret');
  });
});

describe('the sign-in', () => {
  test('counts down, can be opened again, copied, pasted and cancelled', async () => {
    const { backend } = await open('waiting', { hash: '#connect/upstox' });
    expect(plain(screen.getByRole('timer'))).toMatch(/^\d:\d\d$/);
    expect(screen.getByText('to finish in your browser')).toBeTruthy();
    const all = within(screen.getByRole('list', { name: 'How far it has come' })).getAllByRole('listitem');
    expect(all.map((one) => one.getAttribute('aria-current'))).toEqual([null, 'step', null, null]);
    await press('Open again');
    expect(screen.getByRole('button', { name: 'Copy link' })).toBeTruthy();
    expect(screen.getByLabelText('Paste the whole address it ended on')).toBeTruthy();
    await press('Cancel');
    expect(backend.calls.map(([done]) => done)).toEqual(['openUrl', 'cancel']);
    await press('Sign in');
    expect(backend.calls.at(-1)).toEqual(['signIn', 'upstox']);
  });

  test('that failed says why, and what mends it', async () => {
    const { backend } = await open('key_refused', { hash: '#connect/upstox' });
    expect(screen.getByRole('status').textContent).toContain('Upstox refused');
    expect(screen.queryByRole('list', { name: 'How far it has come' })).toBeNull();
    expect(screen.getByRole('link', { name: 'Check the keys' }).getAttribute('href')).toBe(
      '#settings/accounts/upstox/edit',
    );
    await press('Sign in again');
    expect(backend.calls).toEqual([['signIn', 'upstox']]);
  });

  test('that could not begin says so where it was asked for', async () => {
    const { backend } = await open('port_taken', { hash: '#connect/upstox' });
    await press(/^Sign in/);
    expect(backend.calls).toEqual([]);
    expect(screen.getAllByText(/taken/).length).toBeGreaterThan(0);
  });

  test('that nobody has confirmed is not called done', async () => {
    const { backend } = await open('not_verified', { hash: '#connect/upstox' });
    expect(screen.queryByRole('heading', { name: /is connected/ })).toBeNull();
    expect(document.querySelector('.pass')).toBeNull();
    await press('Ask now');
    expect(backend.calls).toEqual([['probe', 'upstox']]);
  });

  test('is cancelled by Escape, which does not leave it', async () => {
    const { backend } = await open('waiting', { hash: '#connect/upstox' });
    await fireEvent.keyDown(document.body, { key: 'Escape' });
    await settle();
    expect(backend.calls).toEqual([['cancel', 'upstox']]);
    expect(step()).toBe('Sign in');
    expect(document.activeElement).toBe(screen.getByRole('heading', { level: 2 }));
  });

  test('that worked shows until when, and leads to the account', async () => {
    await open('calm', { hash: '#connect/upstox' });
    expect(screen.getByRole('heading', { name: 'Upstox is connected' })).toBeTruthy();
    expect(plain(document.querySelector('.pass'))).toContain('Valid until 03:30 tomorrow');
    await press('Done');
    expect(here.route).toEqual({ view: 'main', account: 'upstox' });
  });

  test('goes through four stages', () => {
    const at = (over: Parameters<typeof account>[0]) => stages(account(over)).findIndex(({ state }) => state === 'now');
    const working = (kind: Parameters<typeof work>[0]) => ({ valid: false, work: work(kind, 0, 5) });
    expect(at(working('starting'))).toBe(0);
    expect(at(working('waiting_for_browser'))).toBe(1);
    expect(at(working('exchanging'))).toBe(2);
    expect(at(working('proving'))).toBe(2);
    expect(at({ valid: true, verified: false, work: null }), 'not proven yet').toBe(2);
    expect(at({ valid: true, verified: true, work: null }), 'done').toBe(-1);
    expect(phase(account({ valid: false, work: null }))).toBe('failed');
    expect(phase(account({ valid: true, verified: false, work: null }))).toBe('unproven');
  });
});

test('the steps have addresses', () => {
  const none = { broker: null, account: null };
  expect(parse('#connect')).toEqual({ view: 'connect', ...none });
  expect(parse('#connect=oauth2')).toEqual({ view: 'connect', ...none, broker: 'oauth2' });
  expect(parse('#connect/my%20one')).toEqual({ view: 'connect', ...none, account: 'my one' });
  expect(scenes['first']).toBeDefined();
});
