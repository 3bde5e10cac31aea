/**
 * What the page knows: the newest snapshot, the moment, whether the line is up, and what was asked for and failed.
 *
 * Invariant: the moment runs on the program's clock, and ticks only while the page is seen: each second where seconds are
 * shown, else each minute. What this is not: a copy of the manager; whatever matters is asked for again.
 */

import { SvelteMap } from 'svelte/reactivity';
import { asFailure, type Backend, type Failure } from './backend';
import type { AccountView, Snapshot } from './bindings';
import { unless, type Wait } from './patience';
import { isShortDay, ms } from './time';
import { countsTo, SECONDS_BELOW, worst } from './top';
import { isWaiting } from './tone';

/** A smaller difference between the two clocks is only the way that the answer took. */
const CLOCK_SLACK = 2000;
const RETRY = 2000;
const SECOND = 1000;
const MINUTE = 60_000;

/** Something that was asked for and did not work. */
export interface Failed {
  /** Whose card shows it; null: the page. */
  account: string | null;
  failure: Failure;
}

export class Live {
  readonly backend: Backend;
  snapshot = $state.raw<Snapshot | null>(null);
  now = $state(Date.now());
  /** The same on this page's own clock, for what this page does itself. */
  here = $state(Date.now());
  /** The line is down; when it is tried again, on this page's clock. */
  lost = $state.raw<{ retryAt: number } | null>(null);
  failed = $state.raw<Failed | null>(null);
  /** What this page could do by its session, it cannot any more. */
  sessionOver = $state(false);
  /** What is on its way, by account and verb. */
  readonly #waits = new SvelteMap<string, AbortController>();
  #offset = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking: AbortController | undefined;
  #stop: (() => void) | undefined;
  readonly #seen = () => {
    if (document.visibilityState !== 'visible') return;
    this.#tick();
    void this.ask();
  };

  constructor(backend: Backend) {
    this.backend = backend;
  }

  /** Begins to follow; ends with what it returns. */
  start(): () => void {
    this.#stop = this.backend.changes((change) => {
      if ('snapshot' in change) this.#take(change.snapshot);
      else this.lost = change.lost;
      this.#tick();
    });
    const leave = this.backend.session?.follow((over) => (this.sessionOver = over));
    document.addEventListener('visibilitychange', this.#seen);
    void this.ask();
    this.#tick();
    return () => {
      clearTimeout(this.#timer);
      document.removeEventListener('visibilitychange', this.#seen);
      this.#stop?.();
      leave?.();
    };
  }

  /** Asks for everything once more. */
  async ask(): Promise<void> {
    if (this.#asking) return;
    const mine = (this.#asking = new AbortController());
    try {
      this.#take(await unless(mine.signal, this.backend.snapshot(mine.signal)));
    } catch {
      // A line with a retry of its own says when; otherwise the next tick asks again.
      if (!this.lost || !this.backend.reconnect) this.lost = { retryAt: Date.now() + RETRY };
    } finally {
      if (this.#asking === mine) this.#asking = undefined;
      this.#tick();
    }
  }

  /** Nobody waits for the answer any more: it counts as none. */
  leave(): void {
    this.#asking?.abort();
  }

  /** Tries the line at once. */
  retry(): void {
    this.lost = { retryAt: Date.now() };
    // One that hangs is no reason to ask nothing.
    this.leave();
    this.#asking = undefined;
    this.backend.reconnect?.();
    void this.ask();
  }

  /**
   * Does what was asked for. One at a time per account and verb; a "no" is kept until it is dismissed or done. Whoever
   * stops waiting, by the button's signal or by {@link wait}, is told that it may still be done, unless something else is
   * to be done then.
   */
  async act(
    account: string | null,
    verb: string,
    task: (signal: AbortSignal) => Promise<unknown>,
    { signal, whenStopped }: { signal?: AbortSignal | undefined; whenStopped?: () => void } = {},
  ): Promise<boolean> {
    const key = keyOf(account, verb);
    if (this.#waits.has(key)) return false;
    const wait = new AbortController();
    const stop = () => {
      wait.abort();
    };
    signal?.addEventListener('abort', stop);
    this.#waits.set(key, wait);
    this.failed = null;
    try {
      await unless(wait.signal, task(wait.signal));
      return true;
    } catch (thrown) {
      if (wait.signal.aborted && whenStopped) whenStopped();
      else this.failed = { account, failure: asFailure(thrown) };
      return false;
    } finally {
      signal?.removeEventListener('abort', stop);
      this.#waits.delete(key);
      if (!this.lost) void this.ask();
    }
  }

  /** What an account waits for. */
  waits(account: string): string[] {
    const of = keyOf(account, '');
    return [...this.#waits.keys()].filter((key) => key.startsWith(of)).map((key) => key.slice(of.length));
  }

  /** What ends the wait for it, while there is one. */
  wait(account: string | null, verb: string): Wait | undefined {
    return this.#waits.get(keyOf(account, verb));
  }

  account(id: string): AccountView | undefined {
    return this.snapshot?.accounts.find((account) => account.id === id);
  }

  #take(snapshot: Snapshot): void {
    const offset = ms(snapshot.now) - Date.now();
    this.#offset = Math.abs(offset) > CLOCK_SLACK ? offset : 0;
    this.snapshot = snapshot;
    this.lost = null;
  }

  #tick(): void {
    clearTimeout(this.#timer);
    this.here = Date.now();
    this.now = this.here + this.#offset;
    if (document.visibilityState !== 'visible') return;
    const overdue = this.snapshot !== null && this.now > dueAfter(this.snapshot) + SECOND / 2;
    const again = this.lost !== null && !this.backend.reconnect && Date.now() >= this.lost.retryAt;
    if (overdue || again) void this.ask();
    const step = this.lost || showsSeconds(this.snapshot, this.now) ? SECOND : MINUTE;
    this.#timer = setTimeout(
      () => {
        this.#tick();
      },
      step - (this.now % step),
    );
  }
}

function keyOf(account: string | null, verb: string): string {
  return `${account ?? ''} ${verb}`;
}

/** The next moment at which the program must have something new to say. */
function dueAfter(snapshot: Snapshot): number {
  const taken = ms(snapshot.now);
  const moments = snapshot.accounts.flatMap((account) => [
    ms(account.held_until) ?? 0,
    ms(account.work?.until ?? null) ?? 0,
    ms(account.readiness?.closes ?? null) ?? 0,
    ms(account.day.starts) + account.day.seconds * SECOND,
  ]);
  return Math.min(Infinity, ...moments.filter((moment) => moment > taken));
}

function showsSeconds(snapshot: Snapshot | null, now: number): boolean {
  if (!snapshot) return false;
  if (snapshot.accounts.some((account) => isWaiting(account) || isShortDay(account.day.seconds))) return true;
  const account = worst(snapshot);
  const end = account && countsTo(account);
  return typeof end === 'number' && end - now < SECONDS_BELOW + MINUTE;
}
