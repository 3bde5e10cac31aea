/**
 * The two sentences above the day bar: how everybody stands for the session at hand, and what the market does next.
 *
 * Invariant: who is ready, at risk or not ready, and why, is Rust's answer; the worst of them speaks. What this is not: a
 * second opinion about it, or about the calendar.
 */

import type { AccountView, Ready, Snapshot, Standing } from './bindings';
import { phaseOf } from './session';
import { atWhen, countdown, hourText, isShortDay, list, ms, onDay, span, when } from './time';
import { worst } from './top';
import { words } from './words';

const DAY = 24 * 3_600_000;
const said = words.verdict;

function names(accounts: AccountView[]): string {
  return list(accounts.map((account) => account.label));
}

function stands(accounts: AccountView[], state: Ready): AccountView[] {
  return accounts.filter((account) => account.readiness?.state === state);
}

function are(accounts: AccountView[], ...standings: Standing[]): AccountView[] {
  return accounts.filter((account) => standings.includes(account.standing));
}

/** A day on which nobody's market opens. */
function isClosed(accounts: AccountView[]): boolean {
  return accounts.every((account) => !account.day.trades);
}

/** A person is needed, or a token could not be read: said before anything else on a day of trading. */
function needed(active: AccountView[]): string | null {
  const need = are(active, 'expired', 'ended_early');
  if (need.length > 0) return said.needs(names(need), need.length);
  const unread = are(active, 'not_verified').filter((account) => !account.valid);
  return unread.length > 0 ? said.unverified(names(unread), unread.length) : null;
}

/** Those whose token is fine and does not last through the session. */
function tooShort(active: AccountView[], now: number): string | null {
  const short = stands(active, 'not_ready').filter((account) => account.valid);
  const [first] = short;
  if (!first) return null;
  if (phaseOf(first, now) === 'open') return said.beforeClose(names(short), short.length);
  const ready = stands(active, 'ready');
  if (ready.length > 0) return said.readyNotYet(names(ready), ready.length, names(short), short.length);
  const from = first.readiness?.sign_in_from ?? null;
  if (short.length === 1 && from !== null && ms(from) > now) return said.after(when(from, now, first.day));
  return said.notYet(names(short), short.length);
}

function atRisk(active: AccountView[]): string | null {
  const [first] = stands(active, 'at_risk');
  const why = first?.readiness?.why ?? null;
  if (!first || why === null) return null;
  return active.length === 1 ? said.risk(why) : said.riskOf(first.label, why);
}

function onTheWay(active: AccountView[]): string | null {
  const busy = are(active, 'working').filter((account) => !account.valid);
  if (busy.length > 0) return said.signingIn(names(busy), busy.length);
  const bare = are(active, 'signed_out').filter((account) => account.missing.length > 0);
  if (bare.length > 0) return said.notSetUp(names(bare), bare.length);
  const fresh = are(active, 'signed_out').filter((account) => account.generation === 0);
  return fresh.length > 0 ? said.firstSignIn(names(fresh), fresh.length) : null;
}

function closed({ calendar, day }: AccountView): string {
  const exchange = calendar.exchanges[0];
  return day.why !== null && exchange !== undefined ? said.closedFor(exchange, day.why) : said.closedToday;
}

/** How things stand for the session at hand, in one sentence. */
export function verdict(snapshot: Snapshot, now: number): string {
  const active = snapshot.accounts.filter((account) => account.standing !== 'paused');
  const main = active.find((account) => account.id === worst(snapshot)?.id) ?? active[0];
  if (!main) return said.allPaused;
  // On a day without trading nobody is called for what is only missing today.
  if (isClosed(active)) return atRisk(active) ?? onTheWay(active) ?? closed(main);
  const sentence = needed(active) ?? tooShort(active, now) ?? atRisk(active) ?? onTheWay(active);
  if (sentence !== null) return sentence;
  const out = are(active, 'signed_out');
  if (out.length > 0) return said.signedOut(names(out), out.length);
  const phase = phaseOf(main, now);
  return phase === 'open' ? said.readyClose : phase === 'none' ? said.calm : said.readyOpen;
}

/** What the market does next, on this account's clock. */
export function marketSentence(account: AccountView, now: number): string {
  const { day, readiness } = account;
  const short = isShortDay(day.seconds);
  if (!readiness) return withoutSession(account);
  const phase = phaseOf(account, now);
  const at = ms(phase === 'open' ? readiness.closes : readiness.opens);
  if (phase === 'later' && !short && (!day.trades || at - now >= DAY)) {
    return said.opensOn(onDay(readiness.opens, now, day));
  }
  const gap = short ? countdown(at - now) : span(at - now);
  const sentence = (phase === 'open' ? said.closes : said.opens)(gap, atWhen(at, now, day));
  return phase !== 'later' && day.why !== null ? said.because(sentence, day.why) : sentence;
}

function withoutSession({ day }: AccountView): string {
  if (isShortDay(day.seconds)) return said.practiceDay(span(day.seconds * 1000));
  if (day.open === null || day.close === null) return said.noSession;
  return said.closed(hourText(day.open), hourText(day.close), day.zone_word);
}
