/**
 * Every sentence of the window, in one place; another language is another object of this shape.
 *
 * Invariant: a sentence takes finished pieces (times, names) and puts them in order; it never formats. Say what happened,
 * then what to do. What this is not: the sentences of a Problem, which come from Rust in full.
 */

import { acts } from './acts';
import { bots } from './bots';
import { card } from './card';
import { check } from './check';
import { day } from './day';
import { details } from './details';
import { first } from './first';
import { history } from './history';
import { outlets } from './outlets';
import { settings } from './settings';
import { top } from './top';
import { trouble } from './trouble';

export const words = {
  lang: 'en',
  /** How dates and lists are written. */
  locale: 'en-GB',
  brand: 'Daypass',

  units: { d: 'd', h: 'h', min: 'min', s: 's' },
  time: {
    at: (time: string) => `at ${time}`,
    in: (span: string) => `in ${span}`,
    ago: (span: string) => `${span} ago`,
    justNow: 'just now',
    day: (time: string, day: string) => `${time} ${day}`,
    both: (local: string, exchange: string) => `${local}\u00a0· ${exchange}`,
    zoned: (time: string, zone: string) => `${time}\u00a0${zone}`,
    dayAt: (day: string, time: string) => `${day} at ${time}`,
    today: 'today',
    tomorrow: 'tomorrow',
    yesterday: 'yesterday',
    onDay: (day: string) => `on ${day}`,
    atOnce: 'at once',
  },

  ...card,
  ...bots,
  ...check,
  ...acts,
  ...top,
  ...day,
  ...trouble,
  ...first,
  ...details,
  ...history,
  ...outlets,
  ...settings,
};

/** What a language must have. */
export type Words = typeof words;
