/**
 * What the history view draws, from what the program has written down.
 *
 * Invariant: nothing is counted that Rust has counted; lines are only put together, dated and worded. What this is not: a
 * judgement; whether a session was ready is said by Rust.
 */

import type { DaySum, History, HistoryLine, Strip } from '../bindings';
import { calendarDate, clockHere, dayHeading, ms, shortSpan, span } from '../time';
import type { GlyphName, Tone } from '../tone';
import { words } from '../words';

/** So many days are drawn, today among them. */
export const DAYS = 30;

const HOUR = 3_600_000;
type HandOut = Extract<HistoryLine, { happened: 'handed_out' }>;
/** Programs that take a token within this time of each other are one line. */
const TOGETHER = 10 * 60_000;
/** A shorter silence is not worth a word. */
const SILENCE = 10 * 60_000;

export interface Item {
  key: string;
  at: string;
  time: string;
  glyph: GlyphName;
  tone: Tone;
  text: string;
}

export interface Group {
  title: string;
  items: Item[];
}

type Said = [GlyphName, Tone, string];

const said = words.history.activity.happened;

/** Shape, level and words of a line; null: not worth one unless everything is wanted. */
function word(line: HistoryLine, broker: string, again: boolean, all: boolean): Said | null {
  switch (line.happened) {
    case 'signed_in':
      return ['ok', 'ok', said.signedIn(shortSpan(line.took_ms))];
    case 'sign_in_failed':
      return ['urgent', 'urgent', said.signInFailed(line.what)];
    case 'renewed':
      return ['ok', 'ok', said.renewed];
    case 'renewal_failed':
      return ['soon', 'soon', said.renewalFailed(line.attempt, line.of)];
    case 'probed':
      if (line.outcome === 'unknown') return ['unknown', 'unknown', said.silent(broker)];
      if (line.outcome === 'invalid') return ['urgent', 'urgent', said.no(broker)];
      if (again) return ['ok', 'ok', said.again(broker)];
      return all ? ['ok', 'ok', said.yes(broker)] : null;
    case 'refused':
      return ['expired', 'expired', said.refused(broker)];
    case 'ended':
      return ['expired', 'idle', said.ended];
    case 'handed_out':
      return ['ok', 'ok', said.took(line.to)];
    case 'readiness':
      if (line.state === 'not_ready') return ['urgent', 'urgent', said.notReady];
      if (line.state === 'at_risk') return ['soon', 'soon', said.atRisk];
      return all ? ['ok', 'ok', said.ready] : null;
    case 'manual':
      return ['urgent', 'urgent', said.manual];
    case 'signed_out':
      return ['out', 'out', said.signedOut];
    case 'paused':
      return ['pause', 'out', said.paused];
    case 'resumed':
      return ['ok', 'ok', said.resumed];
    case 'told':
      return all ? ['note', 'idle', said.told] : null;
    case 'started':
      return all ? ['note', 'idle', said.started] : null;
    default:
      // Written by a newer program than this page.
      return all ? ['note', 'idle', (line as HistoryLine).sentence] : null;
  }
}

function isSilence(line: HistoryLine): boolean {
  return line.happened === 'probed' && line.outcome === 'unknown';
}

/** Whether the broker was silent just before this probe. */
function endsSilence(entries: HistoryLine[], index: number): boolean {
  const before = entries.slice(index + 1).find((line) => line.happened === 'probed');
  return before !== undefined && isSilence(before);
}

/** The list, newest first, by local day. A silence that goes on is one line, and so are programs that came together. */
export function activity(entries: HistoryLine[], broker: string, now: number, all: boolean): Group[] {
  const groups: Group[] = [];
  let took: { line: HandOut; item: Item; count: number } | null = null;
  for (const [index, line] of entries.entries()) {
    const again = line.happened === 'probed' && line.outcome === 'valid' && endsSilence(entries, index);
    if (!all && isSilence(line) && endsSilence(entries, index)) continue;
    if (!all && line.happened === 'handed_out') {
      if (took && took.line.generation === line.generation && ms(took.line.at) - ms(line.at) < TOGETHER) {
        took.count += 1;
        took.item.text = said.manyTook(took.count);
        continue;
      }
    }
    const found = word(line, broker, again, all);
    if (!found) continue;
    const [glyph, tone, text] = found;
    const item: Item = { key: `${line.at} ${index}`, at: line.at, time: clockHere(line.at), glyph, tone, text };
    if (line.happened === 'handed_out') took = { line, item, count: 1 };
    const title = dayHeading(line.at, now);
    const last = groups.at(-1);
    if (last?.title === title) last.items.push(item);
    else groups.push({ title, items: [item] });
  }
  return groups;
}

/** How long that part of a day is, in milliseconds. */
function length(strip: Strip, held: Strip['stretches'][number]['held']): number {
  const parts = strip.stretches.filter((part) => part.held === held);
  return parts.reduce((sum, part) => sum + (part.to - part.from) * HOUR, 0);
}

/** What is to be said beside a day, and how bad it is. */
export function note(strip: Strip): { text: string; tone: Tone } | null {
  const first = strip.stretches.find((part) => part.held === 'missing');
  if (first) {
    const gap = span(length(strip, 'missing'));
    const late = strip.opens !== null && Math.abs(first.from - strip.opens) < 0.02;
    return { text: late ? words.history.strips.late(gap) : words.history.strips.gap(gap), tone: 'urgent' };
  }
  const silent = length(strip, 'unproven');
  return silent >= SILENCE ? { text: words.history.strips.silent(span(silent)), tone: 'idle' } : null;
}

/** The longest time that was missing in one session. */
export function worstGap(strips: Strip[]): { text: string; day: string } | null {
  const gaps = strips.map((strip) => ({ gap: length(strip, 'missing'), day: strip.day })).filter(({ gap }) => gap > 0);
  const worst = gaps.sort((one, other) => other.gap - one.gap)[0];
  return worst ? { text: span(worst.gap), day: calendarDate(worst.day) } : null;
}

/** The strips as one sentence. */
export function stripsLabel({ strips, totals }: History): string {
  const worst = worstGap(strips);
  const said = words.history.strips;
  const last = worst ? said.worst(worst.text, worst.day) : '';
  return said.label(strips.length, totals.sessions_ready, totals.sessions, last).trim();
}

/** What a chart is drawn from: days, oldest first, and a value for those that have one. */
export interface Series {
  days: string[];
  values: (number | null)[];
}

export function series(strips: Strip[], sums: DaySum[], pick: (sum: DaySum) => number | null): Series {
  const byDay = new Map(sums.map((sum) => [sum.day, sum]));
  const days = strips.map((strip) => strip.day).reverse();
  return {
    days,
    values: days.map((day) => {
      const sum = byDay.get(day);
      return sum ? pick(sum) : null;
    }),
  };
}

/** The share of renewals that worked on a day, in percent. */
export function renewed({ renewals, renewals_failed }: DaySum): number | null {
  const all = renewals + renewals_failed;
  return all === 0 ? null : (renewals / all) * 100;
}
