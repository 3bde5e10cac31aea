/** हिन्दी: to be read by a native speaker before a release. */

import type { Words } from '..';
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

export const hi: Words = {
  lang: 'hi',
  // Latin digits, as traders write them.
  locale: 'hi-IN-u-nu-latn',
  brand: 'Daypass',

  units: { d: 'दिन', h: 'घं', min: 'मि', s: 'से' },
  time: {
    at: (time) => `${time} बजे`,
    in: (span) => `${span} में`,
    ago: (span) => `${span} पहले`,
    justNow: 'अभी-अभी',
    day: (time, day) => `${day} ${time}`,
    both: (local, exchange) => `${local}\u00a0· ${exchange}`,
    zoned: (time, zone) => `${time}\u00a0${zone}`,
    dayAt: (day, time) => `${day} ${time} बजे`,
    today: 'आज',
    tomorrow: 'कल',
    yesterday: 'बीता कल',
    onDay: (day) => `${day} को`,
    atOnce: 'तुरंत',
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
