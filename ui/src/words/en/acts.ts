/** What buttons and keys are called. */

import type { Can } from '../../backend';

export const acts = {
  act: {
    sign_in: 'Sign in',
    sign_in_now: 'Sign in now',
    sign_in_again: 'Sign in again',
    refresh: 'Refresh now',
    probe: 'Ask now',
    copy_token: 'Copy token',
    copied_token: 'Copied for 30 s',
    copy_link: 'Copy link',
    copied: 'Copied',
    open_again: 'Open again',
    cancel: 'Cancel',
    resume: 'Resume',
    enter_keys: 'Enter keys',
    try_again: 'Try again',
    check_setting: 'Check setting',
    unlock: 'Unlock',
    open_accounts: 'Open settings',
    details: (label: string) => `Details of ${label}`,
    fold: (label: string) => `Show all of ${label}`,
    working: 'One moment',
    stop: 'Stop',
    stopTitle: 'Stop waiting',
    mayStop: 'One moment. Press again to stop waiting.',
    stopWhat: (act: string) => `Stop: ${act}`,
    stopped: 'You stopped waiting.',
    stoppedTodo: 'What was begun may still be done. Look before you try again.',
    stoppedLoading: 'Nothing was changed.',
  },

  keys: {
    title: 'Keyboard',
    close: 'Close',
    rows: [
      ['↑ ↓', 'previous, next account'],
      ['Enter', 'the card’s button'],
      ['S', 'sign in'],
      ['R', 'refresh now'],
      ['C', 'copy token', 'copyToken'],
      ['P', 'pause, resume', 'pause'],
      ['B', 'bots'],
      ['H', 'history', 'history'],
      ['1–9', 'open that account'],
      ['Ctrl ,', 'settings', 'settings'],
      ['/', 'this list'],
      ['Esc', 'cancel a wait, then hide the window'],
    ] as readonly (readonly [string, string, (keyof Can)?])[],
  },
};
