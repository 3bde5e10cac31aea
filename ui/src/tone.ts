/**
 * Shape, colour and word of each standing; they always travel together.
 *
 * Invariant: every standing of Rust has exactly one of each. What this is not: a rule about when a standing applies.
 */

import type { AccountView, Standing } from './bindings';
import { words } from './words';

/** The level classes of the stylesheet. */
export type Tone = 'ok' | 'soon' | 'urgent' | 'expired' | 'work' | 'out' | 'unknown' | 'idle';
export type GlyphName =
  'brand' | 'ok' | 'soon' | 'urgent' | 'expired' | 'work' | 'out' | 'unknown' | 'pause' | 'lock' | 'note';

const looks: Record<Standing, { tone: Tone; glyph: GlyphName }> = {
  expired: { tone: 'expired', glyph: 'expired' },
  ended_early: { tone: 'expired', glyph: 'expired' },
  last_hour: { tone: 'urgent', glyph: 'urgent' },
  not_verified: { tone: 'unknown', glyph: 'unknown' },
  ends_soon: { tone: 'soon', glyph: 'soon' },
  working: { tone: 'work', glyph: 'work' },
  signed_out: { tone: 'out', glyph: 'out' },
  valid: { tone: 'ok', glyph: 'ok' },
  paused: { tone: 'out', glyph: 'pause' },
};

export function look(standing: Standing): { tone: Tone; glyph: GlyphName } {
  return looks[standing];
}

/** The word for where an account stands. */
export function word(account: Pick<AccountView, 'standing' | 'work' | 'missing'>): string {
  if (account.standing === 'working' && account.work) return words.working[account.work.kind];
  if (account.standing === 'signed_out' && account.missing.length > 0) return words.notSetUp;
  return words.standing[account.standing];
}

/** Red: it moves to the top, and healthy accounts fold. */
export function isRed(standing: Standing): boolean {
  return standing === 'expired' || standing === 'ended_early' || standing === 'last_hour';
}

/** A sign-in that waits for a person. */
export function isWaiting(account: AccountView): boolean {
  return account.work?.kind === 'starting' || account.work?.kind === 'waiting_for_browser';
}
