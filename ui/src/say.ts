/**
 * One account's card: which lines, and which one button, for each standing.
 *
 * Invariant: standing, level and times are Rust's; this only puts them into words. There is at most one primary action,
 * and it is one that this way in may do. What this is not: a place that knows a broker.
 */

import type { Can } from './backend';
import type { AccountView } from './bindings';
import { isCutoff } from './day';
import {
  atWhen,
  countdown,
  exchangeClock,
  isoSpan,
  isShortDay,
  ms,
  nearOrAt,
  onDayHere,
  since,
  span,
  when,
  whenHere,
} from './time';
import { isWaiting, word } from './tone';
import { words } from './words';

export type Verb = 'sign_in' | 'refresh' | 'probe' | 'copy_token' | 'copy_link' | 'cancel' | 'resume' | 'enter_keys';

export interface Action {
  verb: Verb;
  text: string;
  /** Accent tint: a thing that may be done now. */
  soft?: boolean;
}

export interface TimeLeft {
  text: string;
  unit: string;
  iso: string;
}

export interface Card {
  word: string;
  /** What follows the word. */
  rest: string;
  time: TimeLeft | null;
  proof: string;
  next: string;
  actions: Action[];
}

const said = words;

function left(account: AccountView, now: number): TimeLeft | null {
  const short = isShortDay(account.day.seconds);
  const text = (gap: number) => (short ? countdown(gap) : span(gap));
  if (account.work?.until && isWaiting(account)) {
    const gap = ms(account.work.until) - now;
    return { text: countdown(gap), unit: said.toGo, iso: isoSpan(gap) };
  }
  if (account.valid && account.held_until !== null) {
    const gap = ms(account.held_until) - now;
    return {
      text: text(gap),
      unit: account.standing === 'not_verified' ? said.lastKnown : said.left,
      iso: isoSpan(gap),
    };
  }
  const ended = account.standing === 'expired' || account.standing === 'ended_early';
  if (ended && account.ended_at !== null) {
    const gap = now - ms(account.ended_at);
    return { text: span(gap), unit: said.ago, iso: isoSpan(gap) };
  }
  return null;
}

function asEveryNight(account: AccountView, end: string): string {
  // A practice day has no night.
  return !isShortDay(account.day.seconds) && isCutoff(account.day, ms(end)) ? said.row.asEveryNight : '';
}

function validRow(account: AccountView, now: number): string {
  if (account.held_until === null) return account.renews ? said.row.renewsOn : said.row.noEnd;
  const time = when(account.held_until, now, account.day);
  return account.renews ? said.row.renewsUntil(time) : said.row.until(time);
}

function unverifiedRow(account: AccountView, now: number): string {
  const broker = account.broker_name;
  if (account.generation === 0) return said.row.unread;
  if (account.silent_since !== null) return said.row.silent(when(account.silent_since, now, account.day), broker);
  return account.last_probe?.outcome === 'invalid' ? said.row.saidNoOnce(broker) : said.row.notAsked(broker);
}

function workingRow(account: AccountView, now: number): string {
  const work = account.work;
  if (!work) return '';
  if (isWaiting(account)) return said.row.opened(whenHere(work.since, now, account.day));
  if (work.kind !== 'renewing') return '';
  const old = account.valid && account.expiry_time !== null;
  return (
    said.row.attempt(work.attempt, work.of) +
    (old ? said.row.oldGood(whenHere(account.expiry_time as string, now, account.day)) : '')
  );
}

function endedRow(account: AccountView, now: number): string {
  const { ended_at, expiry_time, day } = account;
  if (ended_at === null) return '';
  const gap = expiry_time === null ? 0 : ms(expiry_time) - ms(ended_at);
  if (account.standing === 'ended_early' && gap > 0) return said.row.tooEarly(span(gap));
  const ended = said.row.ended(atWhen(ended_at, now, day));
  return ended + (day.trades ? asEveryNight(account, ended_at) : said.row.notToday);
}

function rest(account: AccountView, now: number): string {
  const end = account.held_until;
  switch (account.standing) {
    case 'valid':
      return validRow(account, now);
    case 'ends_soon':
      return end === null ? '' : said.row.ends(atWhen(end, now, account.day)) + asEveryNight(account, end);
    case 'last_hour':
      return end === null ? '' : said.row.endsAt(atWhen(end, now, account.day)) + asEveryNight(account, end);
    case 'expired':
    case 'ended_early':
      return endedRow(account, now);
    case 'not_verified':
      return unverifiedRow(account, now);
    case 'working':
      return workingRow(account, now);
    case 'signed_out':
      if (account.missing.length > 0) return `${words.stop} ${account.missing.join(' ')}`;
      return account.generation === 0 ? said.row.neverSignedIn : words.stop;
    case 'paused': {
      const until = account.paused?.until ?? null;
      return until === null ? said.row.pausedOpen : said.row.pausedUntil(when(until, now, account.day));
    }
  }
}

