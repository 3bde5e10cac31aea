import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { expect, test, vi } from 'vitest';
import * as clipboard from '../src/clipboard';
import { open, pass, settle } from './stage';

function shown(): string[] {
  return screen.queryAllByRole('listitem').map((line) => line.querySelector('span')?.textContent ?? '');
}

async function opened() {
  const stage = await open('calm', { hash: '#settings/log' });
  await pass(0);
  await settle();
  return stage;
}

test('the log shows what happens, the newest first, and leaves details out', async () => {
  await opened();
  const lines = shown().filter((text) => text.includes('account='));
  expect(lines[0]).toContain('The broker says yes');
  expect(lines.some((text) => text.includes('Exchanging the code'))).toBe(false);
});

test('the log is filtered by level and by words, once somebody has stopped typing', async () => {
  const { backend } = await opened();
  const asked = vi.spyOn(backend, 'log');
  await fireEvent.change(screen.getByLabelText('Show'), { target: { value: 'error' } });
  await pass(200);
  expect(shown().filter((text) => text.includes('account='))).toHaveLength(1);
  for (const text of ['n', 'no', 'no such']) {
    await fireEvent.input(screen.getByLabelText('Words in it'), { target: { value: text } });
  }
  await pass(200);
  expect(screen.getByText('No line has these words.')).toBeTruthy();
  expect(asked).toHaveBeenCalledTimes(2);
});

test('a report goes to the clipboard', async () => {
  const copied = vi.spyOn(clipboard, 'copyText').mockResolvedValue(true);
  await opened();
  screen.getByRole('button', { name: 'Copy report' }).click();
  await settle();
  expect(copied).toHaveBeenCalledWith(expect.stringContaining('Daypass 0.1.0'));
});

test('a notification can be tried', async () => {
  const { backend } = await open('calm', { hash: '#settings/notifications' });
  screen.getByRole('button', { name: 'Send a test' }).click();
  await settle();
  expect(backend.calls).toContainEqual(['testNotification']);
  await waitFor(() => expect(screen.getAllByText('Sent')).toHaveLength(2));
});
