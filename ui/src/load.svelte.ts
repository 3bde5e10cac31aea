/**
 * Something that a page asks for, and asks for again.
 *
 * Invariant: the newest question alone is answered; an older one is called off. What was there stays while it is asked for
 * again. What this is not: a change of anything; those are acts of {@link Live}.
 */

import { asFailure } from './backend';
import type { Problem } from './bindings';
import { unless } from './patience';

export class Load<T> {
  value = $state.raw<T | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** It is on its way. */
  waiting = $state(false);
  /** Somebody did not want to wait for it. */
  stopped = $state(false);
  #wait: AbortController | undefined;

  /** True if this question was answered. */
  async ask(question: (signal: AbortSignal) => Promise<T>): Promise<boolean> {
    this.leave();
    const { signal } = (this.#wait = new AbortController());
    [this.waiting, this.stopped, this.problem] = [true, false, null];
    try {
      const value = await unless(signal, question(signal));
      this.value = value;
      return true;
    } catch (thrown) {
      if (!signal.aborted) this.problem = asFailure(thrown).problem;
      return false;
    } finally {
      if (!signal.aborted) this.waiting = false;
    }
  }

  /** Nobody waits any more, and somebody says so. */
  stop(): void {
    this.leave();
    [this.waiting, this.stopped] = [false, true];
  }

  /** Nobody looks any more. */
  leave(): void {
    this.#wait?.abort();
  }
}
