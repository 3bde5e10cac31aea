import { clearMocks, mockIPC, mockWindows } from '@tauri-apps/api/mocks';
import { afterEach, expect, test } from 'vitest';
import { TauriBackend } from '../src/backends/tauri';

afterEach(() => {
  clearMocks();
});

function record(): [string, unknown][] {
  const calls: [string, unknown][] = [];
  mockIPC((command, args) => {
    calls.push([command, args]);
    return 1;
  });
  return calls;
}

test('a window hears only what is meant for it', () => {
  mockWindows('settings', 'main');
  const calls = record();
  const backend = new TauriBackend();
  backend.onShowAccount(() => undefined);
  backend.changes(() => undefined);
  const heard = calls.map(([, args]) => args as { event: string; target: unknown });
  expect(heard.map(({ event }) => event)).toEqual(['show_account', 'snapshot']);
  for (const { target } of heard) expect(target).toEqual({ kind: 'WebviewWindow', label: 'settings' });
});

test('a look around is one command', async () => {
  const calls = record();
  await new TauriBackend().lookAround('upstox');
  expect(calls).toEqual([['look_around', { account: 'upstox' }]]);
});

test('keys are three commands, and the new one goes out by name and accounts alone', async () => {
  const calls = record();
  const backend = new TauriBackend();
  await backend.keys();
  await backend.makeKey({ name: 'screener', accounts: ['upstox'] });
  await backend.revokeKey('k7Qx2');
  expect(calls).toEqual([
    ['keys', {}],
    ['make_key', { key: { name: 'screener', accounts: ['upstox'] } }],
    ['revoke_key', { id: 'k7Qx2' }],
  ]);
});
