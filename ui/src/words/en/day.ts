/** What the day bar and the list of what happened say. */

import { counted } from './counted';

export const day = {
  day: {
    cut: 'cut-off',
    ready: 'ready by',
    open: 'open',
    close: 'close',
    more: (count: number) => counted(count, { one: '# more', other: '# more' }),
    axis: (zone: string) => `exchange time ${zone}`,
    label: (date: string, now: string, lanes: string, session: string) => `${date}, now ${now}. ${lanes} ${session}`,
    session: (ready: string, open: string, close: string) => `Ready by ${ready}, open ${open}, close ${close}.`,
    noSession: (why: string | null) =>
      why === null ? 'The market is closed on this day.' : `The market is closed on this day: ${why}.`,
    kinds: {
      spent: (from: string, to: string) => `token used from ${from} to ${to}`,
      left: (from: string, to: string) => `proven from ${from} to ${to}`,
      hope: (from: string, to: string) => `expected, not proven, from ${from} to ${to}`,
      none: (from: string, to: string) => `no token from ${from} to ${to}`,
    },
    goesOn: 'goes on past midnight',
  },

  accounts: 'Accounts',
  past: {
    title: 'So far',
    issued: (generation: number) => `New token, number ${generation}`,
    saved: (backups: number) =>
      backups === 0
        ? 'Sealed on disk'
        : counted(backups, { one: 'Sealed on disk; # earlier one kept', other: 'Sealed on disk; # earlier ones kept' }),
    yes: (broker: string) => `${broker} said yes`,
    no: (broker: string) => `${broker} said no`,
    silent: (broker: string) => `${broker} gave no answer`,
    ended: 'The token ended',
    refused: 'The token was refused',
  },
};
