/**
 * The day bar: hours on the exchange's clock, from Rust, with the needle between two snapshots.
 *
 * Invariant: nothing that is left of the needle is drawn as being ahead. What this is not: a calendar; every position
 * comes from the day view.
 */

import type { AccountView, DayView, SpanView } from './bindings';
import { hourText, isShortDay, longDate, ms } from './time';
import { look, word, type Tone } from './tone';
import { words } from './words';

/** More lanes than this are counted, not drawn. */
export const MOST_LANES = 5;
/** Hours that a mark's words take on the narrowest bar. */
const MARK_WIDTH = 3.2;
/** Hours on each side of the needle's tag that must be free of other numbers. */
const TAG_WIDTH = 2.1;
/** The hour at which the zone's word at the end of the bar begins. */
const ZONE_FROM = 21.1;

/** What a lane is drawn from. */
export type OnBar = Pick<AccountView, 'id' | 'label' | 'standing' | 'work' | 'missing' | 'day'>;

export interface Lane {
  id: string;
  name: string;
  tone: Tone;
  spans: SpanView[];
  goesOn: boolean;
  cut: number | null;
}

/** The needle: 0 to 24. */
export function hoursAt(day: DayView, now: number): number {
  return Math.min(24, Math.max(0, ((now - ms(day.starts)) / (day.seconds * 1000)) * 24));
}

/** Whether two accounts can be drawn on one bar. */
export function sameDay(one: DayView, other: DayView): boolean {
  return one.starts === other.starts && one.seconds === other.seconds && one.zone === other.zone;
}

/** The spans as they are now: what the needle has passed is used. */
export function spansAt(spans: SpanView[], needle: number): SpanView[] {
  return spans.flatMap((span) => {
    if ((span.kind !== 'left' && span.kind !== 'hope') || span.from >= needle) return [span];
    const used: SpanView = { from: span.from, to: Math.min(span.to, needle), kind: 'spent' };
    return span.to <= needle ? [used] : [used, { ...span, from: needle }];
  });
}

export function lane(account: OnBar, needle: number): Lane {
  return {
    id: account.id,
    name: account.label,
    tone: look(account.standing).tone,
    spans: spansAt(account.day.spans, needle),
    goesOn: account.day.goes_on,
    cut: account.day.cut,
  };
}

export interface Mark {
  at: number;
  text: string;
  word: string;
  side: 'pre' | 'post';
  mine: boolean;
}

/** The words above the bar. A mark that would lie on another one is left out; its line in the bar stays. */
export function marks(day: DayView): Mark[] {
  const mark = (at: number, name: string, side: Mark['side'], mine = false): Mark => ({
    at,
    text: hourText(at),
    word: name,
    side,
    mine,
  });
  const { ready, open, close, cut } = day;
  const all: Mark[] = [];
  if (ready !== null) all.push(mark(ready, words.day.ready, 'pre', true));
  if (open !== null) all.push(mark(open, words.day.open, 'post'));
  if (close !== null) all.push(mark(close, words.day.close, close > 24 - MARK_WIDTH ? 'pre' : 'post'));
  if (cut === null) return all;
  const first = (ready ?? open ?? 24 + MARK_WIDTH) - MARK_WIDTH;
  const last = (close ?? 24) + MARK_WIDTH;
  if (cut <= first || cut >= last + MARK_WIDTH)
    all.unshift(mark(cut, words.day.cut, cut < MARK_WIDTH - 0.4 ? 'post' : 'pre'));
  return all;
}

/** The numbers under the bar that the needle's tag leaves room for; the zone's word is at one end. */
export function axis(day: DayView, needle: number): { at: number; text: string; end: boolean }[] {
  const zone = isShortDay(day.seconds) ? '' : ` ${day.zone_word}`;
  const zoneAtEnd = needle < ZONE_FROM - TAG_WIDTH + 0.7;
  return [0, 6, 12, 18, 24]
    .filter((at) => (at === 24 ? zoneAtEnd : Math.abs(at - needle) > TAG_WIDTH + (at === 0 && !zoneAtEnd ? 1.5 : 0)))
    .map((at) => {
      const zoned = at === 24 || (at === 0 && !zoneAtEnd);
      return { at, text: String(at).padStart(2, '0') + (zoned ? zone : ''), end: at === 24 };
    });
}

/** The tag stays inside the bar. */
export function tagAt(needle: number): number {
  return Math.min(22.6, Math.max(1.4, needle));
}

function laneSentence(account: OnBar, needle: number): string {
  const parts = spansAt(account.day.spans, needle)
    // A sliver is seen, not told.
    .filter((span) => span.to - span.from > 0.02)
    .map((span) => words.day.kinds[span.kind](hourText(span.from), hourText(span.to)));
  if (account.day.goes_on) parts.push(words.day.goesOn);
  return `${account.label}, ${word(account)}: ${parts.join(', ')}.`;
}

/** Everything that the bar shows, as a sentence. */
export function sentence(accounts: OnBar[], day: DayView, now: number): string {
  const needle = hoursAt(day, now);
  const zone = isShortDay(day.seconds) ? '' : ` ${day.zone_word}`;
  const lanes = accounts.map((account) => laneSentence(account, needle)).join(' ');
  return words.day.label(longDate(now, day.zone), hourText(needle) + zone, lanes, sessionSentence(day));
}

function sessionSentence({ ready, open, close, why }: DayView): string {
  if (open === null || close === null) return words.day.noSession(why);
  return words.day.session(hourText(ready ?? open), hourText(open), hourText(close));
}

/** Whether this end is the broker's daily cut-off. */
export function isCutoff(day: DayView, end: number): boolean {
  if (day.cut === null) return false;
  const hours = ((end - ms(day.starts)) / (day.seconds * 1000)) * 24;
  const away = Math.abs((((hours % 24) + 24) % 24) - day.cut);
  return Math.min(away, 24 - away) < 0.02;
}
