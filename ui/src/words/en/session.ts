/** The dashboard's session. */

export const session = {
  session: {
    looksOnly: 'Here you can look, refresh and sign in.',
    command: 'daypass dashboard',
    how: 'Settings, accounts and keys open in this browser with this command in a terminal:',
    copy: 'Copy',
    title: 'This browser',
    label: 'Session',
    help: 'Opened by “daypass dashboard”. It ends after an hour without use, or here.',
    end: 'End session',
    over: 'This session has ended.',
    overTodo: 'What you typed stays here. This command opens it again:',
  },
};
