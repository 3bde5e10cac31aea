/** The log in the settings. */

export const log = {
  log: {
    level: 'Show',
    levels: { error: 'Errors', warn: 'Warnings and errors', info: 'What happens', debug: 'Everything' },
    names: { error: 'Error', warn: 'Warning', info: 'Info', debug: 'Detail', trace: 'Trace' },
    find: 'Words in it',
    again: 'Read again',
    loading: 'Reading the log',
    none: 'Nothing of that kind was written.',
    noneSuch: 'No line has these words.',
    report: 'Copy report',
    reportHelp:
      'The report says how everything stands, what is set, and the end of the log. No secret and no user name is in it; read it before you send it.',
  },
};
