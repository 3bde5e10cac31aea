/** A page on a scene, with the clock standing at the scene's moment. */

import { render } from '@testing-library/svelte';
import { flushSync } from 'svelte';
import { vi } from 'vitest';
import App from '../src/App.svelte';
import { FakeBackend } from '../src/backends/fake';
import { scenes } from '../src/backends/scenes';
import { EVERYTHING, NOTHING_MORE, type Can } from '../src/backend';
import { Live } from '../src/live.svelte';
import { here } from '../src/route.svelte';

/** A page without a session. */
export const PAGE = NOTHING_MORE;

export async function open(scene: string, { can = EVERYTHING, hash = '' }: { can?: Can; hash?: string } = {}) {
  const now = scenes[scene]?.().now;
  vi.useFakeTimers({ now: now === undefined ? 0 : Date.parse(now) });
  here.go(hash);
  const backend = new FakeBackend(scene, can);
  const live = new Live(backend);
  render(App, { live });
  await settle();
  return { backend, live };
}

/** Lets answers arrive and the page follow. */
export async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
  flushSync();
}

export async function pass(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds);
  flushSync();
}
