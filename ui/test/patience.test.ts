/** Each wait that lasts says so, and can be ended by whoever waits. */

import { fireEvent, screen } from '@testing-library/svelte';
import { expect, test, vi } from 'vitest';
import { noAnswer, type Backend } from '../src/backend';
import type { FakeBackend } from '../src/backends/fake';
import { SOON, unless } from '../src/patience';
import { open, pass, settle } from './stage';

/** No second half of a double press comes so late. */
const LATER = SOON + 300;
const never = () => new Promise<never>(() => undefined);
/** The last one: a question is below the button that asks it. */
const button = (name: string) => screen.getAllByRole<HTMLButtonElement>('button', { name }).at(-1) as HTMLButtonElement;

async function asking(): Promise<FakeBackend> {
  const { backend } = await open('not_verified');
  backend.probe = never;
  await fireEvent.click(button('Ask now'));
  return backend;
}

test('a wait that is soon over shows nothing', async () => {
  await asking();
  await pass(SOON - 1);
  expect(screen.queryByRole('button', { name: 'Stop: Ask now' })).toBeNull();
  await pass(1);
  expect(button('Stop: Ask now').textContent).toContain('Stop');
});

test('whoever stops a question is free to ask again, and told nothing: nothing was changed', async () => {
  await asking();
  await pass(LATER);
  await fireEvent.click(button('Stop: Ask now'));
  await settle();
  expect(button('Ask now').getAttribute('aria-busy')).toBe('false');
  expect(screen.queryByText('You stopped waiting.')).toBeNull();
});

test('Escape stops it too, and goes no further', async () => {
  await asking();
  await pass(LATER);
  const event = new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true });
  await fireEvent(button('Stop: Ask now'), event);
  await settle();
  expect(event.defaultPrevented).toBe(true);
  expect(button('Ask now').getAttribute('aria-busy')).toBe('false');
});

test('the second half of a slow double press stops nothing', async () => {
  await asking();
  await pass(SOON + 50);
  await fireEvent.click(button('Stop: Ask now'));
  await settle();
  expect(button('Stop: Ask now')).toBeTruthy();
});

test('whoever stops a sign-in calls it off', async () => {
  const { backend } = await open('signed_out');
  backend.signIn = never;
  await fireEvent.click(button('Sign in'));
  await pass(LATER);
  await fireEvent.click(button('Stop: Sign in'));
  await settle();
  expect(backend.calls).toEqual([['cancel', 'upstox']]);
});

test('whoever stops a change is told that it may be made all the same', async () => {
  const { backend } = await open('paused');
  backend.resume = never;
  await fireEvent.click(button('Resume'));
  await pass(LATER);
  await fireEvent.click(button('Stop: Resume'));
  await settle();
  expect(screen.getByText('You stopped waiting.')).toBeTruthy();
});

/** Questions that nobody answers, and what would call them off. */
function silent(backend: Backend) {
  const asked: AbortSignal[] = [];
  const hold = (signal?: AbortSignal) => {
    if (signal) asked.push(signal);
    return never();
  };
  backend.keys = hold;
  backend.log = (_, signal) => hold(signal);
  return asked;
}

test.each([
  ['pause', '#details=upstox', ['Pause', '1 hour']],
  ['signOut', '#details=upstox', ['Sign out', 'Sign out']],
  ['removeAccount', '#settings/accounts/upstox', ['Remove…', 'Remove it']],
] as const)('%s can be stopped, is told of, and can be asked for again', async (verb, hash, presses) => {
  const { backend } = await open('calm', { hash });
  const asked = vi.fn(never);
  backend[verb] = asked;
  for (const name of presses) await fireEvent.click(button(name));
  const last = presses[presses.length - 1] ?? '';
  await pass(LATER);
  await fireEvent.click(button(`Stop: ${last}`));
  await settle();
  expect(screen.getByText('You stopped waiting.')).toBeTruthy();
  await fireEvent.click(button(last));
  await settle();
  expect(asked).toHaveBeenCalledTimes(2);
});

test('whoever has stopped the practice broker is not taken to it later', async () => {
  const { backend } = await open('first');
  let added: (id: string) => void = () => undefined;
  backend.addPractice = () => new Promise((resolve) => (added = resolve));
  await fireEvent.click(button('Try with the practice broker'));
  await pass(LATER);
  await fireEvent.click(button('Stop: Try with the practice broker'));
  added('practice');
  await settle();
  expect(location.hash).toBe('');
});

test('a key that was pressed shows on its card', async () => {
  const { backend } = await open('calm');
  backend.pause = never;
  await fireEvent.keyDown(document.body, { key: 'p' });
  await pass(SOON);
  await fireEvent.click(button('Stop'));
  await settle();
  expect(screen.getByText('You stopped waiting.')).toBeTruthy();
});

test.each(['#settings/accounts', '#settings/accounts/upstox/edit'])(
  'settings that fail are told at %s',
  async (hash) => {
    const { backend } = await open('calm');
    backend.settings = () => Promise.reject(noAnswer());
    location.hash = hash;
    await settle();
    expect(screen.getByText('Daypass did not answer.')).toBeTruthy();
    expect(button('Try again')).toBeTruthy();
  },
);

test('what is slow to be read can be left, and asked for again', async () => {
  const { backend } = await open('calm', { hash: '#settings/general' });
  const answers = backend.log;
  const asked = silent(backend);
  location.hash = '#settings/log';
  await pass(LATER);
  await fireEvent.click(button('Stop'));
  await settle();
  expect(asked.map(({ aborted }) => aborted)).toEqual([true]);
  backend.log = answers;
  await fireEvent.click(button('Try again'));
  await settle();
  expect(screen.queryByText('You stopped waiting.')).toBeNull();
  expect(screen.getByRole('list', { name: 'Log' })).toBeTruthy();
});

test('a page that is left calls its question off', async () => {
  const { backend } = await open('calm');
  const asked = silent(backend);
  location.hash = '#settings/bots';
  await pass(0);
  expect(asked.map(({ aborted }) => aborted)).toEqual([false]);
  location.hash = '#settings/general';
  await pass(0);
  expect(asked.map(({ aborted }) => aborted)).toEqual([true]);
});

test('a setting that is slow to be saved says so, and can be left', async () => {
  const { backend } = await open('calm', { hash: '#settings/general' });
  backend.changeSettings = never;
  const input = screen.getByLabelText<HTMLInputElement>('Check every');
  await fireEvent.change(input, { target: { value: '20' } });
  await pass(SOON);
  await fireEvent.click(button('Stop'));
  await settle();
  expect(screen.getByText(/You stopped waiting/)).toBeTruthy();
  expect(input.getAttribute('aria-invalid')).toBe('false');
  expect(document.activeElement).toBe(input);
});

test('a first look that brings nothing can be ended', async () => {
  await open('loading');
  await pass(SOON);
  await fireEvent.click(button('Stop'));
  await settle();
  expect(screen.getByText('Daypass does not answer.', { exact: false })).toBeTruthy();
});

test('an end that comes after the stop changes nothing, and is no unhandled refusal', async () => {
  const wait = new AbortController();
  let refuse: (reason: Error) => void = () => undefined;
  const task = new Promise<never>((_, reject) => (refuse = reject));
  const waited = unless(wait.signal, task).catch((thrown: unknown) => thrown);
  wait.abort();
  expect(await waited).toMatchObject({ name: 'AbortError' });
  refuse(new Error('late'));
  await expect(task).rejects.toThrow('late');
});
