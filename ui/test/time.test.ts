import { describe, expect, test } from 'vitest';
import { at } from '../src/backends/scenes';
import { countdown, nearOrAt, since, span, tomorrowMorning, when, zoneChanged } from '../src/time';

const NSE = { zone: 'Asia/Kolkata', zone_word: 'IST', seconds: 86_400 };
const now = Date.parse(at(4.2));
const plain = (text: string) => text.replaceAll('\u00a0', ' ');

function travel(zone: string) {
  process.env['TZ'] = zone;
  zoneChanged();
}

describe('a span', () => {
  test.each([
    [-5, '0 s'],
    [59, '59 s'],
    [60, '1 min'],
    [42 * 60 + 59, '42 min'],
    [3600, '1 h'],
    [6479, '1 h 47 min'],
    [86_399, '23 h 59 min'],
    [86_400, '1 d'],
    [4 * 86_400 + 3 * 3600 + 1, '4 d 3 h'],
  ])('of %d s is %s, rounded down', (seconds, text) => {
    expect(plain(span(seconds * 1000))).toBe(text);
  });

  test.each([
    [6452, '1:47:32'],
    [161, '2:41'],
    [9, '0:09'],
    [-1, '0:00'],
  ])('of %d s counts down as %s', (seconds, text) => {
    expect(countdown(seconds * 1000)).toBe(text);
  });

  test('since a moment', () => {
    expect(plain(since(at(4.13), now))).toBe('4 min ago');
    expect(since(at(4.2), now)).toBe('just now');
  });
});

describe('a moment', () => {
  test('is written once where both clocks agree', () => {
    expect(when(at(3.5), now, NSE)).toBe('03:30');
    expect(when(at(27.5), now, NSE)).toBe('03:30 tomorrow');
    expect(when(at(-1), now, NSE)).toBe('23:00 yesterday');
    expect(when(at(80), now, NSE)).toBe('Sun 08:00');
    expect(when(at(24 * 30 + 8), now, NSE)).toBe('19 Dec 08:00');
  });

  test('is written on both clocks where they differ', () => {
    travel('Asia/Singapore');
    expect(plain(when(at(27.5), now, NSE))).toBe('06:00 tomorrow · 03:30 IST');
  });

  test('names the exchange’s day where that is another one', () => {
    travel('America/New_York');
    // 19 November, 04:12 in India is the evening before in New York.
    expect(plain(when(at(9.25), now, NSE))).toBe('22:45 · Thu 09:15 IST');
  });

  test('of the exchange never breaks inside', () => {
    travel('America/New_York');
    const [, exchange] = when(at(9.25), now, NSE).split('· ');
    expect(exchange).toBe('Thu\u00a009:15\u00a0IST');
  });

  test('of a practice day has seconds, and no exchange clock', () => {
    travel('Asia/Singapore');
    expect(when(at(4.21), now, { ...NSE, seconds: 600 })).toBe('06:42:36');
  });

  test('that is near is told as a span', () => {
    expect(plain(nearOrAt(at(4.5), now, NSE))).toBe('in 18 min');
    expect(nearOrAt(at(8.5), now, NSE)).toBe('at 08:30');
    expect(nearOrAt(at(4.2), now, NSE)).toBe('at once');
  });

  test('tomorrow morning is on this clock', () => {
    expect(tomorrowMorning(now)).toBe(at(32));
  });
});
