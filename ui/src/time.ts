/**
 * Times and spans for people, by Intl, in the local zone.
 *
 * Two clocks, one rule: a bare time is local; a time with a zone's word is exchange time, and it is written only where
 * the two differ. Spans are rounded down: nobody is promised a minute too much. What this is not: a source of time; the
 * moment of now always comes in as milliseconds.
 */

import { words } from './words';

/** The exchange's zone, as the day view names it. `seconds` below a real day marks a practice day. */
export interface Exchange {
  zone: string;
  zone_word: string;
  seconds: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A day this short has no exchange clock worth reading: its times are only seconds apart. */
const SHORT_DAY_SECONDS = 20 * 3600;

const locale = words.locale;
const nb = '\u00a0';
const formats = new Map<string, Intl.DateTimeFormat>();

function format(key: string, zone: string | undefined, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const name = `${key} ${zone ?? ''}`;
  let made = formats.get(name);
  if (!made) {
    made = new Intl.DateTimeFormat(locale, zone === undefined ? options : { ...options, timeZone: zone });
    formats.set(name, made);
  }
  return made;
}

/** Forgets the local zone: for when the computer travels, and for tests. */
export function zoneChanged(): void {
  formats.clear();
}

/** RFC 3339 to milliseconds; null stays null. */
export function ms(at: string): number;
export function ms(at: string | null): number | null;
export function ms(at: string | null): number | null {
  return at === null ? null : Date.parse(at);
}

export function isShortDay(seconds: number): boolean {
  return seconds < SHORT_DAY_SECONDS;
}

/** `1 h 48 min`, `42 min`, `4 d 3 h`, `50 s`. */
export function span(milliseconds: number): string {
  const all = Math.max(0, milliseconds);
  const part = (count: number, unit: string) => `${count}${nb}${unit}`;
  const { d, h, min, s } = words.units;
  if (all < MINUTE) return part(Math.floor(all / 1000), s);
  if (all < HOUR) return part(Math.floor(all / MINUTE), min);
  const [big, small, bigUnit, smallUnit] =
    all < DAY
      ? [Math.floor(all / HOUR), Math.floor((all % HOUR) / MINUTE), h, min]
      : [Math.floor(all / DAY), Math.floor((all % DAY) / HOUR), d, h];
  return small === 0 ? part(big, bigUnit) : `${part(big, bigUnit)} ${part(small, smallUnit)}`;
}

/** The same, in seconds while there are few: `94 s`. */
export function shortSpan(milliseconds: number): string {
  return milliseconds < 2 * MINUTE ? `${Math.floor(milliseconds / 1000)}${nb}${words.units.s}` : span(milliseconds);
}

/** `1:47:32`, `2:41`. */
export function countdown(milliseconds: number): string {
  const all = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (part: number) => String(part).padStart(2, '0');
  const [h, m, s] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** ISO 8601, for the datetime attribute. */
export function isoSpan(milliseconds: number): string {
  const all = Math.max(0, Math.floor(milliseconds / 1000));
  return `PT${Math.floor(all / 3600)}H${Math.floor(all / 60) % 60}M${all % 60}S`;
}

/** `4 min ago`, `just now`. */
export function since(at: string, now: number): string {
  const past = now - ms(at);
  return past < MINUTE ? words.time.justNow : words.time.ago(span(past));
}

function clock(at: number, zone?: string, seconds = false): string {
  const options: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
  if (seconds) options.second = '2-digit';
  return format(seconds ? 'clock-s' : 'clock', zone, options).format(at);
}

/** `2026-11-19` in that zone. */
function date(at: number, zone?: string): string {
  const parts = format('date', zone, { year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(at);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}`;
}

/** Whole days between two dates of one zone. */
function days(at: number, now: number, zone?: string): number {
  return Math.round((Date.parse(date(at, zone)) - Date.parse(date(now, zone))) / DAY);
}

function weekday(at: number, zone?: string): string {
  return format('weekday', zone, { weekday: 'short' }).format(at);
}

/** `03:30`, `03:30 tomorrow`, `Mon 10:05`, `24 Nov 10:05`, local. */
function local(at: number, now: number, seconds: boolean): string {
  const time = clock(at, undefined, seconds);
  const away = days(at, now);
  if (away === 0) return time;
  if (away === 1) return words.time.day(time, words.time.tomorrow);
  if (away === -1) return words.time.day(time, words.time.yesterday);
  if (away > 1 && away < 7) return `${weekday(at)} ${time}`;
  return `${format('day', undefined, { day: 'numeric', month: 'short' }).format(at)} ${time}`;
}

/** Whether both clocks show another time of day or another date. */
function differs(at: number, exchange: Exchange): boolean {
  return (
    !isShortDay(exchange.seconds) && (clock(at) !== clock(at, exchange.zone) || date(at) !== date(at, exchange.zone))
  );
}

/** A local time, and after it the exchange's where that differs. */
function withExchange(here: string, moment: number, exchange: Exchange): string {
  if (!differs(moment, exchange)) return here;
  const otherDay = date(moment) !== date(moment, exchange.zone) ? `${weekday(moment, exchange.zone)}${nb}` : '';
  return words.time.both(here, words.time.zoned(otherDay + clock(moment, exchange.zone), exchange.zone_word));
}

/** `06:00 tomorrow · 03:30 IST`: local, and the exchange's where that differs. */
export function when(at: string | number, now: number, exchange: Exchange): string {
  const moment = typeof at === 'number' ? at : ms(at);
  return withExchange(local(moment, now, isShortDay(exchange.seconds)), moment, exchange);
}

/** `at 08:30`, `tomorrow at 08:30`, `on Wednesday at 08:30`: local, for what happens on this computer. */
export function onDayHere(at: string, now: number, exchange: Exchange): string {
  const moment = ms(at);
  const time = clock(moment, undefined, isShortDay(exchange.seconds));
  const away = days(moment, now);
  if (away === 0) return words.time.at(time);
  return words.time.dayAt(away === 1 ? words.time.tomorrow : words.time.onDay(farDay(moment, away)), time);
}

/** The same with the exchange's time: `on Wednesday at 11:45 · 09:15 IST`. */
export function onDay(at: string, now: number, exchange: Exchange): string {
  return withExchange(onDayHere(at, now, exchange), ms(at), exchange);
}

function farDay(moment: number, away: number): string {
  return away > 1 && away < 7
    ? format('long-weekday', undefined, { weekday: 'long' }).format(moment)
    : format('day', undefined, { day: 'numeric', month: 'short' }).format(moment);
}

/** `tomorrow`, `today`, `Monday`, `2 Dec`: the local day of a moment, as a name. */
export function dayName(at: string, now: number): string {
  const away = days(ms(at), now);
  if (away === 0) return words.time.today;
  return away === 1 ? words.time.tomorrow : farDay(ms(at), away);
}

/** `24 Nov`, local. */
export function shortDate(at: string): string {
  return format('day', undefined, { day: 'numeric', month: 'short' }).format(ms(at));
}

/** `03:30`, or `03:30 IST` where the clock here says something else at that moment. */
export function exchangeClock(at: number, exchange: Exchange): string {
  const time = clock(at, exchange.zone);
  return differs(at, exchange) ? words.time.zoned(time, exchange.zone_word) : time;
}

/** The local clock alone, for what happens on this computer and not at the exchange. */
export function whenHere(at: string, now: number, exchange: Exchange): string {
  return local(ms(at), now, isShortDay(exchange.seconds));
}

/** `at 06:00 · 03:30 IST`, or `Mon 10:05`: ready to follow a verb. */
export function atWhen(at: string | number, now: number, exchange: Exchange): string {
  return words.time.at(when(at, now, exchange));
}

/** `in 26 min` where it is near, else a clock time. */
export function nearOrAt(at: string, now: number, exchange: Exchange): string {
  const left = ms(at) - now;
  if (left < 1000) return words.time.atOnce;
  return left < HOUR ? words.time.in(span(left)) : atWhen(at, now, exchange);
}

/** A day of a calendar, `2026-11-19`, has no zone: its noon is on it everywhere that matters. */
function noon(day: string): number {
  return Date.parse(`${day}T12:00:00Z`);
}

/** `Thu 19`. */
export function calendarDay(day: string): string {
  return format('calendar-day', 'UTC', { weekday: 'short', day: 'numeric' }).format(noon(day));
}

/** `19 Nov`. */
export function calendarDate(day: string): string {
  return format('calendar-date', 'UTC', { day: 'numeric', month: 'short' }).format(noon(day));
}

/** Whether it is a Monday, whatever that is called. */
export function isMonday(day: string): boolean {
  return new Date(noon(day)).getUTCDay() === 1;
}

/** `08:40`, local. */
export function clockHere(at: string): string {
  return clock(ms(at));
}

/** `Today`, `Yesterday`, `Thu 12 Nov`: the local day of a moment, as a heading. */
export function dayHeading(at: string, now: number): string {
  const away = days(ms(at), now);
  if (away === 0) return heading(words.time.today);
  if (away === -1) return heading(words.time.yesterday);
  return format('heading', undefined, { weekday: 'short', day: 'numeric', month: 'short' }).format(ms(at));
}

function heading(text: string): string {
  return text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);
}

/** `9`, `1 409`: a number as the language groups it. */
export function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
}

/** `Thu 19 Nov, 09:40:57`, in full, for details. */
export function full(at: string, zone?: string): string {
  const moment = ms(at);
  const day = format('full-day', zone, { weekday: 'short', day: 'numeric', month: 'short' }).format(moment);
  return `${day}, ${clock(moment, zone, true)}`;
}

/** The same on the exchange's clock, or null where it would say the same. */
export function fullExchange(at: string, exchange: Exchange): string | null {
  return differs(ms(at), exchange) ? words.time.zoned(full(at, exchange.zone), exchange.zone_word) : null;
}

/** `Thursday, 19 November`, on the exchange's calendar. */
export function longDate(at: number, zone: string): string {
  return format('long', zone, { weekday: 'long', day: 'numeric', month: 'long' }).format(at);
}

/** A position on the bar as a clock time: 3.5 is `03:30`. */
export function hourText(hours: number): string {
  const minutes = Math.round(hours * 60);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Names in a row: `A`, `A and B`, `A, B and C`. */
export function list(names: string[]): string {
  return new Intl.ListFormat(locale, { type: 'conjunction' }).format(names);
}

/** The local midnight of today, or of so many days before, as RFC 3339. */
export function midnight(now: number, daysBack = 0): string {
  const day = new Date(now);
  day.setHours(0, 0, 0, 0);
  day.setDate(day.getDate() - daysBack);
  return day.toISOString();
}

/** IANA name of the zone here. */
export function localZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Tomorrow's 08:00 here, as RFC 3339. */
export function tomorrowMorning(now: number): string {
  const morning = new Date(now);
  morning.setDate(morning.getDate() + 1);
  morning.setHours(8, 0, 0, 0);
  return morning.toISOString();
}
