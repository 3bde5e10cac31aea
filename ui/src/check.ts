/**
 * The look at this computer before the next open, line by line.
 *
 * Invariant: what was found, and whether it can cost the session, is Rust's; each line has a shape, a word and a colour.
 * What this is not: a look at anything.
 */

import type { AccountView, Finding } from './bindings';
import { phaseOf } from './session';
import { dayName } from './time';
import type { GlyphName, Tone } from './tone';
import { fine } from './trouble';
import { words } from './words';

const said = words.check;

export interface Line {
  key: string;
  tone: Tone;
  glyph: GlyphName;
  word: string;
  name: string;
  /** What was seen, or what is wrong. */
  seen: string;
  todo: string;
  small: string;
}

function line({ aspect, problem, risk, seen }: Finding): Line {
  const name = said.aspects[aspect];
  if (!problem) return { key: aspect, tone: 'ok', glyph: 'ok', word: said.fine, name, seen, todo: '', small: '' };
  const [tone, glyph, word] = risk
    ? (['urgent', 'urgent', said.risk] as const)
    : (['soon', 'note', said.note] as const);
  return { key: aspect, tone, glyph, word, name, seen: problem.what, todo: problem.todo, small: fine(problem) };
}

export function linesOf({ check }: AccountView): Line[] {
  return (check?.findings ?? []).map(line);
}

export function hasRisk({ check }: AccountView): boolean {
  return check?.findings.some(({ problem, risk }) => risk && problem !== null) ?? false;
}

/** Once today's session is over, and whenever something can cost the next one. */
export function isDue(account: AccountView, now: number): boolean {
  return account.check !== null && (phaseOf(account, now) === 'later' || hasRisk(account));
}

/** `Tomorrow’s open`, `Monday’s open`; a session that is open has no open to come. */
export function titleOf(account: AccountView, now: number): string {
  if (phaseOf(account, now) === 'open') return said.titleOpen;
  return account.readiness ? said.title(dayName(account.readiness.opens, now)) : said.titleNext;
}