function proof(account: AccountView, now: number): string {
  const work = account.work;
  if (work?.until && isWaiting(account)) return said.proof.listening(whenHere(work.until, now, account.day));
  if (work) return account.valid ? said.proof.oldKept : '';
  const probe = account.last_probe;
  if (!probe) return account.valid ? said.proof.never(account.broker_name) : '';
  const ago = since(probe.at, now);
  if (probe.outcome === 'valid') return said.proof.yes(account.broker_name, ago);
  if (probe.outcome === 'invalid') return said.proof.no(account.broker_name, ago);
  return said.proof.silent(account.broker_name, ago);
}

/** A broker rounds its ends: one and the same end is written in one way. */
function sameEnd({ held_until }: AccountView, end: string): string {
  return held_until !== null && Math.abs(ms(held_until) - ms(end)) < 1000 ? held_until : end;
}

/** `, after the 03:30 cut-off`, where the cut-off lies between now and then. */
function afterCutoff({ day }: AccountView, at: string, now: number): string {
  if (day.cut === null || isShortDay(day.seconds)) return '';
  const length = day.seconds * 1000;
  const today = ms(day.starts) + (day.cut / 24) * length;
  const cut = today > now ? today : today + length;
  return cut <= ms(at) ? said.next.afterCutoff(exchangeClock(cut, day)) : '';
}

/** What comes next, to follow "Next:". */
export function plan(account: AccountView, now: number, long = true): string {
  const { step, at } = account.next;
  if (step === 'ask_person' && at !== null && ms(at) - now >= 1000)
    return said.next.signIn(onDayHere(at, now, account.day)) + (long ? afterCutoff(account, at, now) : '');
  return said.next.step(step, at === null ? null : nearOrAt(at, now, account.day));
}

function next(account: AccountView, now: number): string {
  if (isWaiting(account)) return said.next.finishThere;
  if (account.standing === 'paused' && account.valid) return said.next.stillServed;
  if (account.standing === 'ended_early') return said.next.often;
  if (account.manual && account.standing !== 'working') return said.next.yourTurn;
  if (account.standing === 'signed_out' && account.missing.length > 0) return '';
  const { step, at } = account.next;
  if (at !== null && step === 'give_up') return said.next.givesUp(nearOrAt(at, now, account.day));
  // A token that could not be read yet is read again, not written.
  if (at !== null && step === 'save_again' && account.generation === 0)
    return said.next.readsAgain(nearOrAt(at, now, account.day));
  const pressing = account.standing === 'ends_soon' || account.standing === 'last_hour';
  const same = pressing && !account.useful ? account.new_end : null;
  // Both would say when the token ends.
  const bare = plan(account, now, same === null);
  const first = bare === '' ? '' : said.next.next(bare);
  if (same === null) return first;
  return `${first}${first === '' ? '' : `${words.stop} `}${said.next.sameEnd(atWhen(sameEnd(account, same), now, account.day))}`;
}

function act(verb: Verb, soft = false): Action {
  return soft ? { verb, text: said.act[verb], soft } : { verb, text: said.act[verb] };
}

function working(account: AccountView): Action[] {
  const kind = account.work?.kind;
  const link = account.work?.sign_in_url ? [act('copy_link')] : [];
  if (kind === 'waiting_for_browser' || kind === 'starting') return [...link, act('cancel')];
  return [];
}

function actions(account: AccountView, can: Can): Action[] {
  const calm = can.copyToken && account.valid ? act('copy_token') : act('probe');
  switch (account.standing) {
    case 'valid':
      return [calm];
    case 'ends_soon':
    case 'last_hour':
      return [account.useful ? act('sign_in', account.standing === 'ends_soon') : calm];
    case 'expired':
    case 'ended_early':
      return [account.day.trades ? { verb: 'sign_in', text: said.act.sign_in_now } : act('sign_in')];
    case 'not_verified':
      return [account.generation === 0 ? act('sign_in') : act('probe')];
    case 'working':
      return working(account);
    case 'signed_out':
      if (account.missing.length > 0) return can.accounts ? [act('enter_keys', true)] : [];
      return [act('sign_in')];
    case 'paused':
      return can.pause ? [act('resume')] : [];
  }
}

export function card(account: AccountView, now: number, can: Can): Card {
  return {
    word: word(account),
    rest: rest(account, now),
    time: left(account, now),
    proof: proof(account, now),
    next: next(account, now),
    actions: actions(account, can),
  };
}
