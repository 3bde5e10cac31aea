/**
 * What stands above the cards: the badge, the one banner, and the verdict's two sentences.
 *
 * Invariant: badge and banner are about the account that Rust calls the worst; there is one banner at most. What this is
 * not: a second opinion about levels.
 */

import type { AccountView, Snapshot } from './bindings';
import { hoursAt, isCutoff } from './day';
import type { Action } from './say';
import { atWhen, countdown, hourText, isoSpan, isShortDay, list, ms, nearOrAt, span, when } from './time';
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
  const phase = marketPhase(account, now);
  if (phase === 'before') {
    const gap = momentOf(account, account.day.open) - now;
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
  if (account.standing === 'last_hour') return lastHour(account, now);
  const at = account.ended_at === null ? '' : atWhen(account.ended_at, now, account.day);
  const early = account.standing === 'ended_early';
  return {
    account: account.id,
    tone: 'expired',
    glyph: 'expired',
    title: early ? words.banner.refused(account.label, at) : words.banner.expired(account.label, at),
    text: marketLine(account, now) + words.banner.noToken,
    action: { verb: 'sign_in', text: words.act.sign_in_now },
  };
}

/** The moment of a position on this account's bar. */
function momentOf(account: AccountView, hours: number): number {
  return ms(account.day.starts) + (hours / 24) * account.day.seconds * 1000;
}

/** Where the market is on its own day; on a day without trading nothing is said about the open. */
export function marketPhase(account: AccountView, now: number): 'before' | 'open' | 'after' | 'closed' {
  const { day } = account;
  if (!day.trades) return 'closed';
  const needle = hoursAt(day, now);
  return needle < day.open ? 'before' : needle < day.close ? 'open' : 'after';
}

function names(accounts: AccountView[]): string {
  return list(accounts.map((account) => account.label));
}

function isShort(account: AccountView, now: number): boolean {
  const phase = marketPhase(account, now);
  if (phase !== 'before' && phase !== 'open') return false;
  return account.held_until !== null && ms(account.held_until) < momentOf(account, account.day.close);
}

/** How things stand for today's market, in one sentence. */
export function verdict(snapshot: Snapshot, now: number): string {
  const { verdict: said } = words;
  const active = snapshot.accounts.filter((account) => account.standing !== 'paused');
  const main = worst(snapshot);
  if (active.length === 0 || !main) return said.allPaused;
  const are = (...standings: AccountView['standing'][]) =>
    active.filter((account) => standings.includes(account.standing));
  const need = are('expired', 'ended_early');
  if (need.length > 0) return said.needs(names(need), need.length);
  const unsure = are('not_verified');
  if (unsure.length > 0) return said.unverified(names(unsure), unsure.length);
  const short = active.filter((account) => account.valid && isShort(account, now));
  const ready = active.filter((account) => account.valid && !short.includes(account));
  const phase = marketPhase(main, now);
  if (short.length > 0) {
    if (phase === 'open') return said.beforeClose(names(short), short.length);
    return ready.length > 0
      ? said.readyNotYet(names(ready), ready.length, names(short), short.length)
      : said.notYet(names(short), short.length);
  }
  const busy = active.filter((account) => account.standing === 'working' && !account.valid);
  if (busy.length > 0) return said.signingIn(names(busy), busy.length);
  const bare = are('signed_out').filter((account) => account.missing.length > 0);
  if (bare.length > 0) return said.notSetUp(names(bare), bare.length);
  const fresh = are('signed_out').filter((account) => account.generation === 0);
  if (fresh.length > 0) return said.firstSignIn(names(fresh), fresh.length);
  const out = are('signed_out');
  if (out.length > 0) return said.signedOut(names(out), out.length);
  return phase === 'before' ? said.readyOpen : phase === 'open' ? said.readyClose : said.calm;
}

/** What the market does next, on the worst account's clock. */
export function marketSentence(account: AccountView, now: number): string {
  const { day } = account;
  const { verdict: said } = words;
  const phase = marketPhase(account, now);
  if (phase === 'before' || phase === 'open') {
    const at = momentOf(account, phase === 'before' ? day.open : day.close);
    const gap = isShortDay(day.seconds) ? countdown(at - now) : span(at - now);
    return (phase === 'before' ? said.opens : said.closes)(gap, atWhen(at, now, day));
  }
  if (isShortDay(day.seconds)) return said.practiceDay(span(day.seconds * 1000));
  return said.closed(hourText(day.open), hourText(day.close), day.zone_word);
}
