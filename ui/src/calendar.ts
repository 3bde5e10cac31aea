/** What an account's trading days are taken from, in one line. */

import type { AccountView } from './bindings';
import { isShortDay, shortDate } from './time';
import { words } from './words';

const said = words.details.calendar;

function worth({ calendar, broker_name, day }: AccountView): string {
  // A practice day of some minutes is a day of trading each time.
  if (isShortDay(day.seconds)) return said.practice;
  const { state, since } = calendar;
  const on = since === null ? null : shortDate(since);
  switch (state) {
    case 'fresh':
      return on === null ? said.confirmedBare(broker_name) : said.confirmed(broker_name, on);
    case 'stale':
      return on === null ? said.old : said.oldSince(on);
    case 'built_in':
      return said.builtIn;
  }
}

export function calendarLine(account: AccountView): string {
  return words.details.calendarLine(account.calendar.exchanges.join(', '), worth(account));
}
