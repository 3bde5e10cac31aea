/**
 * Where an account's session at hand lies: Rust's times, put beside the moment of now.
 *
 * Invariant: no hour is known here. What this is not: an answer to whether anybody is ready; that is Rust's too.
 */

import type { AccountView } from './bindings';
import { ms } from './time';

/** `before` and `open` are today's; `later` is a session of another day; `none`: no session is known to come. */
export type Phase = 'before' | 'open' | 'later' | 'none';

export function phaseOf({ readiness, day }: AccountView, now: number): Phase {
  if (!readiness) return 'none';
  if (now >= ms(readiness.opens)) return now < ms(readiness.closes) ? 'open' : 'later';
  const midnight = ms(day.starts) + day.seconds * 1000;
  return ms(readiness.opens) < midnight ? 'before' : 'later';
}
