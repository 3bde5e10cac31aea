/**
 * How it goes with the places that an account's tokens are put in: one line for each.
 *
 * Invariant: a place is said to have the token only while that token is valid. What this is not: when it is tried again;
 * that is Rust's.
 */

import type { AccountView, OutletView } from './bindings';
import { whenHere } from './time';
import type { GlyphName, Tone } from './tone';
import { words } from './words';

const said = words.outlets;

export interface OutletLine {
  kind: string;
  name: string;
  target: string;
  tone: Tone;
  glyph: GlyphName;
  word: string;
  /** Which token is there since when; what went wrong and what to do. */
  text: string;
}

const looks: Record<keyof typeof said.states, { tone: Tone; glyph: GlyphName }> = {
  delivered: { tone: 'ok', glyph: 'ok' },
  ended: { tone: 'out', glyph: 'out' },
  delivering: { tone: 'work', glyph: 'work' },
  waiting: { tone: 'idle', glyph: 'out' },
  failed: { tone: 'soon', glyph: 'note' },
};

export function outletLine(outlet: OutletView, account: AccountView, now: number): OutletLine {
  const state = outlet.state === 'delivered' && !account.valid ? 'ended' : outlet.state;
  const parts: string[] = [];
  if (outlet.problem) parts.push(outlet.problem.what, outlet.problem.todo);
  if (outlet.next_try !== null) parts.push(said.again(whenHere(outlet.next_try, now, account.day)));
  if (outlet.problem === null && outlet.generation > 0 && outlet.at !== null)
    parts.push(said.took(outlet.generation, whenHere(outlet.at, now, account.day)));
  const { kind, name, target } = outlet;
  return { kind, name, target, ...looks[state], word: said.states[state], text: parts.join(' ') };
}

export function outletLines(account: AccountView, now: number): OutletLine[] {
  return account.outlets.map((outlet) => outletLine(outlet, account, now));
}
