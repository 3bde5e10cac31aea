/**
 * What stands above the cards: the badge and the one banner. The verdict's two sentences are in `verdict.ts`.
 *
 * Invariant: badge and banner are about the account that Rust calls the worst; there is one banner at most. What this is
 * not: a second opinion about levels.
 */

import type { AccountView, Snapshot } from './bindings';
import { isCutoff } from './day';
import type { Action } from './say';
import { phaseOf } from './session';
import { atWhen, countdown, isoSpan, isShortDay, ms, nearOrAt, span, when } from './time';
import { isRed, isWaiting, look, word, type GlyphName, type Tone } from './tone';
import { words } from './words';

/** The badge counts seconds below this. */
export const SECONDS_BELOW = 3 * 3_600_000;

export function worst(snapshot: Snapshot): AccountView | null {
  return snapshot.accounts.find((account) => account.id === snapshot.worst) ?? null;
}

export interface Badge {
  tone: Tone;
  glyph: GlyphName;
  label: string;
  /** The counting part, if it counts. */
  left: { text: string; iso: string } | null;
  /** What a screen reader says; it changes once a minute. */
  aria: string;
}

/** What the badge counts down to. */
export function countsTo(account: AccountView): number | null {
  if (account.standing === 'working') return isWaiting(account) ? ms(account.work?.until ?? null) : null;
  const counting = ['last_hour', 'ends_soon', 'valid'].includes(account.standing);
  return counting ? ms(account.held_until) : null;
}

export function badge(snapshot: Snapshot, now: number): Badge | null {
  const account = worst(snapshot);
  if (!account) return null;
  const { tone, glyph } = look(account.standing);
  const alone = snapshot.accounts.length === 1;
  const end = countsTo(account);
  if (end === null) {
    const state = word(account);
    const text =
      account.standing === 'expired'
        ? words.badge.expired(account.label)
        : account.standing === 'ended_early'
          ? words.badge.ended(account.label)
          : alone
            ? state
            : `${account.label}: ${state}`;
    return { tone, glyph, label: text, left: null, aria: words.badge.still(account.label, state) };
  }
  const gap = end - now;
  const text = gap < SECONDS_BELOW ? countdown(gap) : span(gap);
  const aria = words.badge.timer(account.label, word(account), span(gap));
  return { tone, glyph, label: alone ? '' : account.label, left: { text, iso: isoSpan(gap) }, aria };
}

export interface Banner {
  account: string;
  tone: 'expired' | 'urgent';
  glyph: GlyphName;
  title: string;
  text: string;
  action: Action | null;
}

function marketLine(account: AccountView, now: number): string {
  const phase = phaseOf(account, now);
  if (phase === 'before' && account.readiness) {
    const gap = ms(account.readiness.opens) - now;
    return `${words.banner.opensIn(isShortDay(account.day.seconds) ? countdown(gap) : span(gap))} `;
  }
  return phase === 'open' ? `${words.banner.marketOpen} ` : '';
}

function lastHour(account: AccountView, now: number): Banner {
  const end = account.held_until;
  const gap = end === null ? 0 : ms(end) - now;
  const title = words.banner.lastHour(account.label, isShortDay(account.day.seconds) ? countdown(gap) : span(gap));
  const base = { account: account.id, tone: 'urgent', glyph: 'urgent', title } as const;
  if (!account.useful && end !== null && isCutoff(account.day, ms(end))) {
    return { ...base, text: words.banner.nothingExtends(when(end, now, account.day)), action: null };
  }
  if (account.next.step === 'renew') {
    const at = account.next.at === null ? null : nearOrAt(account.next.at, now, account.day);
    return { ...base, text: words.banner.byItself(at), action: { verb: 'refresh', text: words.act.refresh } };
  }
  if (!account.useful) return { ...base, text: '', action: null };
  return { ...base, text: words.banner.signInBy, action: { verb: 'sign_in', text: words.act.sign_in_now } };
}

/** Soft at red, filled once the token has ended. */
export function banner(snapshot: Snapshot, now: number): Banner | null {
  const account = worst(snapshot);
  if (!account || !isRed(account.standing)) return null;
  // The end of every night is nothing to be called for on a day on which nothing trades.
  if (account.standing === 'expired' && !account.day.trades) return null;
  if (account.standing === 'last_hour') return lastHour(account, now);
  const at = account.ended_at === null ? '' : atWhen(account.ended_at, now, account.day);
  const early = account.standing === 'ended_early';
  return {
    account: account.id,
    tone: 'expired',
    glyph: 'expired',
    title: early ? words.banner.refused(account.broker_name, at) : words.banner.expired(account.label, at),
    text: marketLine(account, now) + words.banner.noToken,
    action: { verb: 'sign_in', text: words.act.sign_in_now },
  };
}
