/** English. */

import { acts } from './acts';
import { bots } from './bots';
import { card } from './card';
import { check } from './check';
import { connect } from './connect';
import { day } from './day';
import { details } from './details';
import { first } from './first';
import { forms } from './forms';
import { history } from './history';
import { log } from './log';
import { outlets } from './outlets';
import { session } from './session';
import { settings } from './settings';
import { top } from './top';
import { trouble } from './trouble';

export const en = {
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
  ...connect,
  ...day,
  ...trouble,
  ...first,
  forms,
  ...details,
  ...history,
  ...log,
  ...outlets,
  ...session,
  ...settings,
};
